"""Unsaved texts, who is editing, and comments by guest link."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "text_draft",
        _id(),
        _text("campaign_id", 32),
        _text("coordinator_id", 32),
        _text("language", 35),
        _text("base", 64),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _at("saved_at"),
        _at("thrown_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"]),
        sa.UniqueConstraint("campaign_id", "coordinator_id", "language"),
    )
    op.create_table(
        "text_lock",
        _id(),
        _text("campaign_id", 32),
        _text("language", 35),
        _text("coordinator_id", 32),
        _text("taken_from", 32),
        _at("since"),
        _at("seen_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"]),
        sa.UniqueConstraint("campaign_id", "language"),
    )
    op.create_table(
        "comment_guest",
        _id(),
        _text("campaign_id", 32),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        _at("comments_until", nullable=True),
        _at("invited_at"),
        _at("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.UniqueConstraint("campaign_id", "email_index"),
    )
    op.create_table(
        "text_comment",
        _id(),
        _text("campaign_id", 32),
        _text("guest_id", 32),
        _text("language", 35),
        _text("part", 24),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_amendment", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _at("created_at"),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        _at("decided_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["guest_id"], ["comment_guest.id"]),
    )
    op.create_index("ix_text_comment_campaign_id", "text_comment", ["campaign_id"])
    op.create_index("ix_text_comment_guest_id", "text_comment", ["guest_id"])


def downgrade() -> None:
    for table in ("text_comment", "comment_guest", "text_lock", "text_draft"):
        op.drop_table(table)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=32), nullable=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
