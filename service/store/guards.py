"""The triggers that hold a letter together: what is frozen stays, pages move with what they show, older senders are passed over."""

from sqlalchemy import text
from sqlmodel import Session

_REFUSE = {
    "audit_event": ("update", "delete"),
    "edition": ("update", "delete"),
    "letter_revision": ("update", "delete"),
    "approval": ("insert", "update", "delete"),
    "enclosure": ("update", "delete"),
}
_MOVE = ("campaign", "delivery", "edition", "member", "office_reply", "signature")
GUARDS = frozenset(
    {f"{table}_{event}_refused" for table, events in _REFUSE.items() for event in events}
    | {f"{table}_{event}_moves_page" for table in _MOVE for event in ("insert", "update", "delete")}
    | {"message_older_sender_refused"}
)
"""The names of all triggers that the migrations have made, on either database."""

_HERE = {
    "sqlite": text("SELECT name FROM sqlite_master WHERE type = 'trigger'"),
    # One that is switched off is as good as none.
    "postgresql": text(
        "SELECT t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid"
        " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE n.nspname = current_schema() AND NOT t.tgisinternal AND t.tgenabled <> 'D'"
    ),
}


def missing_guards(session: Session) -> frozenset[str]:
    """Give the names of the triggers that a restored or changed database has lost; nearly always none."""
    return GUARDS - set(session.execute(_HERE[session.get_bind().dialect.name]).scalars())
