"""What single ways of sending ask of an office, as a campaign file says it: one class for each of its tables."""

from typing import Any, Literal

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass
from pydantic_core import to_json

from service.campaigns.file_values import (
    ONLY_KNOWN_KEYS,
    Day,
    Flag,
    Line,
    OptionalBody,
    OptionalLine,
    OptionalWebAddress,
    WebAddress,
    Whole,
)
from service.letter.fit_text import Unit

MOST_FIELDS = 30
LARGEST_LIMIT = 1_000_000
STRICTEST: Unit = "crlf_bytes"
"""How a field counts where nobody knows: no other way of counting finds more in a text."""

FieldHolds = Literal[
    "text", "letter", "title", "re", "signatories", "count", "coalition", "date",
    "contact_name", "contact_role", "contact_email", "contact_phone",
]  # fmt: skip
NgoStatus = Literal["general", "special", "roster"]
ReviewName = Literal["upr", "ccpr", "cerd", "cescr", "cedaw", "cat", "crc", "cmw", "crpd", "ced"]
FORM_PLACEHOLDERS = ("signatories", "count", "organizations", "individuals", "date")
"""What an author's text for a form may leave to be filled in when the letter is frozen."""


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class FormField:
    """One field of an office's form: what it is called there, what goes into it, and how much it takes.

    `text` is the author's own, where the field holds that.
    """

    label: Line
    holds: FieldHolds = "text"
    text: OptionalBody = ""
    limit: Whole | None = Field(default=None, ge=1, le=LARGEST_LIMIT)
    unit: Unit = STRICTEST


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class WebForm:
    """The form on an office's site, which a person fills in: where it is, and its fields in their order.

    `whole_at` is where the whole letter can be read, for a field into which only a part of it fits.
    """

    address: WebAddress
    whole_at: OptionalWebAddress = ""
    fields: tuple[FormField, ...] = ()

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "WebForm":
        """Make the same form again from its record, as an office's row holds it."""
        return _WEB_FORM.validate_json(to_json(record))


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Ngo:
    """An NGO in consultative status with ECOSOC, by its name in the database there.

    `signed_as` is its name among the signatories where that is another; `compared` is when somebody last looked there.
    """

    name: Line
    status: NgoStatus
    signed_as: OptionalLine = ""
    compared: Day | None = None


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Council:
    """A session of the UN Human Rights Council and who submits the statement: the first of the `ngos`, jointly with the rest.

    With `names_others` all other organizations of the public copy are named as sharing its views.
    """

    session: Whole = Field(ge=1, le=999)
    opens: Day
    item: Whole = Field(ge=1, le=10)
    address: OptionalWebAddress = ""
    ngos: tuple[Ngo, ...] = ()
    names_others: Flag = True

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Council":
        """Make the same again from its record, as an office's row holds it."""
        return _COUNCIL.validate_json(to_json(record))


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Review:
    """A UN review of one country: `country` in the letter's language, `month` any day of the month of its session.

    `due` is the last day on which it is taken. `most_words` and `most_pages` count in place of the numbers known here.
    """

    review: ReviewName
    country: Line
    month: Day
    due: Day | None = None
    address: OptionalWebAddress = ""
    most_words: Whole | None = Field(default=None, ge=1, le=LARGEST_LIMIT)
    most_pages: Whole | None = Field(default=None, ge=1, le=LARGEST_LIMIT)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Review":
        """Make the same again from its record, as an office's row holds it."""
        return _REVIEW.validate_json(to_json(record))


_WEB_FORM = TypeAdapter(WebForm)
_COUNCIL = TypeAdapter(Council)
_REVIEW = TypeAdapter(Review)
