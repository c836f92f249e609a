"""Count a very large letter not at each of its changes: its number may lag by seconds, its names never do."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from service.model.campaign import Campaign
from service.signing.queries import Counts, counts

Ask = Callable[[Session, Campaign], Counts]
"""How signatories are counted anew."""

MANY = 50_000
"""A letter of fewer signatories is counted whenever somebody asks: that takes a few milliseconds."""

_SHARE = 20


@dataclass
class _Counted:
    numbers: Counts
    took: float
    at: float
    turn: int
    is_owed: bool = False


class LaggingCount:
    """The last count of each letter; that of many signatories stands for twenty times as long as it took.

    So counting takes a process a twentieth of its time at most, however often a letter of a million changes. What was
    made with a number is to be kept under turn(), which moves once a number that was given late is to be counted anew.
    """

    def __init__(self, ask: Ask = counts, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing counted; `clock` gives seconds that only go forward."""
        self._ask = ask
        self._clock = clock
        self._known: dict[str, _Counted] = {}

    def count(self, session: Session, campaign: Campaign) -> Counts:
        """Count the signatories of a letter, or give what was counted a moment ago."""
        known, now = self._known.get(campaign.id), self._clock()
        if known is not None and not self._is_old(known, now):
            known.is_owed = True
            return known.numbers
        numbers = self._ask(session, campaign)
        if numbers.signatories < MANY:
            self._known.pop(campaign.id, None)
        else:
            turn = self.turn(campaign.id)
            self._known[campaign.id] = _Counted(numbers, self._clock() - now, now, turn)
        return numbers

    def turn(self, campaign_id: str) -> int:
        """Give which count of a letter is to be shown: another one once a change was not counted and it is time."""
        known = self._known.get(campaign_id)
        if known is None:
            return 0
        return known.turn + (known.is_owed and self._is_old(known, self._clock()))

    def _is_old(self, known: _Counted, now: float) -> bool:
        return now - known.at >= _SHARE * known.took
