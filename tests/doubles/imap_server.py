"""A small IMAP server on loopback with one mailbox in memory; it knows what a reader of returned mail says."""

import contextlib
import re
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

USER, PASSWORD, FOLDER = "returns", "secret", "Returned"


@dataclass
class MailboxOnServer:
    """What lies in the mailbox: bytes and flags by uid."""

    mails: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    drops_at: str = ""
    port: int = 0

    def put(self, data: bytes) -> int:
        uid = max([*self.mails, *self.flags], default=0) + 1
        self.mails[uid], self.flags[uid] = data, set()
        return uid

    def search(self) -> list[int]:
        return [uid for uid in self.mails if not self.flags[uid] & {"\\Flagged", "\\Deleted"}]

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
    server: _Server

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
        elif word == "SELECT":
            self.say(f"* {len(self.box.mails)} EXISTS")
            return "OK done" if FOLDER in command else "NO no such mailbox"
        elif word == "EXPUNGE":
            self.box.expunge()
        elif word == "LOGOUT":
            self.say("* BYE")
        elif command.startswith("UID "):
            self.by_uid(command.removeprefix("UID "))
        return "OK done"

    def by_uid(self, command: str) -> None:
        if command.startswith("SEARCH"):
            self.say("* SEARCH " + " ".join(str(uid) for uid in self.box.search()))
            return
        uid = int(command.split(" ")[1])
        if command.startswith("STORE"):
            self.box.flags[uid] |= set(re.findall(r"\\\w+", command))
        elif command.startswith("FETCH") and uid in self.box.mails:
            most = re.search(r"<0\.(\d+)>", command)
            data = self.box.mails[uid][: int(most.group(1)) if most else None]
            self.wfile.write(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(data)}}}\r\n".encode() + data + b")\r\n")


@contextlib.contextmanager
def imap_server() -> Iterator[MailboxOnServer]:
    """Serve one empty mailbox until the block ends."""
    box = MailboxOnServer()
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.box = box
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
