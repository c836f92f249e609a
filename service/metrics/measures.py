"""What a monitor is told, read from the rows at the moment it asks: true however many processes there are.

No label holds anything of a person, nor the name of a letter.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from service.model.message import Message, MessageEvent
from service.model.runner import JobTurn, Runner
from service.model.sending import ONLY_ROW, Sending
from service.model.states import MessageState
from service.store.claim import PRIORITIES
from service.store.tally import LEASES_LOST, tally_of

WINDOW = timedelta(minutes=5)
"""Times to 250 are those of the mails that were taken lately."""

_MOST_EVENTS = 5_000
_QUANTILES = (0.5, 0.95, 0.99)
_ALIVE_WITHIN = timedelta(seconds=20)
_ID_TIME_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One thing that is measured: its value, or several told apart by labels. `grows` says that it never falls."""

    name: str
    meaning: str
    values: Sequence[tuple[Mapping[str, str], float]]
    grows: bool = False
    labels: Sequence[str] = field(default=())


Measuring = Callable[[Session, datetime], Iterable[Measure]]
"""Reads more measures from the rows, for those who know of things that this room does not."""


def measures(session: Session, *, now: datetime) -> Iterator[Measure]:
    """Read what costs the same however many mails there are."""
    yield _one("undersigned_sending_held", "1 while all sending is held", float(_is_held(session)))
    yield Measure(
        name="undersigned_queue_age_seconds",
        meaning="since when the oldest mail of a priority is due, 0 where none is",
        labels=("priority",),
        values=[({"priority": str(one)}, _age(session, one, now=now)) for one in PRIORITIES],
    )
    times = sorted(_times_to_250(session, now=now))
    yield Measure(
        name="undersigned_time_to_250_seconds",
        meaning="from the moment a mail was due until a relay took it, of those taken in the last five minutes",
        labels=("quantile",),
        values=[({"quantile": str(one)}, _quantile(times, one)) for one in _QUANTILES if times],
    )
    yield _one("undersigned_taken_lately", "mails taken in the last five minutes, 5,000 at most", len(times))
    yield Measure(
        name="undersigned_leases_lost",
        meaning="mails whose sender went away with them in its hands",
        values=[({}, tally_of(session, LEASES_LOST))],
        grows=True,
    )
    yield _runners(session, now=now)
    yield from _jobs(session, now=now)


def messages(session: Session) -> Measure:
    """Count all mails by state and kind; this reads every row."""
    found = select(col(Message.state), col(Message.kind), func.count()).group_by(
        col(Message.state), col(Message.kind)
    )
    return Measure(
        name="undersigned_messages",
        meaning="mails by state and kind",
        labels=("state", "kind"),
        values=[
            ({"state": state.value, "kind": kind.value}, number)
            for state, kind, number in session.execute(found)
        ],
    )


def _one(name: str, meaning: str, value: float) -> Measure:
    return Measure(name=name, meaning=meaning, values=[({}, value)])


def _is_held(session: Session) -> bool:
    reason = session.exec(select(Sending.reason).where(col(Sending.id) == ONLY_ROW)).one()
    return reason is not None


def _age(session: Session, priority: int, *, now: datetime) -> float:
    found = select(func.min(col(Message.due_at))).where(
        col(Message.state) == MessageState.QUEUED,
        col(Message.priority) == priority,
        col(Message.due_at) <= now,
    )
    oldest: datetime | None = session.execute(found).scalar_one()
    return (now - oldest).total_seconds() if oldest is not None else 0.0


def _times_to_250(session: Session, *, now: datetime) -> list[float]:
    # Ids of events begin with their time, so the newest are found without reading the others.
    first = f"{int((now - WINDOW).timestamp() * 1000):0{_ID_TIME_DIGITS}x}"
    newest = (
        select(col(MessageEvent.message_id), col(MessageEvent.at))
        .where(col(MessageEvent.id) > first, col(MessageEvent.became) == MessageState.ACCEPTED.value)
        .order_by(col(MessageEvent.id).desc())
        .limit(_MOST_EVENTS)
        .subquery()
    )
    found = select(newest.c.at, col(Message.due_at)).join(Message, col(Message.id) == newest.c.message_id)
    return [max(0.0, (at - due_at).total_seconds()) for at, due_at in session.execute(found)]


def _quantile(times: Sequence[float], share: float) -> float:
    return times[min(len(times) - 1, int(share * len(times)))]


def _runners(session: Session, *, now: datetime) -> Measure:
    found = (
        select(col(Runner.kind), func.count())
        .where(col(Runner.seen_at) > now - _ALIVE_WITHIN)
        .group_by(col(Runner.kind))
    )
    return Measure(
        name="undersigned_processes",
        meaning="processes that live, by what they were started as",
        labels=("kind",),
        values=[({"kind": kind.value}, number) for kind, number in session.execute(found)],
    )


def _jobs(session: Session, *, now: datetime) -> Iterator[Measure]:
    turns = session.exec(select(JobTurn).order_by(col(JobTurn.name))).all()
    ages = {turn.name: (now - turn.ended_at).total_seconds() for turn in turns}
    told: tuple[tuple[str, str, Mapping[str, float], bool], ...] = (
        ("undersigned_job_turns", "turns of a job", {one.name: one.turns for one in turns}, True),
        ("undersigned_job_failures", "turns that failed", {one.name: one.failures for one in turns}, True),
        ("undersigned_job_age_seconds", "since when a job was last done", ages, False),
    )
    for name, meaning, values, grows in told:
        yield Measure(
            name=name,
            meaning=meaning,
            labels=("job",),
            values=[({"job": job}, value) for job, value in values.items()],
            grows=grows,
        )
