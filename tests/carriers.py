"""What every carrier is asked for in tests: one parcel for its other side, what can go wrong there, and how a carry was told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from service.delivery.asking import Asking
from service.delivery.parcel import Carrier, InDoubt, NotNow, NotTaken, Parcel, Receipt

PATIENCE = 0.4
"""Seconds for which the other side may be silent: here it answers within a few thousandths, or never."""
ASKING = Asking(ca_file=str(Path(__file__).parent / "doubles" / "nobody.pem"), seconds=PATIENCE)


class Trouble(StrEnum):
    """What goes wrong at the very step that hands the letter over."""

    SILENT_BEFORE = "silent before it took it"
    SILENT_AFTER = "silent after it took it"
    CUT = "hangs up in the middle of it, before it took it"
    CLOSES_BEFORE = "hangs up before it took it"
    CLOSES_AFTER = "hangs up after it took it"
    HALF_BEFORE = "half an answer, before it took it"
    HALF = "half an answer, after it took it"
    REFUSES = "refuses it (4xx)"
    FAILS = "breaks down before it took it (5xx)"
    TAKES_AND_FAILS = "breaks down after it took it (5xx)"
    THROTTLES = "asks to come less often"
    IS_CLOSED = "is closed for maintenance"


class Killed(BaseException):
    """The end of a process: nothing of ours catches it."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """A carrier, one parcel for it, and the other side.

    `letters` counts what the office has; `heard` gives all that came to the other side; a letter is told by any of its `marks`.
    `goes_wrong` arranges the next trouble, `is_met` tells whether it was met, `goes_well` takes all back. `elsewhere` makes
    carrier and parcel go to another port, by TLS where it is told "s", trusting whom it is told to.
    `secrets` are what nobody may keep. Where it `knows_keys`, a parcel may be carried again whatever became of it. Where it
    `says_when`, it tells those who come too often when to come again.
    """

    carrier: Carrier
    parcel: Parcel
    letters: Callable[[], int]
    heard: Callable[[], bytes]
    marks: tuple[bytes, ...]
    goes_wrong: Callable[[Trouble], None]
    is_met: Callable[[], bool]
    goes_well: Callable[[], None]
    elsewhere: Callable[[int, str, Asking], tuple[Carrier, Parcel]]
    secrets: tuple[str, ...]
    knows_keys: bool
    says_when: bool = True


@dataclass
class Told:
    """What a carry told, and how often its fence was passed."""

    receipt: Receipt | None = None
    error: NotNow | NotTaken | InDoubt | None = None
    fences: int = 0

    @property
    def words(self) -> str:
        """All of it that may be shown, logged or kept, but for the faults, which may quote what a letter says."""
        found = self.receipt or self.error
        assert found is not None
        return f"{self.receipt!r} {self.error!r} {self.error} {found.exchange!r}"


def carry(side: Side, *, again: bool = False, at_the_fence: Callable[[], None] = lambda: None) -> Told:
    """Carry the parcel; no byte of the letter may come to the other side before its fence, which is passed once."""
    told = Told()
    begin = len(side.heard())

    def is_out() -> bool:
        return any(mark in side.heard()[begin:] for mark in side.marks)

    def fence() -> None:
        told.fences += 1
        assert not is_out()
        at_the_fence()

    try:
        told.receipt = side.carrier.carry(replace(side.parcel, tried_before=again), fence=fence)
    except (NotNow, NotTaken, InDoubt) as error:
        told.error = error
    assert told.fences <= 1
    assert told.fences or not is_out()
    return told
