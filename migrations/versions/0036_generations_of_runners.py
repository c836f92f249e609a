"""Which rules a process knows; and a sender that knows fewer does not get past the fence with what they are about."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_TRIGGER = "message_older_sender_refused"
# A sender says in whose hands a mail is: a version that knows the rules writes a colon into it (service/worker/presence.py).
_IS_OLDER = "EXISTS (SELECT 1 FROM runner AS r WHERE r.id = NEW.lease_owner AND r.generation < 1)"
# All that 0.1.0 knows nothing of: letters that are hidden or tried, sendings at rest, words of a coalition's own.
_IS_NOT_FOR_IT = """
    EXISTS (
        SELECT 1 FROM campaign AS c
        WHERE c.id = NEW.campaign_id AND (c.emergency_at IS NOT NULL OR c.trial_since IS NOT NULL)
    ) OR EXISTS (
        SELECT 1 FROM occurrence AS o JOIN schedule AS s ON s.id = o.schedule_id
        WHERE o.id = NEW.occurrence AND (s.words_id IS NOT NULL OR s.state IN ('paused', 'proposed', 'cancelled'))
    ) OR EXISTS (
        SELECT 1 FROM letter_update AS u
        WHERE u.id = NEW.occurrence AND u.translations IS NOT NULL
    ) OR EXISTS (
        SELECT 1 FROM schedule AS s
        WHERE s.campaign_id = NEW.campaign_id AND s.update_id = NEW.occurrence AND s.state IN ('paused', 'proposed', 'cancelled')
    )
"""
# A row that is passed over looks to its sender as one that another has taken: it lets go of it before a byte has left.
_POSTGRESQL = """
CREATE FUNCTION pass_over_older_sender() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF <is older> AND (<is not for it>) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$
""".replace("<is older>", _IS_OLDER).replace("<is not for it>", _IS_NOT_FOR_IT)


def upgrade() -> None:
    op.add_column("runner", sa.Column("generation", sa.Integer(), nullable=False, server_default="0"))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_POSTGRESQL)
        op.execute(
            f"CREATE TRIGGER {_TRIGGER} BEFORE UPDATE OF state ON message FOR EACH ROW"
            " WHEN (NEW.state = 'submitting' AND strpos(NEW.lease_owner, ':') = 0)"
            " EXECUTE FUNCTION pass_over_older_sender()"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {_TRIGGER} BEFORE UPDATE OF state ON message"
            " WHEN NEW.state = 'submitting' AND instr(NEW.lease_owner, ':') = 0"
            f" AND {_IS_OLDER} AND ({_IS_NOT_FOR_IT}) BEGIN SELECT RAISE(IGNORE); END"
        )


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(f"DROP TRIGGER {_TRIGGER}" + (" ON message" if is_postgresql else ""))
    if is_postgresql:
        op.execute("DROP FUNCTION pass_over_older_sender()")
    op.drop_column("runner", "generation")
