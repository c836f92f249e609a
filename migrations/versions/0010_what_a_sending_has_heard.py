"""What a sending has heard of its e-mail."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery_event", sa.Column("heard_ref", sa.String(length=32), nullable=True))
    op.create_index("delivery_event_heard", "delivery_event", ["heard_ref"], unique=True)


def downgrade() -> None:
    op.drop_index("delivery_event_heard", table_name="delivery_event")
    op.drop_column("delivery_event", "heard_ref")
