"""Ways to confirm: codes, pages that wait, how a sign-on was confirmed, discreet mail."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "confirming_code",
        sa.Column("signature_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("signature_id", "channel"),
    )
    op.create_index("ix_confirming_code_expires_at", "confirming_code", ["expires_at"], unique=False)
    op.create_table(
        "waiting",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("intake_id", sa.String(length=32), nullable=True),
        sa.Column("signature_id", sa.String(length=32), nullable=True),
        sa.Column("seen", sa.String(length=64), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("resends", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("ix_waiting_intake_id", "waiting", ["intake_id"], unique=False)
    op.create_index("ix_waiting_signature_id", "waiting", ["signature_id"], unique=False)
    op.create_index("ix_waiting_expires_at", "waiting", ["expires_at"], unique=False)
    # A default in the database, so that a version before this one can still add rows.
    no = sa.false()
    op.add_column("signature", sa.Column("confirmed_by", sa.String(length=24), nullable=True))
    op.add_column("signature", sa.Column("machine_like", sa.Boolean(), nullable=False, server_default=no))
    op.add_column("signature", sa.Column("discreet", sa.Boolean(), nullable=False, server_default=no))


def downgrade() -> None:
    op.drop_column("signature", "discreet")
    op.drop_column("signature", "machine_like")
    op.drop_column("signature", "confirmed_by")
    op.drop_table("waiting")
    op.drop_table("confirming_code")
