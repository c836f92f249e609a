"""Pingen, in the shapes of its own clients: takes files, reads the address from the page, prints none."""

import hmac
import io
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pikepdf

from tests.doubles.loopback_http import Asked, Fault, Reply

ORGANISATION = "b85c7b52-debb-4b15-b5db-d86b0a4e9bbf"
CLIENT, CLIENT_SECRET, TOKEN, SIGNING_KEY = (
    "application-7",
    "secret of the application",
    "a.token.here",
    "key",
)
REAL = Path(__file__).parents[1] / "corpus" / "pingen"
"""A webhook that Pingen has signed, and its signature: from the tests of its own client (see the README there)."""
MOST_PAGES = 30
"""What this house takes; how many the real one takes depends on the product."""
_JSON = "application/vnd.api+json"


@dataclass
class Pingen:
    """The house: `letters` are what it has, by number; `sent` those that were submitted, once for each time.

    `reads` gives the address and the country that it reads from a file. `reading` is how often it is still at work when
    asked, `miscounts` how many pages it sees that are none.
    """

    now: datetime
    reads: Callable[[bytes], tuple[str, str]]
    reading: int = 0
    miscounts: int = 0
    credit: bool = True
    letters: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    base: str = ""

    def answer(self, asked: Asked) -> Reply:
        """Do as a real one would."""
        place = urlsplit(asked.path)
        if place.path == "/auth/access-tokens":
            return self._token(asked)
        if asked.method == "PUT" and place.path.startswith("/bucket/"):
            self.files[place.path.removeprefix("/bucket/")] = asked.body
            return Reply(status=200)
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, "access_denied", "The JWT string must have two dots")
        if place.path == "/file-upload":
            return self._upload()
        letters = f"/organisations/{ORGANISATION}/deliveries/letters"
        if not place.path.startswith(letters):
            return error(404, "not_found", "Not found")
        rest = place.path.removeprefix(letters).strip("/").split("/")
        return self._of_letters(asked, rest, parse_qs(place.query))

    def forget_keys(self) -> None:
        """Let a day go by, after which keys are forgotten."""
        self.keys.clear()

    def webhook(
        self, number: str, kind: str, *, key: str = SIGNING_KEY, **attributes: object
    ) -> tuple[bytes, dict[str, str]]:
        """Give a webhook about a letter: its bytes and its headers, signed."""
        written = self.now.isoformat()
        record = {
            "data": {
                "type": f"webhook_{kind}",
                "id": str(uuid.uuid4()),
                "attributes": {"url": "https://letters.example/hear", "created_at": written, **attributes},
                "relationships": {
                    "organisation": {"data": {"type": "organisations", "id": ORGANISATION}},
                    "letter": {"data": {"type": "letters", "id": number}},
                    "event": {"data": {"type": "letters_events", "id": f"event-of-{kind}"}},
                },
            },
            "included": [self.letters[number]] if number in self.letters else [],
        }
        body = json.dumps(record).encode()
        return body, {"signature": hmac.new(key.encode(), body, "sha256").hexdigest()}

    def _of_letters(self, asked: Asked, rest: list[str], query: dict[str, list[str]]) -> Reply:
        number, *what = rest
        if asked.method == "POST" and not number:
            return self._create(asked)
        if asked.method == "GET" and not number:
            return self._list(query)
        if number not in self.letters:
            return error(404, "not_found", "Not found")
        if asked.method == "PATCH" and what == ["send"]:
            return self._send(asked, number)
        if asked.method == "DELETE":
            del self.letters[number]
            return Reply(status=204)
        if what == ["events"]:
            told = self.events.get(number, [])
            return _json(200, {"data": [_event(code, name) for code, name in told]})
        self._go_on(number)
        return _json(200, {"data": self.letters[number]})

    def _token(self, asked: Asked) -> Reply:
        form = parse_qs(asked.body.decode())
        if form.get("client_secret") != [CLIENT_SECRET] or form.get("client_id") != [CLIENT]:
            return _json(401, {"error": "invalid_client", "message": "Client authentication failed"})
        return _json(200, {"token_type": "Bearer", "expires_in": 43200, "access_token": TOKEN})

    def _upload(self) -> Reply:
        name = uuid.uuid4().hex
        attributes = {
            "url": f"{self.base}/bucket/{name}?signer=opens-it",
            "url_signature": "$2y$10$BLOzVbYTXrh4LZbSYNVf7eEDrc58vvQ9PRVZABqV",
            "expires_at": self.now.isoformat(),
        }
        return _json(200, {"data": {"id": name, "type": "file_uploads", "attributes": attributes}})

    def _create(self, asked: Asked) -> Reply:
        key = asked.headers.get("idempotency-key", "")
        if key in self.keys:
            found = self.letters.get(self.keys[key])
            return (
                _json(201, {"data": found}, replayed=True) if found else error(404, "not_found", "Not found")
            )
        given = json.loads(asked.body)["data"]["attributes"]
        number = str(uuid.uuid4())
        file = self.files[urlsplit(given["file_url"]).path.removeprefix("/bucket/")]
        kept = ("file_original_name", "address_position", "delivery_product", "print_mode", "print_spectrum")
        self.letters[number] = {
            "id": number,
            "type": "letters",
            "attributes": {
                **{name: given[name] for name in kept},
                "status": "validating",
                "file_pages": None,
                "address": None,
                "country": None,
                "price_currency": "CHF",
                "price_value": 1.63,
                "paper_types": ["normal"],
                "fonts": [{"name": "Libertinus", "is_embedded": True}],
                "source": "api",
                "tracking_number": None,
                "submitted_at": None,
                "created_at": self.now.isoformat(),
                "updated_at": self.now.isoformat(),
            },
        }
        self.files[number] = file
        self.keys[key] = number
        if given["auto_send"]:
            self.sent.append(number)
        return _json(201, {"data": self.letters[number]})

    def _list(self, query: dict[str, list[str]]) -> Reply:
        size, page = (int(query[f"page[{name}]"][0]) for name in ("limit", "number"))
        rows = list(reversed(self.letters.values()))
        last = max(1, -(-len(rows) // size))
        meta = {"current_page": page, "last_page": last, "per_page": size, "total": len(rows)}
        return _json(200, {"data": rows[(page - 1) * size : page * size], "meta": meta})

    def _go_on(self, number: str) -> None:
        attributes = self.letters[number]["attributes"]
        if attributes["status"] != "validating":
            return
        if self.reading:
            self.reading -= 1
            return
        file = self.files[number]
        with pikepdf.open(io.BytesIO(file)) as pdf:
            pages = len(pdf.pages) + self.miscounts
        address, country = self.reads(file)
        attributes |= {"file_pages": pages, "address": address, "country": country, "status": "valid"}
        if pages > MOST_PAGES:
            attributes["status"] = "invalid"
            self.events[number] = [("file_too_many_pages", "Page limit exceeded")]

    def _send(self, asked: Asked, number: str) -> Reply:
        key = asked.headers.get("idempotency-key", "")
        letter = self.letters[number]
        if key in self.keys:
            return _json(200, {"data": letter}, replayed=True)
        if letter["attributes"]["status"] != "valid":
            return error(422, "letter_not_valid", "The letter cannot be sent")
        self.keys[key] = number
        self.sent.append(number)
        letter["attributes"] |= {
            "status": "submitted" if self.credit else "awaiting_credits",
            "submitted_at": self.now.isoformat(),
        }
        return _json(200, {"data": letter})


def error(status: int, code: str, detail: str) -> Reply:
    """Answer as it does where something is wrong: the faults stand alone, not in a list."""
    told = {"code": code, "title": "The request failed.", "detail": detail, "source": {"pointer": None}}
    return _json(status, {"errors": told})


def _event(code: str, name: str) -> dict[str, Any]:
    attributes = {
        "code": code,
        "name": name,
        "producer": "Pingen",
        "location": "",
        "has_image": False,
        "data": [],
    }
    return {"id": str(uuid.uuid4()), "type": "letters_events", "attributes": attributes}


def _json(status: int, record: dict[str, Any], *, replayed: bool = False) -> Reply:
    headers = {"Content-Type": _JSON, "X-Request-Id": "request-1"}
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return Reply(status=status, body=json.dumps(record).encode(), headers=headers)
