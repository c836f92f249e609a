"""Update: what a coalition tells those who signed a letter, or those of them who asked for news."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from service.model.columns import Moment, Record, Sealed, code


class UpdateAudience(StrEnum):
    """To whom an update goes."""

    SIGNATORIES = "signatories"
    NEWS = "news"


class Update(SQLModel, table=True):
    """One update, its words sealed: of a letter that is not public yet, nothing may be read from a database.

    `id` is a keyed hash of audience and words: the same words to the same audience of a letter are one update, and
    the occurrence of all its mails. `rule` narrows the audience (service/signing/update_rule.py), empty for all of it;
    `translations` are the same words in other languages. `recipients` counts the mails posted so far; `posted_at` says when the last of
    them was, and is empty while a start was broken off. From `stopped_at` on none is posted or composed any more.
    """

    __tablename__ = "letter_update"

    id: str = Field(primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    audience: UpdateAudience = Field(sa_type=code(UpdateAudience))
    subject: bytes = Field(sa_type=Sealed)
    body: bytes = Field(sa_type=Sealed)
    rule: dict[str, Any] = Field(default_factory=dict, sa_type=Record)
    translations: bytes | None = Field(default=None, sa_type=Sealed)
    recipients: int = 0
    created_at: datetime = Field(sa_type=Moment)
    posted_at: datetime | None = Field(default=None, sa_type=Moment)
    stopped_at: datetime | None = Field(default=None, sa_type=Moment)
