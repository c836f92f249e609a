"""Coordinators, their roles, how they come in, and acts that wait for a second one."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_TABLES = (
    "second_look",
    "known_device",
    "desk_session",
    "sign_in_step",
    "passkey",
    "recovery_code",
    "coordinator_invitation",
    "membership",
    "coordinator",
)


def upgrade() -> None:
    op.create_table(
        "coordinator",
        _id(),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        _text("language", 35),
        _text("time_zone", 64),
        _text("password", 200),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        _at("created_at"),
        _at("changed_at"),
        _at("disabled_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email_index"),
    )
    op.create_table(
        "membership",
        _id(),
        _text("coordinator_id", 32),
        _text("campaign_id", 32),
        _text("role", 24),
        _at("since"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"]),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.UniqueConstraint("coordinator_id", "campaign_id"),
    )
    op.create_index("ix_membership_campaign_id", "membership", ["campaign_id"])
    op.create_table(
        "coordinator_invitation",
        _id(),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=True),
        sa.Column("role", sa.String(length=24), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        _text("invited_by", 64),
        _at("created_at"),
        _at("expires_at"),
        _at("used_at", nullable=True),
        _at("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("ix_coordinator_invitation_email_index", "coordinator_invitation", ["email_index"])
    op.create_index("ix_coordinator_invitation_campaign_id", "coordinator_invitation", ["campaign_id"])
    op.create_table(
        "recovery_code",
        _id(),
        _text("coordinator_id", 32),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        _at("used_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"]),
    )
    op.create_index("ix_recovery_code_coordinator_id", "recovery_code", ["coordinator_id"])
    op.create_table(
        "passkey",
        _id(),
        _text("coordinator_id", 32),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        _at("created_at"),
        _at("used_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"]),
        sa.UniqueConstraint("credential_id"),
    )
    op.create_index("ix_passkey_coordinator_id", "passkey", ["coordinator_id"])
    op.create_table(
        "sign_in_step",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("coordinator_id", sa.String(length=32), nullable=True),
        _text("purpose", 24),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _at("expires_at"),
        _at("used_at", nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "desk_session",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        _id(),
        _text("coordinator_id", 32),
        _at("began_at"),
        _at("seen_at"),
        _at("proved_at"),
        sa.Column("device", sa.LargeBinary(), nullable=False),
        sa.Column("device_index", sa.LargeBinary(), nullable=False),
        _at("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("digest"),
        sa.UniqueConstraint("id"),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"]),
    )
    op.create_index("ix_desk_session_coordinator_id", "desk_session", ["coordinator_id"])
    op.create_table(
        "known_device",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        _text("coordinator_id", 32),
        _at("first_at"),
        _at("last_at"),
        sa.PrimaryKeyConstraint("digest", "coordinator_id"),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"]),
    )
    op.create_table(
        "second_look",
        _id(),
        _text("campaign_id", 32),
        _text("act", 48),
        sa.Column("thing", sa.JSON(), nullable=False),
        _text("asked_by", 64),
        _at("asked_at"),
        _at("expires_at"),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        _text("decided_by", 64),
        _at("decided_at", nullable=True),
        _at("done_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
    )
    op.create_index("ix_second_look_campaign_id", "second_look", ["campaign_id"])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=32), nullable=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
