"""Until which day a letter's page says that no answer had come."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("silent_until", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("campaign", "silent_until")
