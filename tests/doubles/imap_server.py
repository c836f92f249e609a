"""A small IMAP server on loopback with one mailbox in memory; it knows what readers of returned mail and of receipts say."""

import contextlib
import email
import re
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

USER, PASSWORD, FOLDER = "returns", "secret", "Returned"


@dataclass
class MailboxOnServer:
    """What lies in the mailbox: bytes and flags by uid; `arrived` is when its server got each, as IMAP writes it."""

    mails: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    drops_at: str = ""
    arrived: str = "27-Nov-2026 11:30:06 +0100"
    dates_behind: bool = False
    port: int = 0

    def put(self, data: bytes) -> int:
        uid = max([*self.mails, *self.flags], default=0) + 1
        self.mails[uid], self.flags[uid] = data, set()
        return uid

    def search(self) -> list[int]:
        return [uid for uid in self.mails if not self.flags[uid] & {"\\Flagged", "\\Deleted"}]

    def search_header(self, name: str, value: str) -> list[int]:
        """Find as RFC 3501 has it: a header of this name, in capitals or not, that holds the value anywhere."""
        heads = {uid: email.message_from_bytes(data) for uid, data in self.mails.items()}
        return [
            uid
            for uid, head in heads.items()
            if any(value.lower() in str(one).lower() for one in head.get_all(name, []))
        ]

    def expunge(self) -> None:
        for uid in [uid for uid in self.mails if "\\Deleted" in self.flags[uid]]:
            del self.mails[uid]

    @property
    def url(self) -> str:
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{FOLDER}"


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: MailboxOnServer


class _Talk(socketserver.StreamRequestHandler):
    # Else each second line of an answer waits 40 ms for the other side to say that it has the first.
    disable_nagle_algorithm = True
    server: _Server
    is_read_only = False

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            self.box.commands.append(command)
            if self.box.drops_at and command.startswith(self.box.drops_at):
                return
            self.say(f"{tag} {self.answer(command)}")
            if command == "LOGOUT":
                return

    @property
    def box(self) -> MailboxOnServer:
        return self.server.box

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def answer(self, command: str) -> str:
        word = command.partition(" ")[0]
        if word == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif word == "LOGIN":
            return "OK done" if command == f'LOGIN "{USER}" "{PASSWORD}"' else "NO wrong"
        elif word in {"SELECT", "EXAMINE"}:
            self.is_read_only = word == "EXAMINE"
            self.say(f"* {len(self.box.mails)} EXISTS")
            return "OK done" if FOLDER in command else "NO no such mailbox"
        elif self.is_read_only and (word == "EXPUNGE" or command.startswith("UID STORE")):
            return "NO it is open for reading alone"
        elif word == "EXPUNGE":
            self.box.expunge()
        elif word == "LOGOUT":
            self.say("* BYE")
        elif command.startswith("UID "):
            self.by_uid(command.removeprefix("UID "))
        return "OK done"

    def by_uid(self, command: str) -> None:
        if command.startswith("SEARCH"):
            header = re.search(r'HEADER "([^"]*)" "([^"]*)"', command)
            found = self.box.search_header(*header.groups()) if header else self.box.search()
            self.say("* SEARCH " + " ".join(str(uid) for uid in found))
            return
        uid = int(command.split(" ")[1])
        if command.startswith("STORE"):
            self.box.flags[uid] |= set(re.findall(r"\\\w+", command))
        elif command.startswith("FETCH") and uid in self.box.mails:
            most = re.search(r"<0\.(\d+)>", command)
            data = self.box.mails[uid][: int(most.group(1)) if most else None]
            date = f' INTERNALDATE "{self.box.arrived}"' if "INTERNALDATE" in command else ""
            before, behind = ("", date) if self.box.dates_behind else (date, "")
            head = f"* 1 FETCH (UID {uid}{before} BODY[]<0> {{{len(data)}}}\r\n"
            self.wfile.write(head.encode() + data + f"{behind})\r\n".encode())


@contextlib.contextmanager
def imap_server() -> Iterator[MailboxOnServer]:
    """Serve one empty mailbox until the block ends."""
    box = MailboxOnServer()
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.box = box
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.005,))
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
