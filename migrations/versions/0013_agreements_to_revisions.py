"""Agreements to revisions: who stood on which text, and until when a change may be objected to."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter_revision", sa.Column("objections_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("letter_revision", sa.Column("reason", sa.LargeBinary(), nullable=True))
    op.create_table(
        "agreement",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("signature_id", sa.String(length=32), nullable=False),
        sa.Column("revision_id", sa.String(length=32), nullable=False),
        sa.Column("how", sa.String(length=24), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["signature_id"], ["signature.id"]),
        sa.ForeignKeyConstraint(["revision_id"], ["letter_revision.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("signature_id", "revision_id"),
    )
    # Who has confirmed so far did so on the one text there was. An id of one's own costs nothing to take over.
    op.execute(
        "INSERT INTO agreement (id, campaign_id, signature_id, revision_id, how, agreed_at)"
        " SELECT id, campaign_id, id, revision_id,"
        " CASE WHEN provenance = 'attested' THEN 'attested' ELSE 'agreed' END,"
        " coalesce(confirmed_at, signed_at, created_at)"
        " FROM signature WHERE state = 'confirmed' AND revision_id IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("agreement")
    op.drop_column("letter_revision", "reason")
    op.drop_column("letter_revision", "objections_until")
