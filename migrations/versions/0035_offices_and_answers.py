"""Checks of offices, the log of contacts, answers and their clock, and the codes and questions of approvers."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_TABLES = (
    "approver_question",
    "approver_code",
    "office_reply",
    "office_chase",
    "answer_clock",
    "contact_note",
    "office_check",
)


# As in 0022: a letter's page shows the answers that were made public.
_ROW_OF = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
_SQLITE_STEP = (
    "INSERT INTO page_stamp (campaign_id, lane, step, moved_by) VALUES ({row}.campaign_id, 0, 1, 0)"
    " ON CONFLICT (campaign_id, lane) DO UPDATE SET step = step + 1; END"
)


def upgrade() -> None:
    op.create_table(
        "office_check",
        _id(),
        _text("campaign_id", 32),
        _bytes("office_index"),
        _bytes("data_index"),
        _text("checked_by", 64),
        _at("checked_at"),
        sa.PrimaryKeyConstraint("id"),
        _of_campaign(),
        sa.UniqueConstraint("campaign_id", "office_index", "data_index", "checked_by"),
    )
    op.create_table(
        "contact_note",
        _id(),
        _text("campaign_id", 32),
        _bytes("office_index"),
        _text("kind", 24),
        _bytes("details"),
        sa.Column("has_next", sa.Boolean(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        _text("noted_by", 64),
        _at("noted_at"),
        _at("done_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        _of_campaign(),
    )
    op.create_index("contact_note_of_office", "contact_note", ["campaign_id", "office_index", "id"])
    op.create_table(
        "answer_clock",
        _id(),
        _text("campaign_id", 32),
        _bytes("office_index"),
        sa.Column("due_on", sa.Date(), nullable=False),
        _bytes("details"),
        _text("set_by", 64),
        _at("set_at"),
        sa.PrimaryKeyConstraint("id"),
        _of_campaign(),
        sa.UniqueConstraint("campaign_id", "office_index"),
    )
    op.create_table(
        "office_chase",
        _id(),
        _text("campaign_id", 32),
        _bytes("office_index"),
        _text("recipient_id", 32),
        sa.Column("number", sa.Integer(), nullable=False),
        _bytes("details"),
        _text("sent_by", 64),
        _at("sent_at"),
        sa.PrimaryKeyConstraint("id"),
        _of_campaign(),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipient.id"]),
        sa.UniqueConstraint("campaign_id", "office_index", "number"),
    )
    op.create_table(
        "office_reply",
        _id(),
        _text("campaign_id", 32),
        _bytes("office_index"),
        sa.Column("came_on", sa.Date(), nullable=False),
        _bytes("details"),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        _text("kept_by", 64),
        _at("kept_at"),
        _text("told_by", 64),
        _at("told_at", nullable=True),
        _text("published_by", 64),
        _at("published_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        _of_campaign(),
    )
    op.create_index("office_reply_of_letter", "office_reply", ["campaign_id", "id"])
    op.create_table(
        "approver_code",
        _text("edition_id", 32),
        _text("approver_id", 32),
        _text("campaign_id", 32),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("edition_id", "approver_id"),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"]),
        sa.ForeignKeyConstraint(["approver_id"], ["approver.id"]),
        _of_campaign(),
    )
    op.create_table(
        "approver_question",
        _id(),
        _text("campaign_id", 32),
        _text("edition_id", 32),
        _text("approver_id", 32),
        _bytes("question"),
        _at("asked_at"),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        _text("answered_by", 64),
        _at("answered_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        _of_campaign(),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"]),
        sa.ForeignKeyConstraint(["approver_id"], ["approver.id"]),
    )
    op.create_index("ix_approver_question_campaign_id", "approver_question", ["campaign_id"])
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for event, row in _ROW_OF.items():
        if is_postgresql:
            op.execute(
                f"CREATE CONSTRAINT TRIGGER {_name(event)} AFTER {event} ON office_reply"
                " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION move_page_stamp('campaign_id')"
            )
        else:
            head = f"CREATE TRIGGER {_name(event)} AFTER {event} ON office_reply BEGIN "
            op.execute(head + _SQLITE_STEP.format(row=row))


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _name(event: str) -> str:
    return f"office_reply_{event.lower()}_moves_page"


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=32), nullable=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_campaign() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"])
