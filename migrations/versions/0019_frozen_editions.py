"""Kinds of editions, and rows that no statement can change once they are frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# What is frozen from the moment its row stands, and what from the moment it was set for the first time.
_FROZEN = {
    "edition": (
        (
            "id",
            "campaign_id",
            "revision_id",
            "number",
            "kind",
            "follows",
            "fingerprint",
            "content",
            "frozen_at",
        ),
        ("voided_at", "released_at"),
    ),
    "letter_revision": (("id", "campaign_id", "number", "sha256", "content", "frozen_at"), ()),
}
# An approval may be thought over until its edition is released; from then on it is part of what happened.
_APPROVAL_ROWS = {"INSERT": "NEW", "UPDATE": "OLD", "DELETE": "OLD"}

_POSTGRESQL_REFUSES = """
CREATE FUNCTION refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is frozen', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
# A trigger's condition cannot look into other tables on PostgreSQL, so its function does.
_POSTGRESQL_KEPT = """
CREATE FUNCTION refuse_while_keys_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM campaign_key AS k WHERE k.campaign_id = OLD.campaign_id) THEN
        RAISE EXCEPTION 'a row of % is frozen', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$
"""
_POSTGRESQL_APPROVAL = """
CREATE FUNCTION refuse_after_release() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    edition_of varchar(32);
BEGIN
    IF TG_OP = 'INSERT' THEN
        edition_of := NEW.edition_id;
    ELSE
        edition_of := OLD.edition_id;
    END IF;
    IF EXISTS (
        SELECT 1 FROM edition AS e JOIN campaign_key AS k ON k.campaign_id = e.campaign_id
        WHERE e.id = edition_of AND e.released_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'a row of % is frozen', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$
"""

# Deleting is for the purge alone, which shreds the letter's keys first.
_SQLITE_KEPT = "WHEN EXISTS (SELECT 1 FROM campaign_key AS k WHERE k.campaign_id = OLD.campaign_id)"
_SQLITE_APPROVAL = (
    "WHEN EXISTS (SELECT 1 FROM edition AS e JOIN campaign_key AS k ON k.campaign_id = e.campaign_id"
    " WHERE e.id = {row}.edition_id AND e.released_at IS NOT NULL)"
)


def upgrade() -> None:
    op.add_column("edition", sa.Column("kind", sa.String(length=24), nullable=False, server_default="letter"))
    op.add_column("edition", sa.Column("follows", sa.String(length=32), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        _freeze_on_postgresql()
    else:
        _freeze_on_sqlite()


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    names = [(table, _name(table, event)) for table in _FROZEN for event in ("update", "delete")]
    names += [("approval", _name("approval", event.lower())) for event in _APPROVAL_ROWS]
    for table, name in names:
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if is_postgresql else ""))
    if is_postgresql:
        for function in ("refuse_frozen", "refuse_while_keys_stand", "refuse_after_release"):
            op.execute(f"DROP FUNCTION {function}()")
    op.drop_column("edition", "follows")
    op.drop_column("edition", "kind")


def _freeze_on_postgresql() -> None:
    for function in (_POSTGRESQL_REFUSES, _POSTGRESQL_KEPT, _POSTGRESQL_APPROVAL):
        op.execute(function)
    for table, (always, once_set) in _FROZEN.items():
        changed = _changed(always, once_set, differ="IS DISTINCT FROM")
        op.execute(
            f"CREATE TRIGGER {_name(table, 'update')} BEFORE UPDATE ON {table}"
            f" FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION refuse_frozen()"
        )
        op.execute(
            f"CREATE TRIGGER {_name(table, 'delete')} BEFORE DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_while_keys_stand()"
        )
    for event in _APPROVAL_ROWS:
        op.execute(
            f"CREATE TRIGGER {_name('approval', event.lower())} BEFORE {event} ON approval"
            " FOR EACH ROW EXECUTE FUNCTION refuse_after_release()"
        )


def _freeze_on_sqlite() -> None:
    for table, (always, once_set) in _FROZEN.items():
        changed = "WHEN " + _changed(always, once_set, differ="IS NOT")
        op.execute(_on_sqlite(table, "UPDATE", changed))
        op.execute(_on_sqlite(table, "DELETE", _SQLITE_KEPT))
    for event, row in _APPROVAL_ROWS.items():
        op.execute(_on_sqlite("approval", event, _SQLITE_APPROVAL.replace("{row}", row)))


def _on_sqlite(table: str, event: str, when: str) -> str:
    head = f"CREATE TRIGGER {_name(table, event.lower())} BEFORE {event} ON {table} "
    return head + when + f" BEGIN SELECT RAISE(ABORT, 'a row of {table} is frozen'); END"


def _changed(always: tuple[str, ...], once_set: tuple[str, ...], *, differ: str) -> str:
    """Say in SQL that an update changes what may not change."""
    parts = [f"OLD.{column} {differ} NEW.{column}" for column in always]
    parts += [f"(OLD.{column} IS NOT NULL AND OLD.{column} {differ} NEW.{column})" for column in once_set]
    return " OR ".join(parts)


def _name(table: str, event: str) -> str:
    return f"{table}_{event}_refused"
