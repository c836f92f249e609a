"""Tell a secretariat that its letter's personal data will go, two weeks before and on the day before."""

from datetime import datetime

from sqlmodel import Session

from service.mail import outbox
from service.model.message import MessageKind
from service.model.retention import Retention
from service.upkeep.keeping import Facts, Step, purge_after_notice, purge_after_reminder
from service.upkeep.purge import FIRST, LAST, notice


def tell_of_purge(session: Session, row: Retention, facts: Facts, step: Step, *, now: datetime) -> bool:
    """Post the notice that a step asks for, with the moment that it names; tells whether one was posted."""
    if step is Step.NOTIFY:
        # A notice that did not leave is not the one that was promised: the two weeks begin anew.
        row.purge_at = purge_after_notice(facts, now=now)
        row.notified_at, row.reminded_at = now.replace(microsecond=0), None
        which = FIRST
    elif step is Step.REMIND:
        row.purge_at = purge_after_reminder(facts, now=now)
        row.reminded_at = now
        which = LAST
    else:
        return False
    session.add(row)
    return outbox.post(
        session,
        kind=MessageKind.ALERT,
        campaign_id=row.campaign_id,
        recipient_ref=row.campaign_id,
        occurrence=notice(row, which),
        now=now,
    )
