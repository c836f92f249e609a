"""The only place that asks what time it is."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """Tell the present moment, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 -- this module is the one that may ask
