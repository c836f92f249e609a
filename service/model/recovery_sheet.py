"""RecoverySheet: a code on paper by which a second person becomes owner of a letter, once."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment


class RecoverySheet(SQLModel, table=True):
    """The code stands on paper in a sealed envelope, and here only as a keyed hash; a new sheet ends the earlier one."""

    __tablename__ = "recovery_sheet"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    digest: bytes = Field(sa_type=Blind, unique=True)
    made_by: str = Field(max_length=64)
    made_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
