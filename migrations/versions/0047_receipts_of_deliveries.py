"""Files beside a delivery are of several kinds: pictures, and the receipts of certified mail."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is there are pictures.
    op.add_column(
        "delivery_file",
        sa.Column("media_type", sa.String(length=40), nullable=False, server_default="image/jpeg"),
    )


def downgrade() -> None:
    # An earlier release would show them as pictures.
    op.execute(sa.text("DELETE FROM delivery_file WHERE media_type != 'image/jpeg'"))
    op.drop_column("delivery_file", "media_type")
