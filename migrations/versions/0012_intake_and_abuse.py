"""Forms as they come in, their quarantine, and what keeps abuse from them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intake",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("sign_on", sa.LargeBinary(), nullable=True),
        sa.Column("network", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature_id", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("intake_by_state", "intake", ["state", "id"], unique=False)
    op.create_index("ix_intake_campaign_id", "intake", ["campaign_id"], unique=False)
    op.create_index("ix_intake_batch", "intake", ["batch"], unique=False)
    op.create_table(
        "abuse_rule",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("listed", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("breadth", sa.Integer(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("campaign_id", "value_index"),
    )
    op.create_table(
        "attack_mode",
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.PrimaryKeyConstraint("campaign_id"),
    )
    op.create_table(
        "token_bucket",
        sa.Column("bucket", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("full_at", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("room", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket"),
    )
    op.create_index("ix_token_bucket_day", "token_bucket", ["day"], unique=False)
    op.create_table(
        "mailbox_check",
        sa.Column("signature_id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("similar", sa.LargeBinary(), nullable=False),
        sa.Column("disposable", sa.Boolean(), nullable=False),
        sa.Column("takes_mail", sa.Boolean(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["signature_id"], ["signature.id"]),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.PrimaryKeyConstraint("signature_id"),
    )
    op.create_index("mailbox_check_similar", "mailbox_check", ["campaign_id", "similar"], unique=False)


def downgrade() -> None:
    op.drop_table("mailbox_check")
    op.drop_table("token_bucket")
    op.drop_table("attack_mode")
    op.drop_table("abuse_rule")
    op.drop_table("intake")
