"""Intake: a sign-on as it came by the form, before it touches anything else; the quarantine is a part of it."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, Sealed, code
from service.model.quarantine_reason import QuarantineReason
from service.model.states import IntakeState


class Intake(SQLModel, table=True):
    """One form that was sent.

    `sign_on` is sealed, and emptied once it was taken in for good; `network` is a hash whose key is of one day, by
    which what came from one network on that day is seen together. `signature_id` is what it became; until it was taken in,
    the sign-on in whose place a corrected form comes, or about which no more than its mail is wanted again. `decided_at` and `batch` are of the last decision.
    """

    __tablename__ = "intake"
    __table_args__ = (Index("intake_by_state", "state", "id"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    state: IntakeState = Field(sa_type=code(IntakeState))
    reason: QuarantineReason | None = Field(default=None, sa_type=code(QuarantineReason))
    sign_on: bytes | None = Field(default=None, sa_type=Sealed)
    network: bytes | None = Field(default=None, sa_type=Blind)
    received_at: datetime = Field(sa_type=Moment)
    signature_id: str | None = Field(default=None, max_length=32)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    batch: str | None = Field(default=None, max_length=32, index=True)

    @property
    def asks_for_mail(self) -> bool:
        """Tell whether no more is wanted than a mail about the sign-on there is: that is decided as it comes, in no batch."""
        return self.state is IntakeState.RECEIVED and self.decided_at is not None and self.batch is None
