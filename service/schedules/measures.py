"""What a monitor is told of schedules: what is being posted, what waits for a person or was not begun, and how far behind it is."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from service.metrics.measures import Measure, Measuring
from service.model.schedule import Occurrence, Schedule
from service.model.states import OccurrenceState, ScheduleState
from service.schedules.begin import due_now
from service.schedules.overdue import Why, overdue
from service.store.keyring import Keyring

_STATES = (OccurrenceState.FIRING, OccurrenceState.ASKING)
_UNBEGUN = "unbegun"


def schedule_measuring(keyring: Keyring) -> Measuring:
    """Give what reads the measures of schedules; `keyring` opens the letters on whose event one hangs."""

    def measure(session: Session, now: datetime) -> Iterator[Measure]:
        yield from _measures(session, keyring, now=now)

    return measure


def _measures(session: Session, keyring: Keyring, *, now: datetime) -> Iterator[Measure]:
    # What rests by a person's word is behind nothing.
    found = (
        select(Occurrence.state, func.count(), func.min(col(Occurrence.due_at)))
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .where(col(Occurrence.state).in_(_STATES), col(Schedule.state) != ScheduleState.PAUSED)
        .group_by(col(Occurrence.state))
    )
    counted = {state: (number, oldest) for state, number, oldest in session.exec(found).all()}
    # Where no process looks, nothing is begun: that is to be seen from outside.
    unbegun = [due.at for _, due in due_now(session, keyring, now=now)]
    yield Measure(
        name="undersigned_occurrences",
        meaning="planned sendings that are being posted, came late and wait for a person's word, or are due and not begun",
        labels=("state",),
        values=[
            *(({"state": state.value}, float(counted.get(state, (0, None))[0])) for state in _STATES),
            ({"state": _UNBEGUN}, float(len(unbegun))),
        ],
    )
    _, firing = counted.get(OccurrenceState.FIRING, (0, None))
    oldest = min((at for at in (firing, *unbegun) if at is not None), default=now)
    yield Measure(
        name="undersigned_schedule_lag_seconds",
        meaning="since when the oldest planned sending that is not yet posted was due, 0 where none is",
        values=[({}, max(now - oldest, timedelta(0)).total_seconds())],
    )
    late = Counter(one.why for one in overdue(session, keyring, now=now))
    yield Measure(
        name="undersigned_late_schedules",
        meaning="schedules that are late, by why; none while all sending is held",
        labels=("why",),
        values=[({"why": why.value}, float(late[why])) for why in Why],
    )
