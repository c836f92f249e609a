"""Coordinator: who works at the secretariat's desk; Membership: its role in one letter."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, Sealed, code


class Role(StrEnum):
    """What a coordinator is to one letter; who may do what hangs on it (service/coordinators/permissions.py)."""

    OWNER = "owner"
    EDITOR = "editor"
    MODERATOR = "moderator"
    SENDER = "sender"
    AUDITOR = "auditor"


class Coordinator(SQLModel, table=True):
    """One person with an account; who only approves, chases or comments has none.

    `details` seals the name and the address. `password` is an argon2id verifier, "" where none is set; `totp` seals
    the secret of the one-time codes, and `totp_step` is the newest step of 30 seconds that was used, so that no code
    is good twice. `is_admin` may invite and disable coordinators, and sees no letter by that alone.
    """

    __tablename__ = "coordinator"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    email_index: bytes = Field(sa_type=Blind, unique=True)
    details: bytes = Field(sa_type=Sealed)
    language: str = Field(default="", max_length=35)
    time_zone: str = Field(default="", max_length=64)
    password: str = Field(default="", max_length=200)
    totp: bytes | None = Field(default=None, sa_type=Sealed)
    totp_step: int = 0
    is_admin: bool = False
    created_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)
    disabled_at: datetime | None = Field(default=None, sa_type=Moment)


class Membership(SQLModel, table=True):
    """The role of one coordinator in one letter; without a row the letter does not exist for it.

    `invited_by` is who invited it to this letter, as the audit names that one, and `joined_at` when it came; both stay
    while roles change. "" and None stand for whoever began the letter, or came before this was kept. For whom another
    vouched counts as itself at once (service/coordinators/voices.py).
    """

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("coordinator_id", "campaign_id"),)

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    coordinator_id: str = Field(foreign_key="coordinator.id", max_length=32)
    campaign_id: str = Field(foreign_key="campaign.id", max_length=32, index=True)
    role: Role = Field(sa_type=code(Role))
    since: datetime = Field(sa_type=Moment)
    invited_by: str = Field(default="", max_length=64)
    joined_at: datetime | None = Field(default=None, sa_type=Moment)
    vouched_by: str = Field(default="", max_length=64)
    vouched_at: datetime | None = Field(default=None, sa_type=Moment)
