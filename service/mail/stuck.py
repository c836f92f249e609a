"""Find mail that is stuck: due for long, with nothing that explains it; and warn those whose letters it is of."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.mail.daily import warn_once_a_day
from service.mail.sending import sending_state
from service.model.message import Message, MessageEvent, MessageKind
from service.model.states import MessageState
from service.store.claim import PRIORITIES

LATE = timedelta(minutes=10)
"""Mail that is due for longer than this, while sending is not held, is stuck."""

_WAITED_FOR = 1
"""Up to this priority somebody waits for a mail: many others before it are no excuse."""
_AT_MOST = 200
_ID_TIME_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class Lag:
    """How far sending is behind: since when the oldest mail is due, and whether any is stuck."""

    oldest_due_at: datetime | None
    is_stuck: bool


def lag_of(session: Session, *, now: datetime) -> Lag:
    """Tell how far sending is behind; costs the same however many mails wait."""
    oldest = [_oldest_due(session, priority, now=now) for priority in PRIORITIES]
    due = [moment for moment in oldest if moment is not None]
    return Lag(oldest_due_at=min(due, default=None), is_stuck=bool(_stuck_priorities(session, now=now)))


def warn_of_stuck_mail(session: Session, *, owners_of: Callable[[str], Sequence[str]], now: datetime) -> int:
    """Post a warning to the secretariat of each letter of which mail is stuck, once a day; gives of how many letters it is new.

    `owners_of` gives the coordinators who are warned beside it. Mail to many that waits for its turn is not stuck while any goes out.
    """
    late = _stuck_priorities(session, now=now)
    return sum(
        warn_once_a_day(
            session, campaign_id=campaign_id, about="stuck", owners=owners_of(campaign_id), now=now
        )
        for campaign_id in sorted(_letters_of(session, late, now=now))
    )


def _stuck_priorities(session: Session, *, now: datetime) -> Collection[int]:
    if sending_state(session).reason is not None:
        return ()
    late = [priority for priority in PRIORITIES if _is_any_late(session, priority, now=now)]
    if any(priority > _WAITED_FOR for priority in late) and _has_any_gone(session, since=now - LATE):
        return [priority for priority in late if priority <= _WAITED_FOR]
    return late


def _is_any_late(session: Session, priority: int, *, now: datetime) -> bool:
    oldest = _oldest_due(session, priority, now=now)
    return oldest is not None and oldest <= now - LATE


def _oldest_due(session: Session, priority: int, *, now: datetime) -> datetime | None:
    found = select(func.min(col(Message.due_at))).where(
        col(Message.state) == MessageState.QUEUED,
        col(Message.priority) == priority,
        col(Message.due_at) <= now,
    )
    moment: datetime | None = session.execute(found).scalar_one()
    return moment


def _letters_of(session: Session, priorities: Collection[int], *, now: datetime) -> set[str]:
    found: set[str] = set()
    for priority in priorities:
        late = (
            select(col(Message.campaign_id))
            .where(
                col(Message.state) == MessageState.QUEUED,
                col(Message.priority) == priority,
                col(Message.due_at) <= now - LATE,
                col(Message.expires_at) > now,
                col(Message.campaign_id).is_not(None),
                col(Message.kind) != MessageKind.ALERT,
            )
            .order_by(col(Message.due_at))
            .limit(_AT_MOST)
        )
        found |= set(session.execute(late).scalars())
    return found


def _has_any_gone(session: Session, *, since: datetime) -> bool:
    """Tell whether a relay has taken any mail since then; ids of events begin with their time."""
    first = f"{int(since.timestamp() * 1000):0{_ID_TIME_DIGITS}x}"
    gone = select(col(MessageEvent.id)).where(
        col(MessageEvent.id) > first, col(MessageEvent.became) == MessageState.ACCEPTED.value
    )
    return session.execute(gone.limit(1)).first() is not None
