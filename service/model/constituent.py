"""Constituent: a signatory's request that the own Member of Congress raise the letter, with a home address."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed


class Constituent(SQLModel, table=True):
    """What one signatory asked of one Member, whose `office` has the chamber's code.

    `details` hold the home address, sealed under a key of their own (Keyring.constituents), and are empty once the Member's
    office has the message. `delivery_id` is its sending, None until the letter is released; `settled_at` says when the
    address was deleted.
    """

    __tablename__ = "constituent"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    signature_id: str = Field(foreign_key="signature.id", max_length=32, unique=True)
    office: str = Field(max_length=8)
    details: bytes = Field(sa_type=Sealed)
    delivery_id: str | None = Field(default=None, foreign_key="delivery.id", max_length=32, unique=True)
    created_at: datetime = Field(sa_type=Moment)
    settled_at: datetime | None = Field(default=None, sa_type=Moment)
