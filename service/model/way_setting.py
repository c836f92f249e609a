"""WaySetting: what a letter has set up for one way of sending, such as the key of its account at a printer."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed


class WaySetting(SQLModel, table=True):
    """What one letter has set for one way; its values, secrets among them, lie sealed in `details`. No row: not set up."""

    __tablename__ = "way_setting"
    __table_args__ = (UniqueConstraint("campaign_id", "channel"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    channel: str = Field(max_length=24)
    details: bytes = Field(sa_type=Sealed)
    set_by: str = Field(max_length=64)
    set_at: datetime = Field(sa_type=Moment)
