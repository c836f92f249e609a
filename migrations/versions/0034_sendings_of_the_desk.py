"""Sendings that coordinators word: their own words, the rule of an update, and mails that a pause holds."""

import sqlalchemy as sa
from alembic import op

from service.store.beside_others import build_index

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_index("message_held", "message", ["campaign_id", "kind", "occurrence"], where="state = 'held'")
    op.create_table(
        "own_words",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
    )
    op.create_index("ix_own_words_campaign_id", "own_words", ["campaign_id"])
    op.add_column("schedule", sa.Column("words_id", sa.String(length=32), nullable=True))
    op.add_column("letter_update", sa.Column("rule", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("letter_update", sa.Column("translations", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_index("message_held", table_name="message")
    op.drop_column("letter_update", "translations")
    op.drop_column("letter_update", "rule")
    op.drop_column("schedule", "words_id")
    op.drop_table("own_words")
