"""How long a letter's personal data is kept, and the rounds of upkeep."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_MOMENTS = ("archived_at", "notified_at", "purge_at", "reminded_at", "asked_at", "shredded_at", "purged_at")


def upgrade() -> None:
    op.create_table(
        "retention",
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in _MOMENTS),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.PrimaryKeyConstraint("campaign_id"),
    )
    op.create_table(
        "upkeep_round",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", sa.String(length=100), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.Column("differences", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("upkeep_round")
    op.drop_table("retention")
