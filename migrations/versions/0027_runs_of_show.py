"""Runs of show: what happens step by step with a letter that was released."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("receipt_wait_seconds", sa.Integer(), nullable=True))
    op.create_table(
        "show_step",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("edition_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("update_ref", sa.String(length=32), nullable=False),
        sa.Column("audience", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.String(length=32), nullable=False),
        sa.Column("word", sa.String(length=24), nullable=True),
        sa.Column("word_by", sa.String(length=64), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"]),
        sa.UniqueConstraint("edition_id", "step"),
    )
    op.create_index("ix_show_step_campaign_id", "show_step", ["campaign_id"])


def downgrade() -> None:
    op.drop_table("show_step")
    op.drop_column("campaign", "receipt_wait_seconds")
