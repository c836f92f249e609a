"""Find the mails that are due in their order, however many are due at the same moment."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    _make_index("priority", "due_at", "id")


def downgrade() -> None:
    _make_index("priority", "due_at")


def _make_index(*columns: str) -> None:
    op.drop_index("message_due", table_name="message")
    op.create_index(
        "message_due",
        "message",
        [*columns],
        unique=False,
        sqlite_where=_QUEUED,
        postgresql_where=_QUEUED,
    )
