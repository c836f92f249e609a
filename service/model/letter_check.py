"""LetterCheck: one thing that was measured of a letter before it goes live, and what was found."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from service.model.columns import Moment, Record, code


class Measured(StrEnum):
    """What is measured, and kept with its time."""

    SENDER_DNS = "sender_dns"
    TEST_MAIL = "test_mail"
    FONTS = "fonts"


class Outcome(StrEnum):
    """How a measurement came out."""

    GOOD = "good"
    WAITS = "waits"
    WRONG = "wrong"
    UNKNOWN = "unknown"


class LetterCheck(SQLModel, table=True):
    """The newest measurement of one kind; `found` are sentences about the DNS or the fonts, `digest` is of the test mail's link."""

    __tablename__ = "letter_check"

    campaign_id: str = Field(primary_key=True, max_length=32, foreign_key="campaign.id")
    what: Measured = Field(primary_key=True, sa_type=code(Measured))
    outcome: Outcome = Field(sa_type=code(Outcome))
    found: list[Any] = Field(sa_type=Record)
    measured_at: datetime = Field(sa_type=Moment)
    digest: bytes | None = None
