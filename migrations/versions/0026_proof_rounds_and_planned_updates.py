"""What signatories say of their printed lines, and updates that are planned."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("schedule", sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("schedule", sa.Column("update_id", sa.String(length=32), nullable=True))
    op.add_column("occurrence", sa.Column("answers_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "proof_answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("occurrence_id", sa.String(length=32), nullable=False),
        sa.Column("signature_id", sa.String(length=32), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrence.id"]),
        sa.ForeignKeyConstraint(["signature_id"], ["signature.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("occurrence_id", "signature_id"),
    )
    op.create_index("ix_proof_answer_signature_id", "proof_answer", ["signature_id"])


def downgrade() -> None:
    op.drop_table("proof_answer")
    op.drop_column("occurrence", "answers_until")
    op.drop_column("schedule", "update_id")
    op.drop_column("schedule", "answers")
