"""Inquiry: somebody asked whether an organization signed; the row goes as soon as its contact was told."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed


class Inquiry(SQLModel, table=True):
    """A question that waits for the worker: whoever asks learns nothing, not even from the time an answer takes."""

    __tablename__ = "inquiry"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    asked_about: bytes = Field(sa_type=Sealed)
    asked_at: datetime = Field(sa_type=Moment)
