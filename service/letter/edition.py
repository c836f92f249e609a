"""The edition: one letter with its signatories and offices, frozen at one moment."""

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self

from service.foundation.canonical import digest
from service.letter.enclosed import BESIDE, Annex, Logo, WordLook

Kind = Literal["organization", "person"]
Shown = Literal["public", "recipient", "counted"]
Audience = Literal["full", "public", "unnamed"]
Role = Literal["to", "cc", "press"]
Order = Literal["alphabetical", "lead_first", "manual"]
GroupBy = Literal["none", "category", "country"]
Notes = Literal["page", "endnotes"]
Translation = Literal["", "authentic", "courtesy"]

ADDED_LATER = {"added_later": True}
"""Marks a field that records of earlier editions do not have: it stands in a record only where it says something."""


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """One counted organization or person, as it wants to be printed.

    `shown` is what it chose. `country` is ISO 3166-1 alpha-2. `salt` is 64 random hexadecimal digits: they
    keep a withheld row from being guessed. Who is only counted may have no name at all. `for_network` says that an
    organization signs for its network but not for each member, `through` which organization signed for this member.
    """

    kind: Kind
    shown: Shown
    name: str
    name_latin: str = ""
    acronym: str = ""
    sort_name: str = ""
    country: str = ""
    category: str = ""
    qualifier: str = ""
    representative_name: str = ""
    representative_title: str = ""
    position: str = ""
    affiliation: str = ""
    place: str = dataclasses.field(default="", metadata=ADDED_LATER)
    for_network: bool = dataclasses.field(default=False, metadata=ADDED_LATER)
    through: str = dataclasses.field(default="", metadata=ADDED_LATER)
    order: int | None = None
    salt: str = dataclasses.field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Office:
    """An office that the letter is addressed to, copied to, or given to as press."""

    role: Role
    name: str
    position: str = ""
    office: str = ""
    address: tuple[str, ...] = ()
    country: str = ""
    salutation: str = ""
    copy: Audience
    delivery_line: str = ""


@dataclass(frozen=True, kw_only=True)
class Text:
    """The text in one language: `body`, `asks_intro`, `asks` and `ending` in Markdown, placeholders unfilled.

    `words` are fixed words that the coalition brings in place of ours (service/i18n/words.py, Given).
    """

    language: str
    title: str
    subtitle: str = ""
    re: str = ""
    salutation: str
    body: str
    asks_intro: str = ""
    asks: tuple[str, ...] = ()
    ending: str = ""
    closing: str = ""
    footnotes: Notes = "page"
    words: tuple[tuple[str, str], ...] = dataclasses.field(default=(), metadata=ADDED_LATER)


@dataclass(frozen=True, kw_only=True)
class OtherText:
    """The same letter in another language: an `authentic` one is signed with the text, a `courtesy` one is not.

    `sha256` is that of its canonical record, which is bound to the revision (service/campaigns/translations.py).
    """

    language: str
    status: Literal["authentic", "courtesy"]
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom the reader may turn to; printed in the letter's foot."""

    name: str
    role: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Supplement:
    """What makes an edition an addendum or a correction, the `ordinal`th of the letter.

    `edition` is the number of the sent edition that it follows, `date` the day of the letter. An addendum's roll has
    those who joined since, and `others_…` count who had signed before them; a correction's has those who are not to
    be named any longer.
    """

    kind: Literal["addendum", "correction"]
    ordinal: int
    edition: int
    date: date
    others_organizations: int = 0
    others_individuals: int = 0


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Everything a copy is made from. The same edition gives the same bytes, always.

    `number` 0 is the letter as it stands, a draft. `date` is printed in the letter; `check_at` is the address
    of the page where a reader can check a copy, or empty. `translation` says what its text is where that is not the
    letter's own: "authentic" or "courtesy". `sorting` says by which rules the roll is put in order: sorting_of().
    `word` is what its Word files look like, where the letter has a template of its own.
    """

    number: int
    slug: str
    coalition: str
    letterhead: tuple[str, ...] = ()
    contact: Contact | None = None
    text: Text
    offices: tuple[Office, ...]
    roll: tuple[Signatory, ...]
    date: date
    event: str = ""
    order: Order = "alphabetical"
    group_by: GroupBy = "none"
    show_country: bool = False
    show_representative: bool = False
    revision: int
    revision_sha256: str
    time_zone: str
    check_at: str = ""
    other_texts: tuple[OtherText, ...] = dataclasses.field(default=(), metadata=ADDED_LATER)
    supplement: Supplement | None = dataclasses.field(default=None, metadata=ADDED_LATER)
    logos: tuple[Logo, ...] = dataclasses.field(default=(), metadata=ADDED_LATER)
    annexes: tuple[Annex, ...] = dataclasses.field(default=(), metadata=ADDED_LATER)
    translation: Translation = dataclasses.field(default="", metadata=ADDED_LATER)
    sorting: int = dataclasses.field(default=0, metadata=ADDED_LATER)
    word: WordLook | None = dataclasses.field(default=None, metadata=ADDED_LATER)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the edition's canonical record: what approvers approve."""
        return digest(self.as_record())

    def as_record(self) -> dict[str, Any]:
        """Give the edition as plain values (JSON knows them all); from_record brings back an equal one, its logos without their files."""
        record: dict[str, Any] = plain(self)
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Make the edition that as_record was asked of; a key that is missing or unknown raises TypeError."""
        contact = record["contact"]
        supplement = record.get("supplement")
        return cls(
            **{
                **record,
                "letterhead": tuple(record["letterhead"]),
                "contact": Contact(**contact) if contact else None,
                "text": text_from_record(record["text"]),
                "offices": tuple(
                    Office(**{**office, "address": tuple(office["address"])}) for office in record["offices"]
                ),
                "roll": tuple(Signatory(**signatory) for signatory in record["roll"]),
                "date": date.fromisoformat(record["date"]),
                "other_texts": tuple(OtherText(**text) for text in record.get("other_texts", ())),
                "supplement": (
                    Supplement(**{**supplement, "date": date.fromisoformat(supplement["date"])})
                    if supplement
                    else None
                ),
                "logos": tuple(Logo(**logo) for logo in record.get("logos", ())),
                "annexes": tuple(Annex(**annex) for annex in record.get("annexes", ())),
                "word": WordLook(**record["word"]) if record.get("word") else None,
            }
        )


def text_from_record(record: Mapping[str, Any]) -> Text:
    """Make a text of its plain values."""
    words = tuple((key, word) for key, word in record.get("words", ()))
    return Text(**{**record, "asks": tuple(record["asks"]), "words": words})


def plain(value: Any) -> Any:
    """Turn dataclasses into mappings, tuples into lists and dates into ISO 8601, as deep as they go."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = ((name, getattr(value, name), is_later) for name, is_later in _fields_of(type(value)))
        # Most of a letter's values are words, and a long roll has half a million of them.
        return {
            name: one if type(one) is str else plain(one)
            for name, one, is_later in found
            if one or not is_later
        }
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


@functools.cache
def _fields_of(kind: type) -> tuple[tuple[str, bool], ...]:
    return tuple(
        (field.name, field.metadata == ADDED_LATER)
        for field in dataclasses.fields(kind)
        if field.metadata != BESIDE
    )
