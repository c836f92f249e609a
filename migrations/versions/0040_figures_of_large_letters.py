"""The numbers of a letter of many sign-ons, as the worker counted them last; who was let in late or joined is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_figures",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.String(length=200), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.UniqueConstraint("campaign_id"),
    )
    # Of a million sign-ons hardly any stand in these, so that none costs anything.
    late, joined = sa.text("late_until IS NOT NULL"), sa.text("joined_to IS NOT NULL")
    op.create_index(
        "signature_late", "signature", ["campaign_id", "id"], sqlite_where=late, postgresql_where=late
    )
    op.create_index(
        "signature_joined", "signature", ["joined_to"], sqlite_where=joined, postgresql_where=joined
    )


def downgrade() -> None:
    op.drop_index("signature_joined", "signature")
    op.drop_index("signature_late", "signature")
    op.drop_table("letter_figures")
