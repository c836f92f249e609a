"""Acts that one coordinator alone may not do: one asks, another looks and decides, then it is done once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from service.coordinators import audit
from service.coordinators.second_look_notice import tell_of_the_invited
from service.coordinators.voices import has_invited, refuse_one_voice
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.audit_event import AuditEvent
from service.model.second_look import SecondLook, Verdict
from service.store.sealed import seal_text

LIVES = timedelta(days=7)
NOT_BY_THE_SAME = Sentence(
    "Whoever asked for this cannot be the second one to look at it; another coordinator has to."
)
OVER = Sentence("This was decided already, or waited too long; ask for it again.")
NOT_ASKED = Sentence("This does not wait for anybody.")


def ask_second(
    session: Session, *, campaign_id: str, act: str, thing: Mapping[str, Any], by: str, now: datetime
) -> SecondLook:
    """Ask for a second coordinator's look at exactly this; whoever asks for the same again has the same one.

    `thing` holds ids, codes and numbers, never a name or an address.
    """
    for standing in waiting_looks(session, campaign_id, now=now):
        if (standing.act, standing.thing, standing.asked_by) == (act, dict(thing), by):
            return standing
    row = SecondLook(
        campaign_id=campaign_id, act=act, thing=dict(thing), asked_by=by, asked_at=now, expires_at=now + LIVES
    )
    session.add(row)
    session.flush()
    audit.record(session, by=by, act=f"second.ask:{act}"[:48], campaign_id=campaign_id, thing=row.id, now=now)
    return row


def waiting_looks(session: Session, campaign_id: str, *, now: datetime) -> Sequence[SecondLook]:
    """List what waits for a second coordinator, the oldest first."""
    return session.exec(
        select(SecondLook)
        .where(
            SecondLook.campaign_id == campaign_id,
            col(SecondLook.verdict).is_(None),
            col(SecondLook.expires_at) > now,
        )
        .order_by(col(SecondLook.id))
    ).all()


def decided_looks(session: Session, campaign_id: str, *, most: int) -> Sequence[SecondLook]:
    """List what was decided last, the newest first."""
    found = select(SecondLook).where(
        SecondLook.campaign_id == campaign_id, col(SecondLook.verdict).is_not(None)
    )
    return session.exec(found.order_by(col(SecondLook.decided_at).desc()).limit(most)).all()


def keep_reason(session: Session, keys: CampaignKeys, row: SecondLook, reason: str) -> None:
    """Keep in what words it was decided, sealed by the letter's keys."""
    row.reason = seal_text(keys, row, "reason", reason)
    session.add(row)


def approved_look(session: Session, campaign_id: str, act: str, *, now: datetime) -> SecondLook | None:
    """Find the newest of one act that was approved and that nobody has done yet."""
    found = select(SecondLook).where(
        SecondLook.campaign_id == campaign_id,
        SecondLook.act == act,
        SecondLook.verdict == Verdict.APPROVED,
        col(SecondLook.done_at).is_(None),
        col(SecondLook.expires_at) > now,
    )
    return session.exec(found.order_by(col(SecondLook.id).desc()).limit(1)).first()


def get_look(session: Session, look_id: str, *, campaign_id: str) -> SecondLook:
    """Get one of a letter's; raises NotFound for any other."""
    row = session.get(SecondLook, look_id)
    if row is None or row.campaign_id != campaign_id:
        raise NotFound(NOT_ASKED)
    return row


def decide_look(
    session: Session,
    look_id: str,
    *,
    campaign_id: str,
    verdict: Verdict,
    by: str,
    now: datetime,
    may_be_new: bool = False,
) -> SecondLook:
    """Decide as the second coordinator, or withdraw as the first; once.

    Raises Refused where whoever asked would approve it alone, or it was decided or has expired; and where the two count
    as one person, unless one of them `may_be_new`. That one invited the other is kept, and told to the other owners.
    """
    row = get_look(session, look_id, campaign_id=campaign_id)
    if (row.asked_by == by) is not (verdict is Verdict.WITHDRAWN):
        raise Refused(NOT_BY_THE_SAME)
    if verdict is Verdict.APPROVED and not may_be_new:
        refuse_one_voice(session, campaign_id, row.asked_by, by, now=now)
    decided = session.execute(
        update(SecondLook)
        .where(
            col(SecondLook.id) == look_id, col(SecondLook.verdict).is_(None), col(SecondLook.expires_at) > now
        )
        .values(verdict=verdict, decided_by=by, decided_at=now)
        .returning(col(SecondLook.id))
    )
    if decided.first() is None:
        raise Refused(OVER)
    session.refresh(row)
    audit.record(
        session,
        by=by,
        act=f"second.{verdict.value}:{row.act}"[:48],
        campaign_id=campaign_id,
        thing=row.id,
        now=now,
    )
    if verdict is Verdict.APPROVED and has_invited(session, campaign_id, row.asked_by, by):
        audit.record(
            session, by=by, act="second.by_the_invited", campaign_id=campaign_id, thing=row.id, now=now
        )
        tell_of_the_invited(session, row, now=now)
    return row


def look_to_take_back(
    session: Session, look_id: str, *, campaign_id: str, by: str, now: datetime
) -> SecondLook:
    """Get what was approved and done within the last days, and keep that it is taken back, once; raises Refused for any other."""
    row = get_look(session, look_id, campaign_id=campaign_id)
    # Whoever presses at the same moment waits here, and then finds that it was taken back.
    session.refresh(row, with_for_update=True)
    if row.verdict is not Verdict.APPROVED or row.done_at is None or row.done_at < now - LIVES:
        raise Refused(OVER)
    if taken_back(session, [row]):
        raise Refused(OVER)
    act = f"second.back:{row.act}"[:48]
    audit.record(session, by=by, act=act, campaign_id=campaign_id, thing=row.id, now=now)
    return row


def taken_back(session: Session, looks: Sequence[SecondLook]) -> frozenset[str]:
    """Give the ids of those of one letter's looks that were taken back."""
    found = select(AuditEvent.thing).where(
        col(AuditEvent.thing).in_([one.id for one in looks]), col(AuditEvent.act).startswith("second.back:")
    )
    return frozenset(session.exec(found).all())


def take_approved(
    session: Session, look_id: str, *, campaign_id: str, act: str, now: datetime
) -> Mapping[str, Any]:
    """Take what was approved, to do it now, once; raises Refused where it is not approved, done already, or something else."""
    row = get_look(session, look_id, campaign_id=campaign_id)
    taken = session.execute(
        update(SecondLook)
        .where(
            col(SecondLook.id) == look_id,
            col(SecondLook.act) == act,
            col(SecondLook.verdict) == Verdict.APPROVED,
            col(SecondLook.done_at).is_(None),
            col(SecondLook.expires_at) > now,
        )
        .values(done_at=now)
        .returning(col(SecondLook.id))
    )
    if taken.first() is None:
        raise Refused(OVER)
    return dict(row.thing)
