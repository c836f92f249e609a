"""OwnWords: what a coalition says in its own words in a mail that the service sends for it."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed, code


class Purpose(StrEnum):
    """In which mail the words stand."""

    SENDING = "sending"
    FINAL_COPY = "final_copy"
    GREETING = "greeting"


class OwnWords(SQLModel, table=True):
    """The words of one mail in one or several languages, sealed: {language: {subject, body}}.

    Those of a greeting are {"draft": {place: words}, "used": {place: words}} (service/signing/greetings.py).
    """

    __tablename__ = "own_words"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    purpose: Purpose = Field(sa_type=code(Purpose))
    words: bytes = Field(sa_type=Sealed)
    changed_at: datetime = Field(sa_type=Moment)
