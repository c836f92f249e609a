"""Lists of offices, what a step of a delivery proves beyond its state, and letters that want a word at each milestone."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office_import",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
    )
    op.create_index("ix_office_import_campaign_id", "office_import", ["campaign_id"])
    op.create_index("ix_office_import_created_at", "office_import", ["created_at"])
    op.add_column(
        "campaign", sa.Column("milestones", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("delivery_event", sa.Column("proof", sa.String(length=24), nullable=True))


def downgrade() -> None:
    op.drop_column("delivery_event", "proof")
    op.drop_column("campaign", "milestones")
    op.drop_table("office_import")
