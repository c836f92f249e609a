"""Let the mails of one sending rest while senders are at work, and let them go on; none is lost, and none goes twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, select
from sqlmodel import Session, col

from service.mail.outbox import move_all
from service.mail.policy import POLICIES
from service.model.columns import Moment
from service.model.message import Message, MessageEvent, MessageKind
from service.model.states import MessageState

PAUSED = "this sending was paused by a person"
GOES_ON = "this sending goes on"
CANCELLED = "this sending was cancelled"

A_PART = 5_000
"""Mails that one transaction moves: a sender that wants to write waits for a moment only."""


@dataclass(frozen=True, kw_only=True)
class MailsOf:
    """The mails of one sending: of one letter, of some kinds, of one occurrence; `use_until` is when they are of no use."""

    campaign_id: str
    kinds: Sequence[MessageKind]
    occurrence: str
    use_until: datetime | None = None

    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """Give what must hold for a message's row to be one of them."""
        return (
            col(Message.campaign_id) == self.campaign_id,
            col(Message.kind).in_(self.kinds),
            col(Message.occurrence) == self.occurrence,
        )


def rest(session: Session, mails: MailsOf, *, now: datetime, most: int = A_PART) -> int:
    """Hold the next part of what waits of a sending; gives how many mails, fewer than `most` where that was the last.

    What a sender has only taken does not pass its fence any more. What is being submitted ends as it ends: where the
    relay puts it off it is queued again, and held when it is made anew (service/signing/resting.py).
    """
    here = (MessageState.QUEUED, MessageState.CLAIMED)
    moved = move_all(
        session,
        mails.conditions(),
        here,
        MessageState.HELD,
        reason=PAUSED,
        now=now,
        most=most,
        skip_locked=True,
    )
    return sum(moved.values())


def go_on(session: Session, mails: MailsOf, *, now: datetime, most: int = A_PART) -> int:
    """Queue again the next part of what a pause held, and nothing that was held for another reason.

    Each goes at the time that it had; whose end has come nearer by the pause gets the time that its kind has.
    """
    ends = case(
        *(
            (col(Message.kind) == kind, literal(_new_end(mails, kind, now=now), Moment))
            for kind in mails.kinds
        )
    )
    moved = move_all(
        session,
        (*mails.conditions(), is_held_for(PAUSED)),
        (MessageState.HELD,),
        MessageState.QUEUED,
        reason=GOES_ON,
        now=now,
        most=most,
        skip_locked=True,
        also=made_fresh(ends, now=now),
    )
    return sum(moved.values())


def drop(session: Session, mails: MailsOf, *, now: datetime, most: int = A_PART) -> int:
    """Cancel the next part of what waits of a sending, held or not; what is being submitted ends as it ends."""
    here = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.HELD)
    moved = move_all(
        session,
        mails.conditions(),
        here,
        MessageState.CANCELLED,
        reason=CANCELLED,
        now=now,
        most=most,
        skip_locked=True,
    )
    return sum(moved.values())


def held_occurrences(session: Session) -> Sequence[tuple[str, MessageKind, str]]:
    """List the letters, kinds and occurrences of which any mail is held; as cheap as few are."""
    found = (
        select(col(Message.campaign_id), col(Message.kind), col(Message.occurrence))
        .where(col(Message.state) == MessageState.HELD, col(Message.campaign_id).is_not(None))
        .distinct()
    )
    return [(campaign_id, kind, occurrence) for campaign_id, kind, occurrence in session.execute(found)]


def is_any_paused(session: Session, campaign_id: str, kind: MessageKind, occurrence: str) -> bool:
    """Tell whether a pause holds any mail of an occurrence, and not only another reason."""
    mails = MailsOf(campaign_id=campaign_id, kinds=(kind,), occurrence=occurrence)
    held = (*mails.conditions(), col(Message.state) == MessageState.HELD, is_held_for(PAUSED))
    return session.execute(select(col(Message.id)).where(*held).limit(1)).first() is not None


def made_fresh(ends: ColumnElement[datetime], *, now: datetime) -> Mapping[str, ColumnElement[Any]]:
    """Give what changes in a mail that goes on after it was held: it lives until `ends` where it would have ended before."""
    nobody_has_it = and_(col(Message.dated_at).is_not(None), col(Message.possible_duplicate).is_(False))
    today = literal(now.replace(microsecond=0), Moment)
    return {
        "expires_at": case((col(Message.expires_at) < ends, ends), else_=col(Message.expires_at)),
        # A signature of days ago is not believed.
        "dated_at": case((nobody_has_it, today), else_=col(Message.dated_at)),
    }


def is_held_for(reason: str) -> ColumnElement[bool]:
    """Say in SQL of a mail that is held that it is for this reason: the newest counts."""
    newest = (
        select(col(MessageEvent.reason))
        .where(
            col(MessageEvent.message_id) == col(Message.id),
            col(MessageEvent.became) == MessageState.HELD.value,
        )
        .order_by(col(MessageEvent.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    return newest == reason


def _new_end(mails: MailsOf, kind: MessageKind, *, now: datetime) -> datetime:
    end = now + POLICIES[kind].expires_after
    return min(end, mails.use_until) if mails.use_until is not None else end
