"""SignatureNote: what a coordinator wrote down about a sign-on."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed


class SignatureNote(SQLModel, table=True):
    """One note: who wrote it and when, and the words, sealed; notes are only added."""

    __tablename__ = "signature_note"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    signature_id: str = Field(max_length=32, index=True)
    at: datetime = Field(sa_type=Moment)
    by: str = Field(max_length=64)
    words: bytes = Field(sa_type=Sealed)
