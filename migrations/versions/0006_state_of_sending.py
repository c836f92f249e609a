"""The state of sending, and how far each sender's journal had come."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sending = op.create_table(
        "sending",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("cause", sa.String(length=24), nullable=True),
        sa.Column("held_by", sa.String(length=64), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(sending, [{"id": 1, "held_by": ""}])
    op.create_table(
        "journal_mark",
        sa.Column("journal_id", sa.String(length=32), nullable=False),
        sa.Column("fence_no", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("reconciled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("journal_id"),
    )


def downgrade() -> None:
    op.drop_table("journal_mark")
    op.drop_table("sending")
