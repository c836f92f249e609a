"""Campaign: one letter from draft to answer, and the wrapped keys of its data."""

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed, code
from service.model.states import CampaignState


class Access(StrEnum):
    """Who may see the page of an unpublished letter."""

    LINK = "link"
    INVITED = "invited"
    PUBLIC = "public"


class NamesShown(StrEnum):
    """When names stand on the page."""

    AFTER_PUBLICATION = "after_publication"
    TO_SIGNATORIES = "to_signatories"
    LIVE = "live"


class Admit(StrEnum):
    """Whose confirmed sign-on is accepted without the secretariat's look."""

    INVITED_AUTOMATIC = "invited_automatic"
    EACH = "each"
    EVERYONE = "everyone"


class Signers(StrEnum):
    """Which kinds of signatory the letter takes."""

    ORGANIZATIONS = "organizations"
    PEOPLE = "people"
    BOTH = "both"


class Campaign(SQLModel, table=True):
    """One letter; what its file says beyond these columns lies sealed in `source`.

    `receipt_wait_seconds` is how long its run of show waits for a receipt; None where it has no run of show.
    Since `trial_since` its mail goes to its own team only, since `paused_at` it takes no sign-ons for a while, and since
    `emergency_at` it shows no names, sends no mail and opens no links; each is None where that is not so.
    `silent_until` is the day by which no answer had come, as its page says; None where the secretariat lets it say nothing.
    `greeting_id` names the coalition's own words in its confirming and thanking mails; None where these have ours alone.
    """

    __tablename__ = "campaign"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    slug: str = Field(max_length=60, unique=True)
    state: CampaignState = Field(default=CampaignState.DRAFT, sa_type=code(CampaignState))
    access: Access = Field(sa_type=code(Access))
    names_shown: NamesShown = Field(sa_type=code(NamesShown))
    admit: Admit = Field(sa_type=code(Admit))
    signers: Signers = Field(sa_type=code(Signers))
    solo: bool = False
    milestones: bool = False
    count_shown_from: int
    language: str = Field(max_length=35)
    time_zone: str = Field(max_length=64)
    opens_at: datetime | None = Field(default=None, sa_type=Moment)
    deadline_at: datetime = Field(sa_type=Moment)
    grace_seconds: int
    send_at: datetime | None = Field(default=None, sa_type=Moment)
    publish_at: datetime | None = Field(default=None, sa_type=Moment)
    receipt_wait_seconds: int | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    published_at: datetime | None = Field(default=None, sa_type=Moment)
    outcome: str = Field(default="", max_length=24)
    silent_until: date | None = None
    trial_since: datetime | None = Field(default=None, sa_type=Moment)
    paused_at: datetime | None = Field(default=None, sa_type=Moment)
    emergency_at: datetime | None = Field(default=None, sa_type=Moment)
    greeting_id: str | None = Field(default=None, max_length=32)
    link_generation: int = 1
    revision_id: str | None = Field(default=None, max_length=32)
    source: bytes = Field(sa_type=Sealed)
    created_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)


class CampaignKey(SQLModel, table=True):
    """A campaign's keys, wrapped by the root key; deleting the row is the shred."""

    __tablename__ = "campaign_key"

    campaign_id: str = Field(primary_key=True, max_length=32, foreign_key="campaign.id")
    wrapped: bytes
    created_at: datetime = Field(sa_type=Moment)
