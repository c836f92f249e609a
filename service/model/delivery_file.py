"""DeliveryFile: a file that proves a step of a delivery, such as a picture of a stamped copy, a receipt of certified mail, or a mail that a person sent."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed

PICTURE, RECEIPT = "image/jpeg", "message/rfc822"
"""The media types of what is kept."""


class DeliveryFile(SQLModel, table=True):
    """One file as it is kept, once; rows are only added.

    A picture is made anew from what was given, so that nothing but its pixels is left. A receipt is what came, byte for byte:
    its signature stands over all of it. `kept_by` is a person, or of a receipt the way that it came by.
    """

    __tablename__ = "delivery_file"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    delivery_id: str = Field(foreign_key="delivery.id", max_length=32, index=True)
    media_type: str = Field(default=PICTURE, max_length=40, sa_column_kwargs={"server_default": PICTURE})
    sha256: str = Field(max_length=64)
    file: bytes = Field(sa_type=Sealed)
    kept_by: str = Field(max_length=64)
    kept_at: datetime = Field(sa_type=Moment)
