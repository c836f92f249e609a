"""Suppression: an address that must not be written to again, and why."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, code


class SuppressionReason(StrEnum):
    """Why an address is left alone."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    NOT_ME = "not_me"


class Suppression(SQLModel, table=True):
    """An address that one campaign leaves alone, kept as a keyed hash only.

    Any reason stops invitations, reminders, updates and news; after a complaint, or where its owner says that
    the sign-on was somebody else's, nothing is written to it at all.
    """

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("campaign_id", "email_index"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    email_index: bytes = Field(sa_type=Blind)
    reason: SuppressionReason = Field(sa_type=code(SuppressionReason))
    created_at: datetime = Field(sa_type=Moment)
