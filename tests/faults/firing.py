"""The product's own command, with steps of a firing at which it can be stopped: `python -m tests.faults.firing FOLDER PART …`.

PART is how many sign-ons one transaction posts to at most, and what is due is looked for every second. Where an order for a step lies in FOLDER, the first process
that comes to that step takes it and stops, as a machine does that falls asleep: whoever looks kills it or lets it live on.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from service.__main__ import main
from service.schedules.begin import begin_due
from service.schedules.fire import Fired, fire_part
from service.worker import firing, jobs
from service.worker.firing import post_all_parts

_LOOK_SECONDS = 0.02
_FALLEN_ASLEEP_SECONDS = 0.05


class Step(StrEnum):
    """Where a process is when it is stopped."""

    BEGINNING = "beginning, before the commit"
    IN_A_PART = "in a part, before its commit"
    BETWEEN = "between two parts"


class Orders:
    """The orders in a folder, and who has taken one."""

    def __init__(self, folder: Path) -> None:
        """Work on a folder that is there."""
        self._folder = folder

    def stop_at(self, step: Step) -> None:
        """Stop this process if that was ordered; it goes on with SIGCONT."""
        pid = os.getpid()
        try:
            (self._folder / step.name).rename(self._folder / f"{step.name}.{pid}")
        except FileNotFoundError:
            return
        os.kill(pid, signal.SIGSTOP)

    def who_stops_at(self, step: Step, *, seconds: float) -> int | None:
        """Order the next process at a step to stop, and give its pid; None, and no order, where none comes in time."""
        order, end = self._folder / step.name, time.monotonic() + seconds
        order.touch()
        while time.monotonic() < end:
            if (pid := self._taken(step)) is not None:
                return pid
            time.sleep(_LOOK_SECONDS)
        order.unlink(missing_ok=True)
        return self._taken(step)

    def _taken(self, step: Step) -> int | None:
        for path in self._folder.glob(f"{step.name}.*"):
            path.unlink()
            time.sleep(_FALLEN_ASLEEP_SECONDS)
            return int(path.suffix[1:])
        return None


def stop_where_ordered(orders: Orders, *, most: int) -> None:
    """Let the jobs of this process heed the orders, look every second, and fire in parts of `most` sign-ons."""
    for job in jobs.JOBS:
        if job.run is jobs.fire_schedules:
            # The runners hold these very jobs; none of them has begun.
            object.__setattr__(job, "every_seconds", 1)
    jobs.begin_due = _then_stop(begin_due, orders)
    jobs.post_all_parts = partial(post_all_parts, most=most)
    firing.fire_part = _stopping(fire_part, orders)


def _then_stop(begin: Callable[..., int], orders: Orders) -> Callable[..., int]:
    def begin_and_stop(*given: Any, **named: Any) -> int:
        begun = begin(*given, **named)
        if begun:
            orders.stop_at(Step.BEGINNING)
        return begun

    return begin_and_stop


def _stopping(fire: Callable[..., Fired | None], orders: Orders) -> Callable[..., Fired | None]:
    is_between = False

    def fire_and_stop(*given: Any, **named: Any) -> Fired | None:
        nonlocal is_between
        if is_between:
            orders.stop_at(Step.BETWEEN)
        fired = fire(*given, **named)
        is_between = fired is not None and not fired.is_over
        if fired is not None and fired.posted:
            orders.stop_at(Step.IN_A_PART)
        return fired

    return fire_and_stop


def _start(folder: str, most: str, *command: str) -> None:
    stop_where_ordered(Orders(Path(folder)), most=int(most))
    sys.argv = ["undersigned", *command]
    main()


if __name__ == "__main__":
    _start(*sys.argv[1:])
