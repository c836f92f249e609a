"""Which words of a coalition stand in its confirming and thanking mails: known with the letter, so that it costs no question."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("greeting_id", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("campaign", "greeting_id")
