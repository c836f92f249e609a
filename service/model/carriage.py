"""Carriage: one handing over of a copy by a way that leaves by itself over the network, until it is known what became of it."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed, code
from service.model.states import CarriageState


class Carriage(SQLModel, table=True):
    """What the release, or a person's word, has set on its way; of each delivery they are counted from 1.

    `key` is what the other side knows it by: the same however often it is tried. `generation` counts the keys of one copy.
    `tries` says how often it was taken in hand, by `owner` at last until `lease_until`. `receipt` is its number at the
    other side, where that is asked again at `ask_at`; what is heard of it moves the delivery while it `is_followed`.
    `details` hold, of each try, what was asked, what was answered and said.
    """

    __tablename__ = "carriage"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        Index("carriage_due", "state", "due_at"),
        Index("carriage_receipt", "campaign_id", "receipt"),
        Index("carriage_ask", "ask_at"),
    )

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    delivery_id: str = Field(foreign_key="delivery.id", max_length=32)
    number: int
    key: str = Field(max_length=32)
    generation: int = 1
    state: CarriageState = Field(default=CarriageState.WAITING, sa_type=code(CarriageState))
    due_at: datetime = Field(sa_type=Moment)
    began_at: datetime | None = Field(default=None, sa_type=Moment)
    tries: int = 0
    owner: str = Field(default="", max_length=64)
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    receipt: str | None = Field(default=None, max_length=255)
    is_followed: bool = True
    ask_at: datetime | None = Field(default=None, sa_type=Moment)
    details: bytes = Field(default=b"", sa_type=Sealed)
    created_at: datetime = Field(sa_type=Moment)
    settled_at: datetime | None = Field(default=None, sa_type=Moment)
