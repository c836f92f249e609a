"""Lob, as its OpenAPI description has it: takes letters, prints none, and speaks of them in the real dialects."""

import base64
import email
import email.policy
import hashlib
import hmac
import io
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pikepdf

from tests.doubles.loopback_http import Asked, Fault, Reply
from tests.doubles.openapi import faults

_FILE = json.loads((Path(__file__).parent / "lob_openapi.json").read_text())
SCHEMAS: dict[str, Any] = _FILE["schemas"]
DESCRIPTION = {"components": {"schemas": SCHEMAS}}
STATUSES: dict[str, str] = _FILE["statuses"]
"""Every code of an error, with the status or statuses that go with it."""
LIVE, TEST, SECRET = "live_0d4f5a2b9c", "test_77aa01ee3f", "webhook secret of the account"
_INSIDE = re.compile(r"([a-z_0-9]+)\[([a-z_0-9]+)\]")
_LINES = 50
# The description's own pattern of signed links fits none of its own examples.
del SCHEMAS["signed_link"]["pattern"]


@dataclass
class Lob:
    """The house: `letters` are what it has, by mode; `refuse` is the code with which it refuses the next order.

    Where it does not `filter`, a search gives the newest letters, whatever was searched for.
    """

    now: datetime
    letters: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"live": [], "test": []})
    files: dict[str, bytes] = field(default_factory=dict)
    keys: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    refuse: str = ""
    filter: bool = True
    events: int = 0

    def answer(self, asked: Asked) -> Reply:
        """Do as a real one would."""
        mode = self._mode(asked)
        if mode is None:
            return self.error("invalid_api_key", "Your API key is not valid.")
        place = urlsplit(asked.path)
        parts = place.path.strip("/").split("/")
        if asked.method == "POST" and parts == ["v1", "letters"]:
            return self._create(asked, mode)
        if asked.method == "GET" and parts == ["v1", "letters"]:
            return self._list(parse_qs(place.query), mode)
        if asked.method == "GET" and parts[:2] == ["v1", "letters"]:
            found = [one for one in self.letters[mode] if one["id"] == parts[2]]
            return self._json(200, found[0]) if found else self.error("not_found", "letter not found")
        return self.error("unrecognized_endpoint", "The requested endpoint doesn't exist.")

    def forget_keys(self) -> None:
        """Let a day go by, after which keys are forgotten."""
        self.keys.clear()

    def error(self, code: str, message: str) -> Reply:
        """Answer as it does where something is wrong."""
        status = int(STATUSES[code].split("/")[-1])
        record = {"error": {"code": code, "message": message, "status_code": status}}
        return self._json(status, record)

    def event(self, number: str, kind: str, *, mode: str = "live") -> tuple[bytes, dict[str, str]]:
        """Give a webhook about a letter: its bytes and its headers, signed."""
        letter = next(one for one in self.letters[mode] if one["id"] == number)
        self.events += 1
        record = {
            "id": f"evt_{self.events:016x}",
            "object": "event",
            "reference_id": number,
            "date_created": _written(self.now),
            "body": letter,
            "event_type": {
                "id": kind,
                "enabled_for_test": True,
                "resource": "letters",
                "object": "event_type",
            },
        }
        return sign(json.dumps(record).encode(), at=self.now)

    def fail(self, number: str) -> None:
        """Find, when the pages are set, that they cannot be."""
        for letter in self.letters["live"]:
            if letter["id"] == number:
                letter["status"] = "failed"
                letter["failure_reason"] = {
                    "failure_reason": "A font could not be read.",
                    "remediation": "Embed it.",
                }

    def _mode(self, asked: Asked) -> str | None:
        scheme, _, secret = asked.headers.get("authorization", "").partition(" ")
        user = base64.b64decode(secret).decode() if scheme == "Basic" else ""
        return {f"{LIVE}:": "live", f"{TEST}:": "test"}.get(user)

    def _create(self, asked: Asked, mode: str) -> Reply:
        if self.refuse:
            code, self.refuse = self.refuse, ""
            return self.error(code, f"It said why, to {read_form(asked)[0]['to']['address_line1'].upper()}.")
        key = (mode, asked.headers["idempotency-key"])
        if key in self.keys:
            return self._json(200, self.keys[key])
        order, file = read_form(asked)
        wrong = faults({**order, "file": "letter.pdf"}, SCHEMAS["letter_editable"], DESCRIPTION)
        if wrong:
            return self.error("invalid", "; ".join(wrong))
        refusal = self._look_at(order, file)
        if refusal:
            return refusal
        letter = self._letter(order, asked.headers["idempotency-key"])
        assert faults(letter, SCHEMAS[_shape(order)], DESCRIPTION) == []
        self.letters[mode].insert(0, letter)
        self.files[letter["id"]] = file
        self.keys[key] = letter
        return self._json(200, letter)

    def _look_at(self, order: dict[str, Any], file: bytes) -> Reply | None:
        to, domestic = order["to"], order["to"]["address_country"] == "US"
        if domestic and len(to["address_line1"]) + len(to.get("address_line2", "")) > _LINES:
            return self.error("address_length_exceeds_limit", "to.address_line1 and line2 are too long")
        if order["from"]["address_country"] != "US":
            return self.error("foreign_return_address", "from must be a US address")
        try:
            with pikepdf.open(io.BytesIO(file)) as pdf:
                sizes = {tuple(map(float, page.MediaBox.as_list())) for page in pdf.pages}
                pages = len(pdf.pages)
        except pikepdf.PdfError:
            return self.error("invalid_file", "file could not be read")
        if len(sizes) > 1:
            return self.error("inconsistent_page_dimensions", "pages must have the same dimensions")
        if sizes != {(0.0, 0.0, 612.0, 792.0)}:
            return self.error("invalid_file_dimensions", "file must be 8.5x11 inches")
        sheets = 60 if domestic else 6
        if pages > sheets * (2 if order["double_sided"] else 1):
            return self.error("file_pages_exceed_max", "too many pages")
        return None

    def _letter(self, order: dict[str, Any], key: str) -> dict[str, Any]:
        number = f"ltr_{hashlib.sha256(key.encode()).hexdigest()[:16]}"
        moment = _written(self.now)
        link = f"https://lob-assets.com/letters/{number}.pdf?version=v1&expires=1568239830&signature=opens-it"
        kept = (
            "color",
            "double_sided",
            "address_placement",
            "mail_type",
            "use_type",
            "metadata",
            "extra_service",
        )
        return {
            **{name: order[name] for name in kept if name in order},
            "id": number,
            "object": "letter",
            "to": _stored(order["to"], moment),
            "from": _stored(order["from"], moment),
            "carrier": "USPS",
            "status": "processed",
            "url": link,
            "date_created": moment,
            "date_modified": moment,
            "expected_delivery_date": "2026-12-03",
            "thumbnails": [{"small": link, "medium": link, "large": link}],
            "tracking_events": [],
        }

    def _list(self, query: Mapping[str, list[str]], mode: str) -> Reply:
        searched = {name: values[0] for name, values in query.items() if name.startswith("metadata[")}
        wanted = searched if self.filter else {}
        found = [
            one
            for one in self.letters[mode]
            if all(one["metadata"].get(_INSIDE.fullmatch(name)[2]) == value for name, value in wanted.items())
        ]
        found = found[: int(query.get("limit", ["10"])[0])]
        return self._json(200, {"object": "list", "count": len(found), "data": found, "next_url": None})

    def _json(self, status: int, record: dict[str, Any]) -> Reply:
        limits = {
            "X-Rate-Limit-Limit": "150",
            "X-Rate-Limit-Remaining": "0" if status == 429 else "149",
            # By the same clock as the header Date.
            "X-Rate-Limit-Reset": str(int(time.time()) + 40),
        }
        headers = {"Content-Type": "application/json", **limits}
        return Reply(status=status, body=json.dumps(record).encode(), headers=headers)


def read_form(asked: Asked) -> tuple[dict[str, Any], bytes]:
    """Read an order that came as a form of several parts: its fields as a record, and its file."""
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + asked.body, policy=email.policy.HTTP)
    order: dict[str, Any] = {}
    file = b""
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        data = part.get_payload(decode=True)
        if name == "file":
            file = data
            continue
        value: Any = data.decode()
        inside = _INSIDE.fullmatch(name)
        if inside:
            order.setdefault(inside[1], {})[inside[2]] = value
        else:
            order[name] = {"true": True, "false": False}.get(value, value)
    return order, file


def sign(body: bytes, *, at: datetime, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """Give a body and the headers by which Lob signs it."""
    stamp = str(int(at.timestamp()))
    signature = hmac.new(secret.encode(), stamp.encode() + b"." + body, "sha256").hexdigest()
    return body, {"lob-signature": signature, "lob-signature-timestamp": stamp}


def _shape(order: dict[str, Any]) -> str:
    service = order.get("extra_service")
    return "registered" if service == "registered" else "certified" if service else "no_extra_service"


def _stored(given: dict[str, str], moment: str) -> dict[str, Any]:
    country = "UNITED STATES" if given["address_country"] == "US" else "GERMANY"
    return {
        **{name: value.upper() for name, value in given.items()},
        "address_country": country,
        "id": "adr_e68217bd744d65c8",
        "object": "address",
        "metadata": {},
        "date_created": moment,
        "date_modified": moment,
    }


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
