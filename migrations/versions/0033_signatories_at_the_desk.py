"""Sign-ons found by their words, notes about them, exports; and indexes for lists of a million."""

import sqlalchemy as sa
from alembic import op

from service.store.beside_others import build_index, change_index

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_TO_LOOK_AT = (
    "held_reason IS NOT NULL OR condition IS NOT NULL OR joined_to IS NOT NULL"
    " OR (state = 'confirmed' AND accepted_at IS NULL)"
)
_BY_STATE = ["campaign_id", "state", "id"]
_FINER = "signature_by_state_and_id"


def upgrade() -> None:
    build_index("signature_by_letter", "signature", ["campaign_id", "id"])
    build_index("signature_to_look_at", "signature", ["campaign_id", "id"], where=_TO_LOOK_AT)
    build_index("ix_audit_event_thing", "audit_event", ["thing"])
    if op.get_bind().dialect.name == "postgresql":
        # It takes the place of the one that stands, which serves until then.
        build_index(_FINER, "signature", _BY_STATE)
    op.create_table(
        "signature_word",
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("signature_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "digest", "signature_id"),
    )
    op.create_index("signature_word_of", "signature_word", ["signature_id"])
    op.create_table(
        "signature_note",
        _text("id", 32),
        _text("campaign_id", 32),
        _text("signature_id", 32),
        _at("at"),
        _text("by", 64),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
    )
    op.create_index("ix_signature_note_campaign_id", "signature_note", ["campaign_id"])
    op.create_index("ix_signature_note_signature_id", "signature_note", ["signature_id"])
    op.create_table(
        "export",
        _text("id", 32),
        _text("campaign_id", 32),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("form", 24),
        sa.Column("filter", sa.JSON(), nullable=False),
        _text("asked_by", 64),
        _at("asked_at"),
        _text("approved_by", 64),
        _at("approved_at", nullable=True),
        _at("made_at", nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        _at("expires_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
    )
    op.create_index("ix_export_campaign_id", "export", ["campaign_id"])
    op.create_table(
        "export_part",
        _text("id", 32),
        _text("campaign_id", 32),
        _text("export_id", 32),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["export_id"], ["export.id"]),
    )
    op.create_index("ix_export_part_export_id", "export_part", ["export_id"])
    op.add_column("second_look", sa.Column("reason", sa.LargeBinary(), nullable=True))
    change_index("signature_by_state", "signature", _BY_STATE, now_named=_FINER)


def downgrade() -> None:
    op.drop_index("ix_audit_event_thing", "audit_event")
    op.drop_index("signature_to_look_at", "signature")
    op.drop_index("signature_by_letter", "signature")
    op.drop_index("signature_by_state", "signature")
    op.create_index("signature_by_state", "signature", ["campaign_id", "state"])
    op.drop_column("second_look", "reason")
    for table in ("export_part", "export", "signature_note", "signature_word"):
        op.drop_table(table)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
