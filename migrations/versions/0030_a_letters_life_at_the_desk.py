"""Letters that are tried, paused or hidden in an emergency; what was measured before going live; a chain of all acts."""

import sqlalchemy as sa
from alembic import op

from service.store.beside_others import add_columns, build_index

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_LETTER = ("trial_since", "paused_at", "emergency_at")
# What an event is, from the moment its row stands; its place in the chain is given once.
_FIXED = ("id", "at", "campaign_id", "actor", "act", "thing")
_FROZEN = "a row of audit_event is frozen"

_FORGOTTEN = "SELECT 1 FROM audit_chain AS c WHERE OLD.number <= c.base_number"
_POSTGRESQL_DELETE = f"""
CREATE FUNCTION refuse_audit_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS ({_FORGOTTEN}) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '{_FROZEN}' USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    add_columns(
        "audit_event",
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("prev", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
    )
    build_index("audit_event_by_number", "audit_event", ["number"], is_unique=True)
    build_index("audit_event_of_letter", "audit_event", ["campaign_id", "id"])
    for column in _LETTER:
        op.add_column("campaign", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "letter_check",
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("campaign_id", "what"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
    )
    chain = op.create_table(
        "audit_chain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("base_number", sa.BigInteger(), nullable=False),
        sa.Column("base_hash", sa.String(length=64), nullable=False),
        sa.Column("head_number", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.drop_index("ix_audit_event_campaign_id", table_name="audit_event")
    nothing = "0" * 64
    op.bulk_insert(
        chain,
        [{"id": 1, "base_number": 0, "base_hash": nothing, "head_number": 0, "head_hash": nothing}],
    )
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_postgresql()
    else:
        _refuse_on_sqlite()


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for event in ("update", "delete"):
        op.execute(f"DROP TRIGGER audit_event_{event}_refused" + (" ON audit_event" if is_postgresql else ""))
    if is_postgresql:
        op.execute("DROP FUNCTION refuse_audit_delete()")
    op.drop_table("audit_chain")
    op.create_index("ix_audit_event_campaign_id", "audit_event", ["campaign_id"])
    op.drop_index("audit_event_of_letter", table_name="audit_event")
    op.drop_index("audit_event_by_number", table_name="audit_event")
    for column in ("hash", "prev", "number"):
        op.drop_column("audit_event", column)
    op.drop_table("letter_check")
    for column in reversed(_LETTER):
        op.drop_column("campaign", column)


def _refuse_on_postgresql() -> None:
    changed = _changed("IS DISTINCT FROM")
    op.execute(_POSTGRESQL_DELETE)
    op.execute(
        "CREATE TRIGGER audit_event_update_refused BEFORE UPDATE ON audit_event"
        f" FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION refuse_frozen()"
    )
    op.execute(
        "CREATE TRIGGER audit_event_delete_refused BEFORE DELETE ON audit_event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_audit_delete()"
    )


def _refuse_on_sqlite() -> None:
    refuse = f" BEGIN SELECT RAISE(ABORT, '{_FROZEN}'); END"
    op.execute(
        "CREATE TRIGGER audit_event_update_refused BEFORE UPDATE ON audit_event"
        f" WHEN {_changed('IS NOT')}" + refuse
    )
    # Only what the retention has said goodbye to may go (service/coordinators/chain.py).
    op.execute(
        "CREATE TRIGGER audit_event_delete_refused BEFORE DELETE ON audit_event"
        f" WHEN NOT EXISTS ({_FORGOTTEN})" + refuse
    )


def _changed(differ: str) -> str:
    """Say in SQL that an update changes an event, or its place in the chain once it has one."""
    parts = [f"OLD.{column} {differ} NEW.{column}" for column in _FIXED]
    return " OR ".join(["OLD.number IS NOT NULL", *parts])
