"""The files that go with a letter: annexes and logos."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_COLUMNS = ("id", "campaign_id", "kind", "file_index", "content", "kept_at")
# A draft may think better of its annexes. What a text that was ever final stands on goes only with the letter's keys.
_KEPT = (
    "EXISTS (SELECT 1 FROM campaign_key AS k WHERE k.campaign_id = OLD.campaign_id)"
    " AND EXISTS (SELECT 1 FROM letter_revision AS r WHERE r.campaign_id = OLD.campaign_id)"
)
_POSTGRESQL_KEPT = f"""
CREATE FUNCTION refuse_while_text_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {_KEPT} THEN
        RAISE EXCEPTION 'a row of % is frozen', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "enclosure",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("file_index", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("campaign_id", "file_index"),
    )
    op.create_index("ix_enclosure_file_index", "enclosure", ["file_index"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        _freeze_on_postgresql()
    else:
        _freeze_on_sqlite()


def downgrade() -> None:
    op.drop_table("enclosure")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_while_text_stands()")


def _freeze_on_postgresql() -> None:
    op.execute(_POSTGRESQL_KEPT)
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in _COLUMNS)
    op.execute(
        "CREATE TRIGGER enclosure_update_refused BEFORE UPDATE ON enclosure"
        f" FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION refuse_frozen()"
    )
    op.execute(
        "CREATE TRIGGER enclosure_delete_refused BEFORE DELETE ON enclosure"
        " FOR EACH ROW EXECUTE FUNCTION refuse_while_text_stands()"
    )


def _freeze_on_sqlite() -> None:
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in _COLUMNS)
    for event, when in (("UPDATE", changed), ("DELETE", _KEPT)):
        op.execute(
            f"CREATE TRIGGER enclosure_{event.lower()}_refused BEFORE {event} ON enclosure WHEN {when}"
            " BEGIN SELECT RAISE(ABORT, 'a row of enclosure is frozen'); END"
        )
