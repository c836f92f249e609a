"""What keeps abuse from the forms: rules of the block and allow lists, attack mode of a letter, token buckets."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, Sealed, code


class Listed(StrEnum):
    """What a rule does with whom it names."""

    BLOCK = "block"
    ALLOW = "allow"
    NO_MAIL = "no_mail"


class RuleKind(StrEnum):
    """What a rule names."""

    ADDRESS = "address"
    DOMAIN = "domain"
    NETWORK = "network"


class AbuseRule(SQLModel, table=True):
    """One line of the lists; `campaign_id` is empty where it holds for all letters.

    `value_index` is a keyed hash by which it is found, `value` what was typed, wrapped by the root key. `breadth` says how
    much it covers: the fewer, the more exact. A domain may be blocked or allowed, and beside that be one to which no
    mail goes.
    """

    __tablename__ = "abuse_rule"
    __table_args__ = (UniqueConstraint("campaign_id", "value_index"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    campaign_id: str = Field(default="", max_length=32)
    listed: Listed = Field(sa_type=code(Listed))
    kind: RuleKind = Field(sa_type=code(RuleKind))
    breadth: int
    value_index: bytes = Field(sa_type=Blind)
    value: bytes = Field(sa_type=Sealed)
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(max_length=64)


class AttackMode(SQLModel, table=True):
    """A letter whose form asks for proof of work."""

    __tablename__ = "attack_mode"

    campaign_id: str = Field(primary_key=True, foreign_key="campaign.id", max_length=32)
    since: datetime = Field(sa_type=Moment)
    by: str = Field(max_length=64)


class TokenBucket(SQLModel, table=True):
    """A bucket of one day, all times in milliseconds: it will be full again at `full_at`, counted from 1970.

    One token comes every `step`, and a full bucket holds what comes in `room`. `refused` says that the last one who
    came found it empty.
    """

    __tablename__ = "token_bucket"

    bucket: bytes = Field(primary_key=True, sa_type=Blind)
    day: date = Field(index=True)
    full_at: int = Field(sa_type=BigInteger)
    step: int = Field(sa_type=BigInteger)
    room: int = Field(sa_type=BigInteger)
    refused: int = 0
