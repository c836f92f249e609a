"""Consent: what somebody answered to the questions of a sign-on, to which wording, and when; only ever added."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, code
from service.model.signature import Visibility


class Occasion(StrEnum):
    """Where the questions were answered."""

    FORM = "form"
    ATTESTED = "attested"
    CHANGE = "change"


class Consent(SQLModel, table=True):
    """The answers as they stood after one occasion: ids and choices only, no foreign key, nothing of a person.

    `wording` is the version of the questions that were read (service/signing/consents.py).
    """

    __tablename__ = "consent"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(max_length=32)
    signature_id: str = Field(max_length=32, index=True)
    at: datetime = Field(sa_type=Moment)
    occasion: Occasion = Field(sa_type=code(Occasion))
    wording: str = Field(max_length=24)
    visibility: Visibility = Field(sa_type=code(Visibility))
    keeps_on_change: bool
    wants_news: bool
