"""Find mail in doubt without reading all mail."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

IN_DOUBT = sa.text("state = 'uncertain' OR (state = 'queued' AND possible_duplicate)")


def upgrade() -> None:
    op.create_index(
        "message_in_doubt",
        "message",
        ["submitted_at"],
        unique=False,
        sqlite_where=IN_DOUBT,
        postgresql_where=IN_DOUBT,
    )


def downgrade() -> None:
    op.drop_index("message_in_doubt", table_name="message")
