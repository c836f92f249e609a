"""A provider of certified mail over loopback: takes messages by SMTP, certifies what became of each, and keeps the receipts for IMAP.

As a real one does, it takes a message that breaks the formal rules (RFC 6109, 3.1.1) and says so by a receipt.
"""

import base64
import contextlib
import email
import email.policy
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

from tests.doubles.imap_server import FOLDER, MailboxOnServer, imap_server
from tests.doubles.imap_server import PASSWORD as IMAP_PASSWORD
from tests.doubles.imap_server import USER as IMAP_USER
from tests.doubles.loopback_http import Fault, next_fault
from tests.doubles.pec_provider import OFFICE, OURS, Authority, Provider, Says, make_authority

PASSWORD = "s3cret-of-the-mailbox"
USUAL = {
    "CONNECT": "220 smtps.pec.provider.example ESMTP",
    "AUTH": "235 2.7.0 Authentication successful",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 End data with <CR><LF>.<CR><LF>",
    "END": "250 2.0.0 Ok: queued as 4PecZab12",
    "RSET": "250 2.0.0 Ok",
    "QUIT": "221 2.0.0 Bye",
}
"""What is answered to each command, to the connection itself, and to the end of the data."""
_ORDER = {"MAIL": "", "RCPT": "MAIL", "DATA": "RCPT"}
_MOST_BYTES = 30_000_000


@dataclass
class PecHouse:
    """The provider: `letters` it took and certified, `asked` the commands, `heard` every byte that came to it.

    An office's mailbox is `certified`, an ordinary one, or `unknown`. `faults` go wrong at the command that their pattern names, or in the MIDDLE of the data.
    """

    authority: Authority = field(default_factory=make_authority)
    office: str = OFFICE
    is_certified: bool = True
    is_unknown: bool = False
    is_slow: bool = False
    pipelining: bool = True
    box: MailboxOnServer = field(default_factory=MailboxOnServer)
    letters: list[EmailMessage] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    heard: bytearray = field(default_factory=bytearray)
    late: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def provider(self) -> Provider:
        """Who signs the receipts."""
        return self.authority.provider()

    @property
    def settings(self) -> dict[str, str]:
        """The settings by which a mailbox here is used."""
        return {
            "address": OURS,
            "smtp_url": f"smtp://coalition:{PASSWORD}@127.0.0.1:{self.port}",
            "imap_url": f"imap://{IMAP_USER}:{IMAP_PASSWORD}@127.0.0.1:{self.box.port}/{FOLDER}",
            "authorities": self.authority.pem,
        }

    def take(self, sender: str, recipient: str, data: bytes) -> None:
        """Take a message in, and certify what becomes of it."""
        message = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        about = str(message["Message-ID"]).strip("<> ")
        if not _is_formal(message, sender, recipient, len(data)):
            self.certify(Says(kind="non-accettazione", error="altro", message_id=about), recipient)
            return
        self.letters.append(message)
        self.certify(Says(kind="accettazione", message_id=about), recipient)
        if self.is_unknown:
            self.certify(Says(kind="errore-consegna", error="no-dest", message_id=about), recipient)
        elif self.is_certified:
            self.certify(Says(kind="avvenuta-consegna", message_id=about), recipient, carried=data)

    def certify(self, says: Says, recipient: str, *, carried: bytes = b"") -> None:
        """Put a receipt into the mailbox, at once or, where it is slow, when arrive() is called."""
        kind = "certificato" if self.is_certified else "esterno"
        number = f"opec29.20261127103000.{len(self.box.mails) + len(self.late):05}.001.1.1"
        whole = says.differing(sender=OURS, recipients=((recipient, kind),), number=number)
        self.late.append(self.provider.receipt(whole, carried=carried))
        if not self.is_slow:
            self.arrive()

    def arrive(self) -> None:
        """Let the receipts come that were on their way."""
        for receipt in self.late:
            self.box.put(receipt)
        self.late.clear()


def _is_formal(message: EmailMessage, sender: str, recipient: str, size: int) -> bool:
    named = [one.addr_spec for name in ("To", "Cc") if message[name] for one in message[name].addresses]
    return (
        [one.addr_spec for one in message["From"].addresses] == [sender] == [OURS]
        and recipient in named
        and message["Bcc"] is None
        and size <= _MOST_BYTES
    )


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    house: PecHouse


class _Talk(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        self.done: list[str] = []
        self.sender = self.recipient = ""
        self.is_over = False
        with contextlib.suppress(OSError):
            self.answer("CONNECT")
            while not self.is_over and (line := self.rfile.readline()):
                self.house.heard += line
                self.command(line.decode().rstrip("\r\n"))

    @property
    def house(self) -> PecHouse:
        return self.server.house

    def command(self, line: str) -> None:
        word = line[:4].upper()
        if word == "EHLO":
            pipelining = "250-PIPELINING\r\n" * self.house.pipelining
            self.say(f"250-here\r\n{pipelining}250-AUTH PLAIN\r\n250-SIZE 31457280\r\n250 8BITMIME")
        elif word == "AUTH" and not self.is_known(line):
            self.house.asked.append(word)
            self.say("535 5.7.8 Authentication failed for coalition")
        elif word in {"MAIL", "RCPT", "DATA"} and "AUTH" not in self.done:
            self.say("530 5.7.0 Authentication required")
        elif word in _ORDER and _ORDER[word] and _ORDER[word] not in self.done:
            self.say("503 5.5.1 Bad sequence of commands")
        elif word in USUAL:
            self.obey(word, line)
        else:
            self.say("502 5.5.2 Command not recognized")

    def obey(self, word: str, line: str) -> None:
        if word == "MAIL":
            self.sender = _address(line)
        elif word == "RCPT":
            self.recipient = _address(line)
        elif word == "RSET":
            self.done = ["AUTH"]
        elif word == "QUIT":
            self.is_over = True
        if self.answer(word):
            self.done.append(word)
            if word == "DATA":
                self.read_data()

    def read_data(self) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                # What does not end is thrown away (RFC 5321, 4.1.1.4).
                self.is_over = True
                return
            self.house.heard += line
            if len(lines) > 1 and next_fault(self.house.faults, "MIDDLE"):
                self.hang_up()
                return
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.answer("END", data=b"".join(lines))
        self.done = ["AUTH"]

    def answer(self, word: str, *, data: bytes = b"") -> bool:
        """Answer as usual, or as the next fault has it; tells whether the usual was said."""
        self.house.asked.append(word)
        fault = next_fault(self.house.faults, word)
        manner = fault.manner if fault else ""
        if word == "END" and manner not in {"break before", "silent before", "half before", "instead"}:
            self.house.take(self.sender, self.recipient, data)
        if fault is None:
            self.say(USUAL[word])
            return True
        if manner.startswith("silent"):
            self.wait_until_left()
        elif manner.startswith("half"):
            self.wfile.write(USUAL[word][:2].encode())
            self.hang_up()
        elif manner.startswith("break"):
            self.hang_up()
        else:
            self.say(f"{fault.reply.status} {fault.reply.body.decode()}")
        return False

    def is_known(self, line: str) -> bool:
        given = line.split(" ")[-1]
        return base64.b64decode(given) == f"\0coalition\0{PASSWORD}".encode()

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def wait_until_left(self) -> None:
        self.is_over = True
        with contextlib.suppress(OSError):
            while self.connection.recv(1024):
                pass

    def hang_up(self) -> None:
        self.is_over = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _address(line: str) -> str:
    found = re.search(r"<([^>]*)>", line)
    return found[1] if found else ""


@contextlib.contextmanager
def open_pec_house(house: PecHouse | None = None) -> Iterator[PecHouse]:
    """Open the provider, its SMTP and its IMAP, while the block lasts."""
    house = house or PecHouse()
    with imap_server() as box, _Server(("127.0.0.1", 0), _Talk) as server:
        house.box, house.port, server.house = box, server.server_address[1], house
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
        thread.start()
        try:
            yield house
        finally:
            server.shutdown()
            thread.join()
