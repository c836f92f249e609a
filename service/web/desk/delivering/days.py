"""Read the days that stand in the forms of recipients and deliveries (pure)."""

from datetime import date

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

WHICH_DAY = Sentence("Give the day like 2026-12-01.")


def read_day(text: str) -> date:
    """Read a day as a browser sends it; raises Refused for anything else, also for nothing."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Refused(WHICH_DAY) from error
