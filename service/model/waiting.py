"""Waiting: a page that is still open after a form was sent, whoever had signed before."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, Sealed


class Waiting(SQLModel, table=True):
    """One form that was sent, for as long as its page may be used.

    `digest` is of the page's token, `given` what was typed, `seen` a digest of the sign-on as this form left it.
    `intake_id` is the form as it was received, `signature_id` the sign-on it led to, once it was taken in; every form
    leads to a row of this kind, so that the page tells nothing.
    """

    __tablename__ = "waiting"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    digest: bytes = Field(sa_type=Blind, unique=True)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32)
    intake_id: str | None = Field(default=None, max_length=32, index=True)
    signature_id: str | None = Field(default=None, max_length=32, index=True)
    seen: str = Field(default="", max_length=64)
    given: bytes = Field(sa_type=Sealed)
    corrections: int = 0
    resends: int = 0
    made_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment, index=True)
