"""LinkRequest: somebody at the door asked for a fresh link; who it was is found out later, behind the door."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment


class LinkRequest(SQLModel, table=True):
    """A mailbox, as a keyed hash only, for which a fresh link was asked; it lives for seconds.

    The door writes this one row whether or not the mailbox has signed anything, so neither answer nor time tells.
    """

    __tablename__ = "link_request"
    __table_args__ = (UniqueConstraint("campaign_id", "email_index"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    email_index: bytes = Field(sa_type=Blind)
    asked_at: datetime = Field(sa_type=Moment)
