"""What a monitor is told of schedules: what is being posted, what waits for a person, and how far behind it is."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from service.metrics.measures import Measure
from service.model.schedule import Occurrence, Schedule
from service.model.states import OccurrenceState, ScheduleState

_STATES = (OccurrenceState.FIRING, OccurrenceState.ASKING)


def schedule_measures(session: Session, now: datetime) -> Iterator[Measure]:
    """Read how many planned sendings are under way or ask, and since when the oldest under way was due."""
    # What rests by a person's word is behind nothing.
    found = (
        select(Occurrence.state, func.count(), func.min(col(Occurrence.due_at)))
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .where(col(Occurrence.state).in_(_STATES), col(Schedule.state) != ScheduleState.PAUSED)
        .group_by(col(Occurrence.state))
    )
    counted = {state: (number, oldest) for state, number, oldest in session.exec(found).all()}
    yield Measure(
        name="undersigned_occurrences",
        meaning="planned sendings that are being posted, or came late and wait for a person's word",
        labels=("state",),
        values=[({"state": state.value}, float(counted.get(state, (0, None))[0])) for state in _STATES],
    )
    _, oldest = counted.get(OccurrenceState.FIRING, (0, None))
    behind = max(now - oldest, timedelta(0)) if oldest is not None else timedelta(0)
    yield Measure(
        name="undersigned_schedule_lag_seconds",
        meaning="since when the oldest planned sending that is not yet posted was due, 0 where none is",
        values=[({}, behind.total_seconds())],
    )
