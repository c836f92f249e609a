"""The copies that were handed over, by their check codes."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issued_copy",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("edition_id", sa.String(length=32), nullable=False),
        sa.Column("recipient_id", sa.String(length=32), nullable=True),
        sa.Column("audience", sa.String(length=24), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"]),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipient.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("issued_copy_code", "issued_copy", ["code_index"], unique=True)
    op.create_index("ix_issued_copy_edition_id", "issued_copy", ["edition_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_issued_copy_edition_id", table_name="issued_copy")
    op.drop_index("issued_copy_code", table_name="issued_copy")
    op.drop_table("issued_copy")
