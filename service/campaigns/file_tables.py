"""What a campaign file says, as values: one class for each of its tables, every default filled in.

None of them has a repr that tells its values: they are addresses, names and a text that is not out yet.
"""

from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass
from pydantic_core import to_json

from service.campaigns.file_values import (
    ONLY_KNOWN_KEYS,
    Address,
    Body,
    Country,
    Day,
    FixedWords,
    Flag,
    Language,
    Line,
    Moment,
    OptionalAddress,
    OptionalBody,
    OptionalLine,
    OptionalText,
    OptionalTitle,
    Slug,
    Text,
    Title,
    WebAddress,
    Whole,
    Written,
    Yes,
    Zone,
)
from service.campaigns.file_ways import Council, Review, WebForm
from service.campaigns.moments import moment_of
from service.letter.enclosed import LogoKind

LONGEST_GRACE_HOURS = 30 * 24
SHORTEST_RETENTION_DAYS, LONGEST_RETENTION_DAYS = 30, 3660
LONGEST_RECEIPT_HOURS = 14 * 24

Access = Literal["link", "invited", "public"]
NamesShown = Literal["after_publication", "to_signatories", "live"]
Admit = Literal["invited_automatic", "each", "everyone"]
Signers = Literal["organizations", "people", "both"]
RollOrder = Literal["alphabetical", "lead_first", "manual"]
GroupBy = Literal["none", "category", "country"]
Footnotes = Literal["page", "endnotes"]
TranslationStatus = Literal["authentic", "courtesy"]
FOUND_BY_LOADING = frozenset(
    {
        *(("letterhead", "made"), ("letterhead", "word_sha256")),
        *(("annexes", "sha256"), ("annexes", "size"), ("annexes", "pages")),
    }
)
"""Fields that no campaign file has: tables and keys that loading fills in."""

LATER_OF_RECIPIENTS = frozenset(
    {
        "regulations_document",
        "regulations_organization_type",
        "regulations_category",
        "webform",
        "unhrc",
        "upr",
        "phone",
        "contact_form",
        "office_code",
        "pec",
        "otherwise",
    }
)
"""Keys of a recipient that came later: where they are not said, its record is as it was before they came."""

RecipientRole = Literal["to", "cc", "press"]
CopyKind = Literal["full", "public"]
FormatName = Literal["pdf", "docx"]
ChannelName = Literal[
    "own_mailbox", "hand_over", "via", "email", "post", "lob", "pingen", "webform",
    "cwc", "soapbox", "regulations", "unhrc", "upr", "pec", "archive",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Event:
    """What the letter must arrive before."""

    name: OptionalLine = ""
    starts: Day | None = None


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Contact:
    """Who is named in the letter's foot."""

    name: OptionalLine = ""
    role: OptionalLine = ""
    email: OptionalAddress = ""
    phone: OptionalLine = ""


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Press:
    """Whom members and press may ask, and the lines about the coalition."""

    name: OptionalLine = ""
    role: OptionalLine = ""
    email: OptionalAddress = ""
    phone: OptionalLine = ""
    boilerplate: OptionalText = ""


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Show:
    """That all which follows a release goes step by step, and how long it waits for a receipt."""

    receipt_hours: Whole = Field(default=24, ge=0, le=LONGEST_RECEIPT_HOURS)


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class LogoMade:
    """A logo as it was made anew: the hash of its file, and its proportions."""

    sha256: Written
    kind: LogoKind
    width: Whole
    height: Whole


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class AnnexFile:
    """A PDF that is signed with the text; all but `title` and `file` is what loading found in the file."""

    title: Line
    file: Line
    sha256: Written = ""
    size: Whole = 0
    pages: Whole = 0


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Letterhead:
    """The head of the paper, and the template of its Word files; `made` is what loading made of the logos, in their order.

    `word_sha256` is the hash of the template as loading made it.
    """

    logos: tuple[Line, ...] = ()
    lines: tuple[Line, ...] = ()
    made: tuple[LogoMade, ...] = ()
    word_template: Line | None = None
    word_sha256: Written | None = None


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class SignatoriesShown:
    """How the roll is ordered and what it shows beside a name."""

    order: RollOrder = "alphabetical"
    group_by: GroupBy = "none"
    show_country: Flag = False
    show_representative: Flag = False


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Words:
    """The words of a letter in one language; what is left out is not printed, so no default puts words in mouths.

    `words` are fixed words of the letter that take the place of ours.
    """

    title: Title
    subtitle: OptionalTitle = ""
    re: OptionalTitle = ""
    salutation: Line
    body: Body
    asks_intro: OptionalText = ""
    asks: tuple[Text, ...] = ()
    ending: OptionalBody = ""
    closing: OptionalLine = ""
    words: FixedWords = ()


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Translation(Words):
    """The letter in another language: an authentic one is signed with the text, a courtesy one only helps to read it."""

    language: Language
    status: TranslationStatus = "courtesy"


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Letter(Words):
    """The text that people sign, with its translations."""

    date: Day | None = None
    footnotes: Footnotes = "page"
    translations: tuple[Translation, ...] = ()
    annexes: tuple[AnnexFile, ...] = ()


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Approver:
    """One of those who approve an edition before it is sent."""

    name: Line
    email: Address


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class Recipient:
    """An office that is written to.

    Where a file leaves them out, reading it fills in `copy` ("full" for the role "to") and `channels` (e-mail
    for one that has an address for it); made by hand, a recipient gets nothing that was not asked for.
    """

    role: RecipientRole = "to"
    name: Line
    position: OptionalLine = ""
    office: OptionalLine = ""
    address: tuple[Line, ...] = ()
    country: Country = ""
    emails: tuple[Address, ...] = ()
    salutation: OptionalLine = ""
    copy: CopyKind = "public"
    cover_note: OptionalText = ""
    channels: tuple[ChannelName, ...] = ()
    otherwise: tuple[ChannelName, ...] | None = None
    formats: tuple[FormatName, ...] = ("pdf",)
    regulations_document: OptionalLine | None = None
    regulations_organization_type: OptionalLine | None = None
    regulations_category: OptionalLine | None = None
    pec: Address | None = None
    source: OptionalLine = ""
    checked: Day | None = None
    webform: WebForm | None = None
    unhrc: Council | None = None
    upr: Review | None = None
    phone: OptionalLine | None = None
    contact_form: WebAddress | None = None
    office_code: OptionalLine | None = None

    @property
    def copy_kind(self) -> CopyKind:
        """Which copy of the letter the recipient gets, in the words of the recipient's row."""
        return self.copy

    def as_record(self) -> dict[str, Any]:
        """Give the recipient as a JSON-able record, under the keys of the file."""
        return _without_unsaid(RECIPIENT.dump_python(self, mode="json"))

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Recipient":
        """Make the same recipient again from its record."""
        return RECIPIENT.validate_json(to_json(record))


@dataclass(frozen=True, kw_only=True, config=ONLY_KNOWN_KEYS, repr=False)
class CampaignFile:
    """A whole campaign file; texts are clean (NFC, LF), an absent text is "", moments are as written.

    The moments `opens`, `deadline`, `send_at` and `publish_at` are local to `time_zone`; `opens_at`,
    `deadline_at`, `send_at_utc` and `publish_at_utc` are the same in UTC.
    """

    slug: Slug
    coalition: Line
    convenors: tuple[Line, ...] = ()
    reply_to: Address
    language: Language = "en"
    time_zone: Zone
    access: Access = "link"
    names_shown: NamesShown = "after_publication"
    admit: Admit = "invited_automatic"
    signers: Signers = "both"
    opens: Moment
    deadline: Moment
    grace_hours: Whole = Field(default=24, ge=0, le=LONGEST_GRACE_HOURS)
    send_at: Moment | None = None
    publish_at: Moment | None = None
    goal: Whole | None = Field(default=None, ge=1)
    goal_public: Flag = False
    count_shown_from: Whole = Field(default=10, ge=0)
    call: OptionalBody = ""
    solo: Flag = False
    milestones: Yes = None
    purge_after_days: Whole | None = Field(
        default=None, ge=SHORTEST_RETENTION_DAYS, le=LONGEST_RETENTION_DAYS
    )
    event: Event | None = None
    contact: Contact | None = None
    press: Press | None = None
    show: Show | None = None
    letterhead: Letterhead = Letterhead()
    signatories: SignatoriesShown = SignatoriesShown()
    letter: Letter
    approvers: tuple[Approver, ...] = ()
    recipients: tuple[Recipient, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that the file's moments are local to."""
        return ZoneInfo(self.time_zone)

    @property
    def opens_at(self) -> datetime:
        """The moment sign-ons begin, in UTC."""
        return moment_of(self.opens, self.zone)

    @property
    def deadline_at(self) -> datetime:
        """The sign-on deadline, in UTC."""
        return moment_of(self.deadline, self.zone)

    @property
    def send_at_utc(self) -> datetime | None:
        """The planned moment of sending, in UTC."""
        return None if self.send_at is None else moment_of(self.send_at, self.zone)

    @property
    def publish_at_utc(self) -> datetime | None:
        """The planned moment of publication, in UTC."""
        return None if self.publish_at is None else moment_of(self.publish_at, self.zone)

    @property
    def grace(self) -> timedelta:
        """How long after the deadline a confirmation still counts."""
        return timedelta(hours=self.grace_hours)

    def as_record(self) -> dict[str, Any]:
        """Give the file as a JSON-able record: moments and days in ISO 8601, lists for tuples."""
        record: dict[str, Any] = CAMPAIGN_FILE.dump_python(self, mode="json")
        record["recipients"] = [_without_unsaid(office) for office in record["recipients"]]
        head = record["letterhead"].items()
        record["letterhead"] = {key: value for key, value in head if value is not None}
        # Keys that are not said are left out: the version before this one does not know all of them.
        return {key: value for key, value in record.items() if value is not None}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "CampaignFile":
        """Make the same file again from its record; one that as_record() did not give is a bug and raises."""
        return CAMPAIGN_FILE.validate_json(to_json(record))


def _without_unsaid(record: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value for key, value in record.items() if key not in LATER_OF_RECIPIENTS or value is not None
    }


RECIPIENT = TypeAdapter(Recipient)
CAMPAIGN_FILE = TypeAdapter(CampaignFile)
