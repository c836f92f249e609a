"""What a coordinator comes in by: an invitation, a passkey, recovery codes; and what remembers that it did."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Blind, Moment, Sealed, code
from service.model.coordinator import Role


class CoordinatorInvitation(SQLModel, table=True):
    """One use, 48 hours, one role: what was invited cannot be changed by who accepts.

    `details` seals the address; `campaign_id` and `role` are empty for whoever is invited to the service alone.
    """

    __tablename__ = "coordinator_invitation"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    digest: bytes = Field(unique=True)
    email_index: bytes = Field(sa_type=Blind, index=True)
    details: bytes = Field(sa_type=Sealed)
    campaign_id: str | None = Field(default=None, max_length=32, index=True)
    role: Role | None = Field(default=None, sa_type=code(Role))
    is_admin: bool = False
    invited_by: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class RecoveryCode(SQLModel, table=True):
    """One of the ten codes for whoever has lost the device; kept as a keyed hash, good once."""

    __tablename__ = "recovery_code"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    coordinator_id: str = Field(foreign_key="coordinator.id", max_length=32, index=True)
    digest: bytes = Field(sa_type=Blind)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class Passkey(SQLModel, table=True):
    """A key that a coordinator's device holds (Web Authentication, Level 3); we know only its public half."""

    __tablename__ = "passkey"

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    coordinator_id: str = Field(foreign_key="coordinator.id", max_length=32, index=True)
    credential_id: bytes = Field(unique=True)
    public_key: bytes
    sign_count: int
    name: bytes = Field(sa_type=Sealed)
    created_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class SignInStep(SQLModel, table=True):
    """A sign-in half way: the password was right and the code is awaited, or a passkey was asked; minutes, one use."""

    __tablename__ = "sign_in_step"

    digest: bytes = Field(primary_key=True)
    coordinator_id: str | None = Field(default=None, max_length=32)
    purpose: str = Field(max_length=24)
    challenge: bytes = b""
    tries: int = 0
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class DeskSession(SQLModel, table=True):
    """One browser that is signed in; the cookie holds 256 random bits, and only their digest stands here.

    It ends after half an hour without a page, after twelve hours in any case, and when `ended_at` is set. `proved_at`
    is when its coordinator last proved to be there. `device` seals what the browser says of itself, in a few words.
    """

    __tablename__ = "desk_session"

    digest: bytes = Field(primary_key=True)
    id: str = Field(default_factory=make_id, max_length=32, unique=True)
    coordinator_id: str = Field(foreign_key="coordinator.id", max_length=32, index=True)
    began_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    proved_at: datetime = Field(sa_type=Moment)
    device: bytes = Field(sa_type=Sealed)
    device_index: bytes = Field(default=b"", sa_type=Blind)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class KnownDevice(SQLModel, table=True):
    """A browser in which a coordinator has signed in before; from any other the sign-in is told by mail."""

    __tablename__ = "known_device"

    digest: bytes = Field(primary_key=True)
    coordinator_id: str = Field(primary_key=True, foreign_key="coordinator.id", max_length=32)
    first_at: datetime = Field(sa_type=Moment)
    last_at: datetime = Field(sa_type=Moment)
