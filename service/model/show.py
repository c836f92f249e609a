"""ShowStep: one step of a run of show, from the hand-over of a letter to its publication, and what it waits for."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed, code
from service.model.states import ShowState


class Step(StrEnum):
    """What happens with a letter that was released, in this order."""

    DELIVERED = "delivered"
    RECEIPT = "receipt"
    COPY = "final-copy"
    KITS = "kits"
    PRESS = "press"
    PAGE = "page"


class Reason(StrEnum):
    """Why a step stands where it does."""

    EARLIER = "earlier"
    ON_ITS_WAY = "on_its_way"
    AWAITED = "awaited"
    POSTING = "posting"
    ITS_TIME = "its_time"
    BY_HAND = "by_hand"
    AT_RISK = "at_risk"
    NOT_CONFIGURED = "not_configured"
    REFUSED = "refused"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    NOT_LEAVING = "not_leaving"
    WAS_STOPPED = "was_stopped"
    HELD = "held"
    MISSED = "missed"
    NOT_SENT = "not_sent"
    COULD_NOT = "could_not"
    HANDED_OVER = "handed_over"
    SEEN = "seen"
    NOT_EXPECTED = "not_expected"
    NONE_CAME = "none_came"
    NOBODY = "nobody"
    PUBLISHED = "published"
    WORD = "word"


class Word(StrEnum):
    """What a person says of a step, where somebody else has to say it too."""

    GO = "go"
    SKIP = "skip"


class ShowStep(SQLModel, table=True):
    """One step of the run of show of a released edition; each is there once, and done once, whoever looks.

    `began_at` says when mails of the step began to be posted, `posted_at` when the last was; `update_ref`, `audience`
    and `cursor` are of the update that brings the final copy. `word` is what one person, `word_by`, said and a second
    has not said yet. `why` is a person's reason, sealed.
    """

    __tablename__ = "show_step"
    __table_args__ = (UniqueConstraint("edition_id", "step"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    edition_id: str = Field(foreign_key="edition.id", max_length=32)
    step: Step = Field(sa_type=code(Step))
    state: ShowState = Field(default=ShowState.WAITING, sa_type=code(ShowState))
    reason: Reason = Field(default=Reason.EARLIER, sa_type=code(Reason))
    changed_at: datetime = Field(sa_type=Moment)
    began_at: datetime | None = Field(default=None, sa_type=Moment)
    posted_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    update_ref: str = Field(default="", max_length=32)
    audience: int = 0
    cursor: str = Field(default="", max_length=32)
    word: Word | None = Field(default=None, sa_type=code(Word))
    word_by: str = Field(default="", max_length=64)
    why: bytes | None = Field(default=None, sa_type=Sealed)
