"""What a signatory asks of its own sign-on: consents, fresh links, erasure, a correction."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("signature", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("signature", sa.Column("correction_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("signature_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occasion", sa.String(length=24), nullable=False),
        sa.Column("wording", sa.String(length=24), nullable=False),
        sa.Column("visibility", sa.String(length=24), nullable=False),
        sa.Column("keeps_on_change", sa.Boolean(), nullable=False),
        sa.Column("wants_news", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_consent_signature_id", "consent", ["signature_id"], unique=False)
    op.create_table(
        "link_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("campaign_id", "email_index"),
    )


def downgrade() -> None:
    op.drop_table("link_request")
    op.drop_index("ix_consent_signature_id", table_name="consent")
    op.drop_table("consent")
    op.drop_column("signature", "correction_asked_at")
    op.drop_column("signature", "erased_at")
