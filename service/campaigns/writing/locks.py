"""Say who is editing a text: a lock that is soft, can be taken over, and is free again when nobody is at it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.coordinators import audit
from service.coordinators.accounts import actor, person_of
from service.model.coordinator import Coordinator
from service.model.text_draft import TextLock
from service.store.insert import insert_or
from service.store.keyring import Keyring

IDLE = timedelta(minutes=10)
"""So long after the last sign of life somebody is taken to be still editing."""


@dataclass(frozen=True, kw_only=True)
class Editor:
    """Another coordinator who is editing; `took_over` where that one took the text over from whoever asks."""

    name: str
    since: datetime
    took_over: bool


def other_editor(
    session: Session, keyring: Keyring, *, campaign_id: str, language: str, who: str, now: datetime
) -> Editor | None:
    """Give who else is editing a text at this moment."""
    row = _row(session, campaign_id, language)
    if row is None or row.coordinator_id == who or now - row.seen_at > IDLE:
        return None
    person = person_of(keyring.desk, session.get_one(Coordinator, row.coordinator_id))
    return Editor(name=person.name, since=row.since, took_over=row.taken_from == who)


def begin_editing(session: Session, *, campaign_id: str, language: str, who: str, now: datetime) -> bool:
    """Be the one who edits a text, unless another is at it; tells whether it is so. Call it with each sign of life."""
    new = TextLock(campaign_id=campaign_id, language=language, coordinator_id=who, since=now, seen_at=now)
    session.execute(
        insert_or(session, new).on_conflict_do_nothing(index_elements=["campaign_id", "language"])
    )
    row = _row(session, campaign_id, language, to_change=True)
    assert row is not None, "it was just put in"
    if row.coordinator_id != who:
        if now - row.seen_at <= IDLE:
            return False
        row.coordinator_id, row.taken_from, row.since = who, "", now
    row.seen_at = now
    session.add(row)
    session.flush()
    return True


def take_over(session: Session, *, campaign_id: str, language: str, who: str, now: datetime) -> None:
    """Edit a text in place of whoever is at it: that one is told with its next save, and keeps its own words."""
    if begin_editing(session, campaign_id=campaign_id, language=language, who=who, now=now):
        return
    row = _row(session, campaign_id, language, to_change=True)
    assert row is not None, "another is at it"
    row.taken_from, row.coordinator_id, row.since, row.seen_at = row.coordinator_id, who, now, now
    session.add(row)
    session.flush()
    audit.record(
        session, by=actor(who), act="text.take_over", campaign_id=campaign_id, thing=language, now=now
    )


def end_editing(session: Session, *, campaign_id: str, language: str, who: str) -> None:
    """Be done with a text: whoever comes next finds it free."""
    row = _row(session, campaign_id, language, to_change=True)
    if row is not None and row.coordinator_id == who:
        session.delete(row)
        session.flush()


def _row(session: Session, campaign_id: str, language: str, *, to_change: bool = False) -> TextLock | None:
    found = select(TextLock).where(
        col(TextLock.campaign_id) == campaign_id, col(TextLock.language) == language
    )
    if to_change:
        found = found.with_for_update().execution_options(populate_existing=True)
    return session.exec(found).one_or_none()
