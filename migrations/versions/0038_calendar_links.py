"""Calendars by a private link, and guests who want to hear what was decided on their comments."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_link",
        sa.Column("coordinator_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("coordinator_id"),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"]),
        sa.UniqueConstraint("digest"),
    )
    op.add_column(
        "comment_guest", sa.Column("wants_word", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("comment_guest", "wants_word")
    op.drop_table("calendar_link")
