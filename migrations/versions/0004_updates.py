"""Updates to those who signed, and a table of messages that takes 100,000 at once."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite keeps no names of constraints; these are the ones that PostgreSQL gave.
_NAMES = {"fk": "%(table_name)s_%(column_0_name)s_fkey", "uq": "%(table_name)s_%(column_0_name)s_key"}
_NOT_NULL = sa.text("message_id IS NOT NULL")


def upgrade() -> None:
    # What leads to the table of messages goes first: SQLite makes that table anew, and drops the old one.
    with op.batch_alter_table("message_event", naming_convention=_NAMES) as table:
        table.drop_constraint("message_event_message_id_fkey", type_="foreignkey")
    with op.batch_alter_table("incoming_report", naming_convention=_NAMES) as table:
        table.drop_constraint("incoming_report_message_ref_fkey", type_="foreignkey")
    with op.batch_alter_table("message", naming_convention=_NAMES) as table:
        table.drop_constraint("message_campaign_id_fkey", type_="foreignkey")
        table.drop_constraint("message_message_id_key", type_="unique")
    op.create_index(
        "message_by_message_id",
        "message",
        ["message_id"],
        unique=True,
        sqlite_where=_NOT_NULL,
        postgresql_where=_NOT_NULL,
    )
    op.create_index("signature_by_mailbox", "signature", ["campaign_id", "email_index"], unique=False)
    op.create_table(
        "letter_update",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("audience", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_letter_update_campaign_id", "letter_update", ["campaign_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_letter_update_campaign_id", table_name="letter_update")
    op.drop_table("letter_update")
    op.drop_index("signature_by_mailbox", table_name="signature")
    op.drop_index("message_by_message_id", table_name="message")
    with op.batch_alter_table("message", naming_convention=_NAMES) as table:
        table.create_unique_constraint("message_message_id_key", ["message_id"])
        table.create_foreign_key("message_campaign_id_fkey", "campaign", ["campaign_id"], ["id"])
    with op.batch_alter_table("incoming_report", naming_convention=_NAMES) as table:
        table.create_foreign_key("incoming_report_message_ref_fkey", "message", ["message_ref"], ["id"])
    with op.batch_alter_table("message_event", naming_convention=_NAMES) as table:
        table.create_foreign_key("message_event_message_id_fkey", "message", ["message_id"], ["id"])
