"""Destinations of messages, and what was heard of them found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_HEARD = (
    "became IN ('delivered', 'bounced', 'complained', 'delayed', 'relayed', 'answered_by_machine',"
    " 'absent_at_relay')"
)


def upgrade() -> None:
    op.add_column(
        "message", sa.Column("destination", sa.String(length=24), nullable=False, server_default="")
    )
    op.create_index(
        "message_event_heard",
        "message_event",
        ["became", "message_id"],
        unique=False,
        sqlite_where=sa.text(_HEARD),
        postgresql_where=sa.text(_HEARD),
    )


def downgrade() -> None:
    op.drop_index("message_event_heard", table_name="message_event")
    op.drop_column("message", "destination")
