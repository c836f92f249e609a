"""The mails that a planned sending has posted: which they are, and how they rest, go on and are cancelled with it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.mail.brakes import pause
from service.mail.brakes.pause import MailsOf
from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import MessageState, OccurrenceState, ScheduleState
from service.signing.invite import FIRST_INVITATION
from service.signing.updates import KINDS

_KINDS = {
    Action.REMIND: (MessageKind.REMINDER, MessageKind.INVITATION),
    Action.INVITE: (MessageKind.INVITATION,),
    Action.PROOF: (MessageKind.PROOF,),
    Action.DIGEST: (MessageKind.DIGEST,),
    Action.UPDATE: tuple(KINDS.values()),
}
_BEGUN = (OccurrenceState.FIRING, OccurrenceState.FIRED, OccurrenceState.CANCELLED)
_GOES_FOR = timedelta(days=2)
_FOLLOWED = timedelta(days=14)
"""So long after it began a time of a sending is of news to whoever looks; what a person held may wait longer."""
_WAITS = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.HELD)

Move = Callable[..., int]


def begun_of(session: Session, schedule: Schedule, *, now: datetime) -> Sequence[Occurrence]:
    """List the times of a schedule that have posted mails lately, the newest first."""
    found = select(Occurrence).where(
        Occurrence.campaign_id == schedule.campaign_id,
        Occurrence.schedule_id == schedule.id,
        col(Occurrence.state).in_(_BEGUN),
        Occurrence.began_at > now - _FOLLOWED,
    )
    return session.exec(found.order_by(col(Occurrence.due_at).desc())).all()


def is_under_way(session: Session, schedule: Schedule) -> bool:
    """Tell whether a time of a schedule is still being posted, or has mails that wait or are held, however long ago it began."""
    firing = select(Occurrence.id).where(
        Occurrence.schedule_id == schedule.id, Occurrence.state == OccurrenceState.FIRING
    )
    return bool(session.exec(firing.limit(1)).first() or _with_mails_left(session, schedule))


def are_mails_left(session: Session, schedule: Schedule, newest: Occurrence | None, *, now: datetime) -> bool:
    """Tell whether a mail of the newest time of a schedule still waits; it looks at what is queued, and at nothing older than days."""
    if newest is None or newest.state is not OccurrenceState.FIRED or now - newest.began_at > _GOES_FOR:
        return False
    which = mails_of(session, schedule, newest).conditions()
    waiting = select(Message.id).where(*which, Message.state == MessageState.QUEUED)
    return session.exec(waiting.limit(1)).first() is not None


def mails_of(session: Session, schedule: Schedule, occurrence: Occurrence) -> MailsOf:
    """Say which mails are those of one time of a schedule."""
    campaign = session.get_one(Campaign, schedule.campaign_id)
    until = {
        Action.REMIND: campaign.deadline_at,
        Action.INVITE: campaign.deadline_at,
        Action.PROOF: occurrence.answers_until,
    }
    return MailsOf(
        campaign_id=schedule.campaign_id,
        kinds=_KINDS[schedule.action],
        occurrence=_known_by(schedule, occurrence),
        use_until=until.get(schedule.action),
    )


def follow_part(session: Session, schedule_id: str, *, now: datetime) -> int:
    """Bring the next part of a schedule's mails to where the schedule is; gives how many were moved, 0 at the end.

    Call it, each time in a transaction of its own: at rest what waits is held, once it is active what a pause held goes
    on, and what waits of a cancelled one is cancelled.
    """
    schedule = session.get_one(Schedule, schedule_id)
    move = _MOVES.get(schedule.state)
    if move is None:
        return 0
    for mails in _mails(session, schedule):
        if moved := move(session, mails, now=now):
            return moved
    return 0


def unsettled(session: Session) -> Iterator[str]:
    """Give the schedules that go on while a mail of theirs is still held; it reads little."""
    for campaign_id, kind, occurrence in pause.held_occurrences(session):
        schedule = _schedule_of(session, campaign_id, kind, occurrence)
        if schedule is None or schedule.state not in {ScheduleState.ACTIVE, ScheduleState.CANCELLED}:
            continue
        if _is_asked_by_a_person(schedule) and not pause.is_any_paused(
            session, campaign_id, kind, occurrence
        ):
            continue
        yield schedule.id


_MOVES: dict[ScheduleState, Move] = {
    ScheduleState.PAUSED: pause.rest,
    ScheduleState.PROPOSED: pause.rest,
    ScheduleState.ACTIVE: pause.go_on,
    ScheduleState.CANCELLED: pause.drop,
}


def _is_asked_by_a_person(schedule: Schedule) -> bool:
    """Tell whether what waits may be the invitation of somebody who was added after all others were cancelled."""
    return schedule.action is Action.INVITE and schedule.state is ScheduleState.CANCELLED


def _known_by(schedule: Schedule, occurrence: Occurrence) -> str:
    if schedule.action is Action.UPDATE:
        return schedule.update_id or ""
    return FIRST_INVITATION if schedule.action is Action.INVITE else occurrence.id


def _mails(session: Session, schedule: Schedule) -> Iterator[MailsOf]:
    for occurrence in _with_mails_left(session, schedule):
        yield mails_of(session, schedule, occurrence)


def _with_mails_left(session: Session, schedule: Schedule) -> Sequence[Occurrence]:
    """List the times of a schedule of which a mail waits, the newest first: a pause may last however long."""
    left = {name for state in _WAITS for name in session.exec(_occurrences(schedule, state)).all()}
    if not left:
        return []
    found = select(Occurrence).where(
        Occurrence.campaign_id == schedule.campaign_id,
        Occurrence.schedule_id == schedule.id,
        col(Occurrence.state).in_(_BEGUN),
    )
    rows = session.exec(found.order_by(col(Occurrence.due_at).desc())).all()
    return [row for row in rows if mails_of(session, schedule, row).occurrence in left]


def _occurrences(schedule: Schedule, state: MessageState) -> SelectOfScalar[str]:
    # One state at a time: each has an index, which a list of them would pass by.
    return (
        select(Message.occurrence)
        .where(
            Message.campaign_id == schedule.campaign_id,
            col(Message.kind).in_(_KINDS[schedule.action]),
            Message.state == state,
        )
        .distinct()
    )


def _schedule_of(session: Session, campaign_id: str, kind: MessageKind, occurrence: str) -> Schedule | None:
    known = session.get(Occurrence, occurrence)
    if known is not None:
        return session.get(Schedule, known.schedule_id)
    invites = kind is MessageKind.INVITATION and occurrence == FIRST_INVITATION
    is_of = Schedule.action == Action.INVITE if invites else Schedule.update_id == occurrence
    found = select(Schedule).where(Schedule.campaign_id == campaign_id, is_of)
    return session.exec(found.order_by(col(Schedule.id).desc()).limit(1)).one_or_none()
