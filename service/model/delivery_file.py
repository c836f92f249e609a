"""DeliveryFile: a picture that proves a step of a delivery, such as a stamped copy or the slip of the post."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed


class DeliveryFile(SQLModel, table=True):
    """One picture as it is kept: made anew from what was given, so that nothing but its pixels is left; rows are only added."""

    __tablename__ = "delivery_file"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    delivery_id: str = Field(foreign_key="delivery.id", max_length=32, index=True)
    sha256: str = Field(max_length=64)
    file: bytes = Field(sa_type=Sealed)
    kept_by: str = Field(max_length=64)
    kept_at: datetime = Field(sa_type=Moment)
