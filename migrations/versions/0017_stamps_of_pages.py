"""Stamps that move whenever what a letter's page shows may have changed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# A table whose rows a page is made of: the column that names the letter, and which of its rows stand on a page.
_WATCHED = {
    "signature": ("campaign_id", "{row}.state = 'confirmed'"),
    "member": ("campaign_id", ""),
    "edition": ("campaign_id", ""),
    "campaign": ("id", ""),
}
_ROWS_OF = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}

# One lane for each connection, so that confirmations need not wait for one another; and one step for each transaction,
# so that a thousand rows changed together leave no thousand dead versions of the stamp behind.
_POSTGRESQL = """
CREATE FUNCTION move_page_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    letter varchar(32);
BEGIN
    IF TG_ARGV[0] = 'id' THEN
        letter := COALESCE(NEW.id, OLD.id);
    ELSE
        letter := COALESCE(NEW.campaign_id, OLD.campaign_id);
    END IF;
    INSERT INTO page_stamp AS kept (campaign_id, lane, step, moved_by)
    VALUES (letter, pg_backend_pid() % 64, 1, pg_current_xact_id()::text::bigint)
    ON CONFLICT (campaign_id, lane) DO UPDATE SET step = kept.step + 1, moved_by = excluded.moved_by
    WHERE kept.moved_by <> excluded.moved_by;
    RETURN NULL;
END $$
"""

_SQLITE_STEP = (
    "INSERT INTO page_stamp (campaign_id, lane, step, moved_by) VALUES ({letter}, 0, 1, 0)"
    " ON CONFLICT (campaign_id, lane) DO UPDATE SET step = step + 1; END"
)


def upgrade() -> None:
    op.create_table(
        "page_stamp",
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("moved_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "lane"),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute(_POSTGRESQL)
    for table, (letter, shown) in _WATCHED.items():
        for event, rows in _ROWS_OF.items():
            when = " OR ".join(shown.format(row=row) for row in rows) if shown else "1 = 1"
            op.execute((_on_postgresql if is_postgresql else _on_sqlite)(table, event, when, letter))


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in _WATCHED:
        for event in _ROWS_OF:
            op.execute(f"DROP TRIGGER {_name(table, event)}" + (f" ON {table}" if is_postgresql else ""))
    if is_postgresql:
        op.execute("DROP FUNCTION move_page_stamp()")
    op.drop_table("page_stamp")


def _on_postgresql(table: str, event: str, when: str, letter: str) -> str:
    # Deferred: the stamp is locked only while the transaction commits.
    return (
        f"CREATE CONSTRAINT TRIGGER {_name(table, event)} AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED"
        f" FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION move_page_stamp('{letter}')"
    )


def _on_sqlite(table: str, event: str, when: str, letter: str) -> str:
    row = "OLD" if event == "DELETE" else "NEW"
    head = f"CREATE TRIGGER {_name(table, event)} AFTER {event} ON {table} WHEN {when} BEGIN "
    return head + _SQLITE_STEP.replace("{letter}", f"{row}.{letter}")


def _name(table: str, event: str) -> str:
    return f"{table}_{event.lower()}_moves_page"
