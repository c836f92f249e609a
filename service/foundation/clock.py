"""The only place that asks what time it is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

ONE_PRESS = timedelta(seconds=20)
"""Within so long the very same asked for again by the same is a second press of a button, and means it once."""


def now() -> datetime:
    """Tell the present moment, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 -- this module is the one that may ask
