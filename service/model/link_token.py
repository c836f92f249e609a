"""LinkToken: the digest of a secret link, for one purpose and one row."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from service.model.columns import Moment, code


class Purpose(StrEnum):
    """The one thing that a link opens."""

    CONFIRM = "confirm"
    MANAGE = "manage"
    INVITATION = "invitation"
    APPROVE = "approve"
    UNSUBSCRIBE = "unsubscribe"
    CHANGE = "change"
    NOT_ME = "not_me"
    OBJECT = "object"
    COUNTERSIGN = "countersign"
    KIT = "kit"
    PROOF = "proof"
    CHASE = "chase"
    COMMENT = "comment"


class LinkToken(SQLModel, table=True):
    """A link that was given out; the token itself is never kept."""

    __tablename__ = "link_token"

    digest: bytes = Field(primary_key=True)
    purpose: Purpose = Field(sa_type=code(Purpose))
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    row_id: str = Field(max_length=65, index=True)
    generation: int
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)
