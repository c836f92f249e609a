"""When a time that was begun is late: a table of cases on the pure rule."""

from datetime import UTC, datetime, timedelta

import pytest

from service.model.states import OccurrenceState
from service.schedules.due import ON_TIME
from service.schedules.overdue import Why, why_late

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
FIRING, ASKING = OccurrenceState.FIRING, OccurrenceState.ASKING


@pytest.mark.parametrize(
    ("state", "due", "began", "why"),
    [
        (FIRING, ON_TIME, ON_TIME, None),
        (FIRING, ON_TIME + SECOND, ON_TIME + SECOND, Why.UNFINISHED),
        # Seen late, and going all the same: it has its time from when it began.
        (FIRING, 2 * DAY, SECOND, None),
        (FIRING, 2 * DAY, DAY, Why.UNFINISHED),
        (ASKING, 2 * DAY, SECOND, Why.ASKS),
        (OccurrenceState.FIRED, DAY, DAY, None),
        (OccurrenceState.CANCELLED, DAY, DAY, None),
    ],
)
def test_what_is_late(state, due, began, why):
    assert why_late(state, due_at=NOW - due, began_at=NOW - began, now=NOW) is why
