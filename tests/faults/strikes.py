"""What is done to those who fire schedules: which blow at which step, to how many, while how much is planned."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.faults.firing import Step
from tests.faults.planned import Size


class Blow(StrEnum):
    """What is done to a process."""

    KILL = "SIGKILL"
    SLEEP = "SIGSTOP and SIGCONT"
    DATABASE = "database restarted"


@dataclass(frozen=True, kw_only=True)
class Strike:
    """One blow, to whoever comes to a step of firing next; without a step to whoever has most mails in hand."""

    blow: Blow
    step: Step | None


@dataclass(frozen=True, kw_only=True)
class Storm:
    """What is planned, in parts of which size it is fired, and what is done meanwhile to how many processes.

    `crews` are how many there are, one number after the other while the strikes fall. After `seconds` it is over.
    """

    size: Size
    part: int
    strikes: Sequence[Strike]
    seed: int
    seconds: float
    crews: Sequence[int] = (1,)
    pause: tuple[float, float] = (0.5, 2.0)


def what_is_missing(wanted: Sequence[Strike], fallen: Sequence[Strike]) -> list[str]:
    """Say which blows were not struck, for a proof by fewer than it names is none (pure).

    A blow is not struck where nobody came to its step in time, or where the time for blows was over.
    """
    left = Counter(wanted) - Counter(fallen)
    if wanted and not left:
        return []
    named = ", ".join(f"{number} {one.blow} at {one.step or 'sending'}" for one, number in left.items())
    return [f"{left.total()} of {len(wanted)} blows were not struck ({named})"]
