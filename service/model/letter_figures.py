"""LetterFigures: what a letter of many sign-ons came to in numbers when it was counted last."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, Sealed


class LetterFigures(SQLModel, table=True):
    """The numbers of one letter, counted by the worker so that no page has to; a letter of few has no row.

    `numbers` lie sealed: of a country with one sign-on they tell who it is. `stamp` is what the letter's rows had come
    to then; `took_ms` is how long it took to count.
    """

    __tablename__ = "letter_figures"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, unique=True)
    counted_at: datetime = Field(sa_type=Moment)
    took_ms: int
    stamp: str = Field(max_length=200)
    numbers: bytes = Field(sa_type=Sealed)
