"""ConfirmingCode: six digits by which a sign-on is confirmed, kept as a keyed digest."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from service.model.columns import Blind, Moment, code


class CodeChannel(StrEnum):
    """How a code reaches the signatory: in the confirming mail, or read out by a coordinator."""

    MAIL = "mail"
    READ_OUT = "read_out"


class ConfirmingCode(SQLModel, table=True):
    """The newest code of one sign-on in one channel; a new one takes its place, and its tries begin anew."""

    __tablename__ = "confirming_code"

    signature_id: str = Field(primary_key=True, max_length=32)
    channel: CodeChannel = Field(sa_type=code(CodeChannel), primary_key=True)
    generation: int
    digest: bytes = Field(sa_type=Blind)
    tries: int = 0
    expires_at: datetime = Field(sa_type=Moment, index=True)
    used_at: datetime | None = Field(default=None, sa_type=Moment)
