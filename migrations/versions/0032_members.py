"""The invited: who chases them, spreadsheets on their way in, how somebody agreed, and who is kept for next letters."""

import sqlalchemy as sa
from alembic import op

from service.store.beside_others import build_index

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_TABLES = ("directory_entry", "agreed_source", "member_import", "chase", "chaser")


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    invited = "invited" if is_postgresql else "invited = 1"
    build_index("signature_invited", "signature", ["campaign_id", "id"], where=invited)
    op.create_table(
        "chaser",
        _id(),
        _text("campaign_id", 32),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        _text("language", 35),
        sa.Column("generation", sa.Integer(), nullable=False),
        _at("created_at"),
        _at("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.UniqueConstraint("campaign_id", "email_index"),
    )
    op.create_table(
        "chase",
        _id(),
        _text("campaign_id", 32),
        _text("signature_id", 32),
        sa.Column("chaser_id", sa.String(length=32), nullable=True),
        sa.Column("said", sa.String(length=24), nullable=True),
        sa.Column("decides_on", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        _at("said_at", nullable=True),
        _at("left_out_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["signature_id"], ["signature.id"]),
        sa.ForeignKeyConstraint(["chaser_id"], ["chaser.id"]),
        sa.UniqueConstraint("signature_id"),
    )
    op.create_index("ix_chase_campaign_id", "chase", ["campaign_id"])
    op.create_index("ix_chase_chaser_id", "chase", ["chaser_id"])
    op.create_table(
        "member_import",
        _id(),
        _text("campaign_id", 32),
        _at("created_at"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("made", sa.JSON(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        _at("began_at", nullable=True),
        _at("finished_at", nullable=True),
        _at("undone_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
    )
    op.create_index("ix_member_import_campaign_id", "member_import", ["campaign_id"])
    op.create_index("ix_member_import_created_at", "member_import", ["created_at"])
    op.create_table(
        "agreed_source",
        _id(),
        _text("campaign_id", 32),
        _text("signature_id", 32),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        _text("kept_by", 64),
        _at("kept_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["signature_id"], ["signature.id"]),
    )
    op.create_index("ix_agreed_source_signature_id", "agreed_source", ["signature_id"])
    op.create_table(
        "directory_entry",
        _id(),
        _text("source_letter", 32),
        _text("kind", 24),
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("consent", sa.LargeBinary(), nullable=False),
        _at("kept_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["source_letter"], ["campaign.id"]),
        sa.UniqueConstraint("source_letter", "name_index", "email_index"),
    )


def downgrade() -> None:
    op.drop_index("signature_invited", "signature")
    for table in _TABLES:
        op.drop_table(table)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=32), nullable=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
