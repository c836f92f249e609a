"""A late link for one sign-on, and a page's stamp that moves with what becomes of the sendings."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# As in 0017: a letter's page says of each addendum whether the office has it.
_ROW_OF = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
_SQLITE_STEP = (
    "INSERT INTO page_stamp (campaign_id, lane, step, moved_by) VALUES ({row}.campaign_id, 0, 1, 0)"
    " ON CONFLICT (campaign_id, lane) DO UPDATE SET step = step + 1; END"
)


def upgrade() -> None:
    op.add_column("signature", sa.Column("late_until", sa.DateTime(timezone=True), nullable=True))
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for event, row in _ROW_OF.items():
        if is_postgresql:
            op.execute(
                f"CREATE CONSTRAINT TRIGGER {_name(event)} AFTER {event} ON delivery"
                " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION move_page_stamp('campaign_id')"
            )
        else:
            head = f"CREATE TRIGGER {_name(event)} AFTER {event} ON delivery BEGIN "
            op.execute(head + _SQLITE_STEP.format(row=row))


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for event in _ROW_OF:
        op.execute(f"DROP TRIGGER {_name(event)}" + (" ON delivery" if is_postgresql else ""))
    op.drop_column("signature", "late_until")


def _name(event: str) -> str:
    return f"delivery_{event.lower()}_moves_page"
