"""Letters for the tests of the letter craft: a test says what matters to it, these fill in the rest."""

import dataclasses
import hashlib
from datetime import date
from typing import Any

from service.letter.copy import Copy, make_copy
from service.letter.edition import Audience, Contact, Edition, Office, Signatory, Text

PRESIDENT = Office(
    role="to",
    name="Jane Q. Example",
    position="President of the Republic",
    office="The Presidential Office",
    address=("1 Palace Square", "Capital City, DC 20500"),
    country="US",
    copy="full",
    delivery_line="By e-mail and post",
)
MINISTER = Office(
    role="cc",
    name="Mo Ntana",
    position="Minister of Water",
    office="Ministry of Water",
    country="DE",
    copy="public",
)
NEWSROOM = Office(role="press", name="The Daily Example", country="DE", copy="public")
TEXT = Text(
    language="en",
    title="President Example: protect the river",
    re="Protect the river when speaking at the Basin Summit",
    salutation="Dear President Example,",
    body="On behalf of ((signatories)), we write before ((event)).\n\nThe river is *ill*.[^1]\n\n[^1]: See the report.",
    asks_intro="We therefore urge you to:",
    asks=("Speak of the river.", "Fund its **repair**."),
    ending="We thank you.",
    closing="Respectfully,",
)


def make_signatory(name: str, **other: Any) -> Signatory:
    values = {"kind": "organization", "shown": "public", "salt": hashlib.sha256(name.encode()).hexdigest()}
    return Signatory(**{**values, "name": name, **other})


def make_person(name: str, **other: Any) -> Signatory:
    return make_signatory(name, kind="person", **other)


ROLL = (
    make_signatory("The River Watch", acronym="RW", country="US"),
    make_signatory("Lake Alliance", country="DE"),
    make_signatory("Quiet Spring Group", shown="recipient", country="TH"),
    make_signatory("Hidden Well Society", shown="counted", country="LA"),
    make_person("Ana Zorn", position="Professor of Law", affiliation="Basin University"),
    make_person("Bo Hush", shown="recipient"),
    make_person("", shown="counted"),
)


def make_text(**other: Any) -> Text:
    return dataclasses.replace(TEXT, **other)


def make_edition(**other: Any) -> Edition:
    values: dict[str, Any] = {
        "number": 1,
        "slug": "clean-river",
        "coalition": "Coalition for Open Rivers",
        "letterhead": ("Coalition for Open Rivers", "12 Quay Street, Rivertown", "rivers.example"),
        "contact": Contact(
            name="A. Secretary", role="Secretariat", email="letter@rivers.example", phone="+1 202 555 0100"
        ),
        "text": TEXT,
        "offices": (PRESIDENT, MINISTER, NEWSROOM),
        "roll": ROLL,
        "date": date(2026, 12, 7),
        "event": "the Basin Summit",
        "revision": 2,
        "revision_sha256": "ab" * 32,
        "time_zone": "America/New_York",
    }
    return Edition(**{**values, **other})


def copy_of(audience: Audience = "full", office: Office | None = PRESIDENT, **other: Any) -> Copy:
    return make_copy(make_edition(**other), audience=audience, office=office)
