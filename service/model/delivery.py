"""Delivery: one copy to one recipient by one channel; DeliveryEvent: each step and what proves it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, code
from service.model.recipient import Audience
from service.model.states import DeliveryState


class Proof(StrEnum):
    """What a step proves beyond the state that it leaves a delivery in.

    AT_MX: the server that took its e-mail is one that the office's own domain names. DISPLAYED: the reader's program says
    that it was shown.
    """

    AT_MX = "at_mx"
    DISPLAYED = "displayed"


class Delivery(SQLModel, table=True):
    """One sending of an edition to one of the recipient's addresses, counted from 0 in `destination`.

    `message_ref` is the e-mail that carries it, where one does; a person's word that it arrived takes its place.
    """

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("edition_id", "recipient_id", "channel", "destination"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    edition_id: str = Field(foreign_key="edition.id", max_length=32)
    recipient_id: str = Field(foreign_key="recipient.id", max_length=32)
    channel: str = Field(max_length=24)
    destination: int = 0
    copy_kind: Audience = Field(sa_type=code(Audience))
    check_code: str = Field(max_length=64)
    state: DeliveryState = Field(default=DeliveryState.PLANNED, sa_type=code(DeliveryState))
    message_ref: str | None = Field(default=None, foreign_key="message.id", max_length=32)
    created_at: datetime = Field(sa_type=Moment)
    settled_at: datetime | None = Field(default=None, sa_type=Moment)


class DeliveryEvent(SQLModel, table=True):
    """One step of a delivery and its evidence (a Message-ID, a relay's reply code); rows are only ever added.

    What only adds evidence leaves the state as it `was`. `heard_ref` is the event of the e-mail that the step
    follows, where it was heard afterwards: no event is ever followed twice. `proof` is what it proves beyond the state.
    """

    __tablename__ = "delivery_event"
    __table_args__ = (Index("delivery_event_heard", "heard_ref", unique=True),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    delivery_id: str = Field(foreign_key="delivery.id", max_length=32, index=True)
    at: datetime = Field(sa_type=Moment)
    was: str = Field(max_length=24)
    became: str = Field(max_length=24)
    evidence: str = Field(default="", max_length=400)
    heard_ref: str | None = Field(default=None, max_length=32)
    proof: Proof | None = Field(default=None, sa_type=code(Proof))
