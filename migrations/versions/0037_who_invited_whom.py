"""Who invited somebody of a team, when that one came, and who vouched; and the words of what waits for a second one."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An earlier release that still runs beside this one gives a role without them: such a one counts as itself.
    for column in ("invited_by", "vouched_by"):
        op.add_column(
            "membership", sa.Column(column, sa.String(length=64), nullable=False, server_default="")
        )
    for column in ("joined_at", "vouched_at"):
        op.add_column("membership", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    # Limits by person and hour look here; the events of those who sign, by far the most, are not in it.
    by_coordinators = sa.text("substr(actor, 1, 12) = 'coordinator:'")
    op.create_index(
        "audit_event_of_coordinator",
        "audit_event",
        ["actor", "at"],
        postgresql_where=by_coordinators,
        sqlite_where=by_coordinators,
    )
    op.add_column("second_look", sa.Column("words", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("second_look", "words")
    op.drop_index("audit_event_of_coordinator", table_name="audit_event")
    for column in ("vouched_at", "joined_at", "vouched_by", "invited_by"):
        op.drop_column("membership", column)
