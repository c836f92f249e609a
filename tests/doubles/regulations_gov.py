"""regulations.gov over loopback: as strict as its OpenAPI and its prose, in its three dialects of errors, and as unreliable as asked.

What the two sources disagree in is decided here as the prose has it: submitterType in upper case, all documents in a
`data` envelope. The service knows no keys of its clients: whoever sends a comment twice has commented twice.
"""

import contextlib
import json
import socket
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from tests.doubles.openapi import faults, resolved

API_KEY = "k3y-that-may-comment"
DOCUMENT = "FDA-2009-N-0501-0012"
JSON_API = "application/vnd.api+json"
CLOSED_UNTIL = "Fri, 07 Dec 2096 12:00:00 GMT"
MOST_FILES, LARGEST_FILE = 20, 10_000_000
LIMITED = {"comment": 5000, "email": 100, "organization": 120}
SPECIFICATION = json.loads(Path(__file__).with_name("regulations_openapi.json").read_text())
SPECIFICATION["components"]["schemas"]["SubmitterType"]["enum"] = ["ANONYMOUS", "INDIVIDUAL", "ORGANIZATION"]
FORMS = {
    "ANONYMOUS": "AnonymousComment",
    "INDIVIDUAL": "IndividualComment",
    "ORGANIZATION": "OrganizationComment",
}

SEARCHED_BY = {"filter[agencyId]", "filter[searchTerm]", "filter[postedDate]", "filter[lastModifiedDate]",
    "filter[commentOnId]", "sort", "page[number]", "page[size]"}  # fmt: skip

Step = Literal["look", "key", "place", "upload", "comment"]
How = Literal[
    "closes", "takes_and_closes", "takes_and_answers_half", "takes_and_fails", "takes_and_says_nonsense",
    "takes_and_means_another", "fails", "is_throttled", "is_closed", "is_closed_without_a_word", "answers_a_page",
    "conflicts", "sends_elsewhere", "expires", "repeats_what_it_got", "is_silent", "takes_and_is_silent",
    "is_cut_off", "answers_half",
]  # fmt: skip


@dataclass
class Sent:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class RegulationsGov:
    """What the service has, what it was sent, and how it misbehaves next."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    uploaded: dict[str, dict[str, bytes]] = field(default_factory=dict)
    posted: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: dict[str, dict[str, Any]] = field(default_factory=lambda: {DOCUMENT: {"openForComment": True}})
    requests: list[Sent] = field(default_factory=list)
    misbehaves: dict[Step, How] = field(default_factory=dict)
    url: str = ""
    _places: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def steps(self) -> list[str]:
        """Name what was asked, in its order."""
        return [f"{one.method} {urlsplit(one.path).path.rsplit('/', 1)[-1]}" for one in self.requests]

    def answer(self, sent: Sent) -> tuple[int, dict[str, str], bytes]:
        """Take a request, and give status, headers and body; keeps what it takes."""
        path = urlsplit(sent.path).path
        if sent.method == "PUT":
            return self._upload(sent)
        if sent.headers.get("x-api-key") != API_KEY:
            code = "API_KEY_INVALID" if "x-api-key" in sent.headers else "API_KEY_MISSING"
            return gateway(403, code, "An invalid api_key was supplied. Get one at https://api.data.gov:443")
        if sent.method == "GET":
            return self._searched(sent.path) if path == "/v4/comments" else self._published(path)
        if sent.headers.get("content-type") != JSON_API:
            return errors(400, "Bad Request", "Content-Type must be application/vnd.api+json")
        try:
            asked = json.loads(sent.body)["data"]
        except (ValueError, KeyError, TypeError):
            return errors(400, "Bad Request", "The request is no JSON:API document")
        made = {
            "/v4/submission-keys": self._key,
            "/v4/file-upload-urls": self._place,
            "/v4/comments": self._comment,
        }
        return made[path](asked) if path in made else gateway(404, "NOT_FOUND", "Not found.")

    def _key(self, asked: Any) -> tuple[int, dict[str, str], bytes]:
        found = faults({"data": asked}, _schema("/submission-keys"), SPECIFICATION)
        if found:
            return errors(400, "Validation error", *found)
        key = f"kex-d31z-fe{len(self.uploaded):02}"
        self.uploaded[key] = {}
        return made("submission-keys", key, {})

    def _place(self, asked: Any) -> tuple[int, dict[str, str], bytes]:
        found = faults({"data": asked}, _schema("/file-upload-urls"), SPECIFICATION)
        attributes = asked.get("attributes", {})
        missing = [one for one in ("fileName", "submissionKey", "contentType") if not attributes.get(one)]
        if attributes.get("submissionKey") not in self.uploaded:
            found.append("submissionKey is unknown")
        if found or missing:
            return errors(400, "Validation error", *found, *(f"{one} is required" for one in missing))
        signature = f"s1gn-{len(self._places):04}"
        self._places[signature] = (
            attributes["submissionKey"],
            attributes["fileName"],
            attributes["contentType"],
        )
        name = attributes["fileName"].replace(" ", "%20")
        return made(
            "file-upload-urls",
            f"{self.url}/bucket/{name}?X-Amz-Expires=900&X-Amz-Signature={signature}",
            attributes,
        )

    def _upload(self, sent: Sent) -> tuple[int, dict[str, str], bytes]:
        asked = parse_qs(urlsplit(sent.path).query)
        place = self._places.get(asked.get("X-Amz-Signature", [""])[0])
        if place is None:
            return store(403, "AccessDenied", "Access Denied")
        key, name, kind = place
        if sent.headers.get("content-type") != kind:
            return store(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
        if len(sent.body) > LARGEST_FILE:
            return store(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        self.uploaded[key][name] = sent.body
        return 200, {}, b""

    def _comment(self, asked: Any) -> tuple[int, dict[str, str], bytes]:
        attributes = asked.get("attributes", {})
        form = FORMS.get(attributes.get("submitterType"), "AnonymousComment")
        found = faults(attributes, resolved(f"#/components/schemas/{form}", SPECIFICATION), SPECIFICATION)
        found += _prose(attributes, self.uploaded.get(attributes.get("submissionKey", ""), {}))
        if asked.get("type") != "comments":
            found.append("type must be comments")
        if found:
            return errors(400, "Validation error", *dict.fromkeys(found))
        if attributes["commentOnDocumentId"] != DOCUMENT:
            return errors(404, "Not Found", f"Document {attributes['commentOnDocumentId']} was not found")
        number = f"m4b-{len(self.comments):04}-x7zq"
        self.comments.append({**attributes, "number": number})
        return made("comments", number, {**attributes, "receiveDate": "2026-12-07T17:00:00Z"})

    def _searched(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Find published comments by words, as the list has them: it names no tracking number."""
        asked = parse_qs(urlsplit(path).query)
        if strange := set(asked) - SEARCHED_BY:
            return errors(400, "Bad Request", *(f"{one} is not supported" for one in sorted(strange)))
        if not 5 <= int(asked.get("page[size]", ["25"])[0]) <= 250:
            return errors(400, "Bad Request", "page[size] must be between 5 and 250")
        words = asked.get("filter[searchTerm]", [""])[0]
        found = [
            {"id": name, "type": "comments", "attributes": {"withdrawn": one.get("withdrawn", False)}}
            for name, one in self.posted.items()
            if words in f"{name} {json.dumps(one)}"
        ]
        return 200, {"Content-Type": JSON_API}, json.dumps({"data": found}).encode()

    def _published(self, path: str) -> tuple[int, dict[str, str], bytes]:
        _, kind, number = path.rsplit("/", 2)
        found = {"comments": self.posted, "documents": self.documents}[kind].get(number)
        if found is None:
            return errors(404, "Not Found", f"{number} was not found")
        data = {"id": number, "type": kind, "attributes": found}
        return 200, {"Content-Type": JSON_API}, json.dumps({"data": data}).encode()


def _prose(attributes: Mapping[str, Any], uploaded: Mapping[str, bytes]) -> list[str]:
    """Say what the prose forbids and the document of the interface does not."""
    said = [
        f"{name} must be less than or equal to {most} characters/bytes"
        for name, most in LIMITED.items()
        if len(str(attributes.get(name, ""))) > most or len(str(attributes.get(name, "")).encode()) > most
    ]
    said += [f"{name} holds an invalid character" for name in LIMITED if _has_emoji(attributes.get(name, ""))]
    if attributes.get("submissionType") != "API":
        said.append("submissionType must be API")
    if attributes.get("sendEmailReceipt") and not attributes.get("email"):
        said.append("email is required")
    files = attributes.get("files", [])
    if len(files) > MOST_FILES:
        said.append("too many files")
    said += [f"file {name} was not uploaded" for name in files if name not in uploaded]
    return said


def _has_emoji(text: str) -> bool:
    return any(
        ord(one) >= 0x1F000
        or one in "\ufe0f\u20e3"
        or (unicodedata.category(one) == "So" and 0x2600 <= ord(one) < 0x27C0)
        for one in text
    )


def _schema(path: str) -> Mapping[str, Any]:
    body = SPECIFICATION["paths"][path]["post"]["requestBody"]
    return dict(body["content"][JSON_API]["schema"])


def made(kind: str, identity: str, attributes: Mapping[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Answer as the service does when it made something."""
    data = {"id": identity, "type": kind, "attributes": attributes}
    return 201, {"Content-Type": JSON_API}, json.dumps({"data": data}).encode()


def errors(status: int, title: str, *details: str) -> tuple[int, dict[str, str], bytes]:
    """Answer in the service's own dialect, JSON:API."""
    told = [{"status": status, "title": title, "detail": detail} for detail in details]
    return status, {"Content-Type": JSON_API}, json.dumps({"errors": told}).encode()


def gateway(status: int, code: str, message: str) -> tuple[int, dict[str, str], bytes]:
    """Answer as the gateway before the service does."""
    told = json.dumps({"error": {"code": code, "message": message}}).encode()
    return status, {"Content-Type": "application/json"}, told


def store(status: int, code: str, message: str) -> tuple[int, dict[str, str], bytes]:
    """Answer as the store of files does, which tells what it was signed with."""
    told = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>'
        "<StringToSign>AWS4-HMAC-SHA256 s1gn</StringToSign><HostId>h0st</HostId></Error>"
    )
    return status, {"Content-Type": "application/xml"}, told.encode()


@contextlib.contextmanager
def open_regulations_gov() -> Iterator[RegulationsGov]:
    """Open the service on a free port."""
    service = RegulationsGov()

    class Handler(_Handler):
        office = service

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    office: RegulationsGov

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        how = self.office.misbehaves.pop(_step(self.command, self.path), None)
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length // 2 if how == "is_cut_off" else length)
        sent = Sent(
            method=self.command,
            path=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        self.office.requests.append(sent)
        if how is None:
            self._say(*self.office.answer(sent))
        elif how in {"closes", "is_cut_off"}:
            self._hang_up()
        elif how == "answers_half":
            status, headers, told = made("comments", "m4b-9999-x7zq", {})
            self._say(status, headers, told[: len(told) // 2], length=len(told))
            self._hang_up()
        elif how == "is_silent":
            self._wait_until_left()
        elif how.startswith("takes"):
            self._say_badly(how, *self.office.answer(sent))
        else:
            self._say(*(_repeated(sent) if how == "repeats_what_it_got" else _MISBEHAVIOUR[how]))

    def _say(
        self, status: int, headers: Mapping[str, str], body: bytes, *, length: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def _say_badly(self, how: How, status: int, headers: dict[str, str], body: bytes) -> None:
        if how == "takes_and_closes":
            self._hang_up()
        elif how == "takes_and_is_silent":
            self._wait_until_left()
        elif how == "takes_and_answers_half":
            self._say(status, headers, body[: len(body) // 2], length=len(body))
            self._hang_up()
        elif how == "takes_and_fails":
            self._say(500, {}, b"Internal Server Error")
        elif how == "takes_and_says_nonsense":
            self._say(status, headers, b'{"data": [')
        else:
            told = json.loads(body)
            told["data"]["attributes"]["commentOnDocumentId"] = "EPA-2020-0001-0001"
            self._say(status, headers, json.dumps(told).encode())

    def _wait_until_left(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            while self.connection.recv(1024):
                pass

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _step(method: str, path: str) -> Step:
    if method == "PUT":
        return "upload"
    if method == "GET":
        return "look"
    last = urlsplit(path).path.rsplit("/", 1)[-1]
    named: dict[str, Step] = {"submission-keys": "key", "file-upload-urls": "place"}
    return named.get(last, "comment")


def _repeated(sent: Sent) -> tuple[int, dict[str, str], bytes]:
    said = f"{sent.headers.get('x-api-key', '')} {sent.body.decode(errors='replace')}"
    return errors(400, "Bad Request", said)


_MISBEHAVIOUR: Mapping[How, tuple[int, dict[str, str], bytes]] = {
    "fails": (500, {}, b"<html><h1>Internal Server Error</h1></html>"),
    "is_throttled": (
        429,
        {"Retry-After": "30", "X-RateLimit-Remaining": "0"},
        gateway(429, "OVER_RATE_LIMIT", "You have exceeded your rate limit.")[2],
    ),
    "is_closed": (503, {"Retry-After": CLOSED_UNTIL}, b"<html>Down for maintenance</html>"),
    "is_closed_without_a_word": (503, {}, b"<html>Down for maintenance</html>"),
    "answers_a_page": (200, {"Content-Type": "text/html"}, b"<html>Welcome</html>"),
    "conflicts": errors(409, "Conflict", "The submission key was used before"),
    "sends_elsewhere": (302, {"Location": "https://elsewhere.example/"}, b""),
    "expires": store(403, "AccessDenied", "Request has expired"),
}
