"""Both chambers of the US Congress on loopback: they check what they get against the schema, and answer as they have been seen to.

The House's schema is the real one; the Senate publishes none, so it is the House's with three lines changed by hand here, and
nothing of the service's code.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from lxml import etree

KEY = "the-key-of-the-agent-0123456789"
HOUSE_SCHEMA = Path("service/delivery/congress/cwc_schema_v2.rng").read_bytes()
SENATE_SCHEMA = (
    HOUSE_SCHEMA.replace(b"H[A-Z][A-Z][0-9][0-9]", b"S[A-Z][A-Z]0[123]")
    .replace(
        b"hamdt|hconres|hjres|hr|hres|s|samdt|sconres|sjres|sres",
        rb"H\.Amdt\.|H\.Con\.Res|H\.J\.Res\.|H\.R\.|H\.Res\.|S\.|S\.Amdt\.|S\.Con\.Res\.|S\.J\.Res\.|S\.Res\.",
    )
    .replace(
        b'<element name="Prefix">\n            <data type="string">\n'
        b'              <param name="minLength">1</param>\n              <param name="maxLength">500</param>\n'
        b"            </data>",
        b'<element name="Prefix"><choice><value>Mr.</value><value>Mrs.</value><value>Miss</value>'
        b"<value>Ms.</value><value>Dr.</value></choice>",
    )
    .replace(
        b'<element name="Organization">\n              <data type="string">\n                <param name="minLength">6',
        b'<element name="Organization">\n              <data type="string">\n                <param name="minLength">3',
    )
)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """An answer that says nothing of the letter: status 0 hangs up, or says nothing at all where it is `silent`.

    `takes` keeps the letter first; `half` sends the half of it; `cut` hangs up in the middle of the letter itself.
    """

    status: int = 0
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    takes: bool = False
    half: bool = False
    silent: bool = False
    cut: bool = False


def libxml2_faults(data: bytes, schema: bytes) -> list[str]:
    """Say what is wrong as the House said it in 2014: line by line what libxml2 says."""
    relax = etree.RelaxNG(etree.fromstring(schema))
    relax.validate(etree.fromstring(data))
    return [entry.message for entry in relax.error_log]


@dataclass
class ChamberOnServer:
    """What one chamber has and does.

    `troubles` are its next answers to letters, `check_troubles` those of its check, `office_troubles` those to whoever wants
    its list.
    """

    is_senate: bool = False
    offices: dict[str, str] = field(default_factory=dict)
    switched_off: set[str] = field(default_factory=set)
    dialect: Callable[[bytes, bytes], list[str]] = libxml2_faults
    is_closed: bool = False
    office_answer: bytes = b""
    troubles: list[Trouble] = field(default_factory=list)
    check_troubles: list[Trouble] = field(default_factory=list)
    office_troubles: list[Trouble] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)
    seen: list[bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def schema(self) -> bytes:
        return SENATE_SCHEMA if self.is_senate else HOUSE_SCHEMA

    @property
    def numbers(self) -> list[str]:
        """The DeliveryId of each letter that it took, in order."""
        return [part_of(letter, "Delivery/DeliveryId") for letter in self.letters]

    def list_of_offices(self) -> bytes:
        if self.office_answer:
            return self.office_answer
        if self.is_senate:
            rows = [{"name": name, "office_code": code} for code, name in self.offices.items()]
            return json.dumps(rows).encode()
        return json.dumps(sorted(self.offices)).encode()

    def paths(self) -> dict[str, str]:
        if self.is_senate:
            return {"/api/production-messages/": "message", "/api/testing-messages/": "test"}
        return {"/v2/message": "message", "/v2/validate": "check"}


class _Server(ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True
    chamber: ChamberOnServer


class _Talk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    @property
    def chamber(self) -> ChamberOnServer:
        return self.server.chamber

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.chamber.asked.append(f"GET {path}")
        if self.chamber.office_troubles:
            self.trouble(self.chamber.office_troubles.pop(0), b"")
            return
        wanted = "/api/active_offices" if self.chamber.is_senate else "/v2/offices"
        if path != wanted or not self.has_key():
            self.say(404 if path != wanted else 401, b"")
            return
        self.say(200, self.chamber.list_of_offices(), {"Content-Type": "application/json"})

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        self.chamber.asked.append(f"POST {path}")
        act = self.chamber.paths().get(path, "")
        troubles = self.chamber.check_troubles if act == "check" else self.chamber.troubles
        trouble = troubles.pop(0) if troubles else None
        if trouble and not trouble.status and not trouble.takes and not trouble.silent and not trouble.cut:
            self.hang_up()
            return
        length = int(self.headers["Content-Length"])
        data = self.rfile.read(length // 2 if trouble and trouble.cut else length)
        self.chamber.seen.append(data)
        if trouble:
            self.trouble(trouble, data)
        else:
            self.say(*self.answer(act, data))

    def answer(self, act: str, data: bytes) -> tuple[int, bytes]:
        if not act:
            return 404, b"Not found"
        if not self.has_key():
            return 401, b"Unauthorized"
        if self.headers["Content-Type"] != "application/xml":
            return 415, b"Unsupported media type"
        if self.chamber.is_closed:
            return 503, b"<html><body>Down for maintenance</body></html>"
        if faults := self.chamber.dialect(data, self.chamber.schema):
            return 400, errors(faults)
        return (200, b"Message Validated") if act == "check" else self.take(act, data)

    def take(self, act: str, data: bytes) -> tuple[int, bytes]:
        office = part_of(data, "Recipient/MemberOffice")
        if office in self.chamber.switched_off:
            return 400, errors([f"Message delivery is not enabled for {office}"])
        if act == "test":
            return 201, b""
        if self.chamber.is_senate and part_of(data, "Delivery/DeliveryId") in self.chamber.numbers:
            return 409, errors(["Duplicate DeliveryId"])
        self.chamber.letters.append(data)
        return (201, b"") if self.chamber.is_senate else (200, b"Message Accepted")

    def trouble(self, trouble: Trouble, data: bytes) -> None:
        if trouble.takes:
            self.take("message", data)
        if trouble.silent:
            self.wait_until_left()
        elif not trouble.status:
            self.hang_up()
        elif trouble.half:
            self.say(trouble.status, trouble.body, {"Content-Length": str(len(trouble.body) * 2)})
            self.hang_up()
        else:
            self.say(trouble.status, trouble.body, trouble.headers)

    def has_key(self) -> bool:
        return parse_qs(urlsplit(self.path).query).get("apikey") == [KEY]

    def say(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def wait_until_left(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            while self.connection.recv(1024):
                pass

    def hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True


def errors(faults: list[str]) -> bytes:
    """Wrap faults as both chambers do."""
    lines = "".join(f"\n  <Error>{escape(fault)}</Error>" for fault in faults)
    return f'<?xml version="1.0"?>\n<Errors>{lines}\n</Errors>\n'.encode()


def part_of(data: bytes, path: str) -> str:
    """Give the text of one element of a letter."""
    return etree.fromstring(data).findtext(path) or ""


@contextlib.contextmanager
def chamber_server(*, is_senate: bool = False, **what: object) -> Iterator[ChamberOnServer]:
    """Open one chamber until the block ends."""
    chamber = ChamberOnServer(is_senate=is_senate, **what)
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.chamber = chamber
        chamber.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.005,))
        thread.start()
        try:
            yield chamber
        finally:
            server.shutdown()
            thread.join()
