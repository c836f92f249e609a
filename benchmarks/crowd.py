"""What a large update costs before and while it is sent: how long it takes to queue, and what memory a long queue takes."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.bulk import IS_OWN_VERB
from benchmarks.databases import POSTGRESQL
from benchmarks.figures import is_flat, median
from benchmarks.installation import Installation
from benchmarks.processes import python_contender
from benchmarks.stage import Stage, settled_count
from benchmarks.verdict import Line, at_most, holds

FEW, CROWD = "few", "crowd"
WANTED_SECONDS = 2.0
_TIMES = 3
_FLAT_SHARE, _FLAT_MEGABYTES = 0.15, 10.0
_LOOK_SECONDS = 0.05
_ENOUGH = 0.1


def measure_enqueue(stage: Stage) -> Iterator[Line]:
    """Queue an update to the large audience several times, and clear it away each time."""
    print(f"\nQueueing one update to {stage.plan.audience:,} recipients, in seconds to its commit:")
    if not IS_OWN_VERB:
        print("  The product has no verb of its own for it yet.")
    medians = {
        installation.name: _time_enqueues(installation) for installation in stage.installations if IS_OWN_VERB
    }
    if POSTGRESQL in stage.plan.databases:
        yield at_most(
            f"ours, PostgreSQL: {stage.plan.audience:,} recipients are queued",
            medians.get(POSTGRESQL, math.nan),
            WANTED_SECONDS,
            unit="s",
        )


def _time_enqueues(installation: Installation) -> float:
    """Give the median of several times."""
    took = []
    for occurrence in range(1, _TIMES + 1):
        took.append(installation.post(CROWD, occurrence=occurrence).seconds)
        installation.clear()
    print(f"  {installation.name:<12}" + "".join(f"{each:8.2f}" for each in took), flush=True)
    return median(took)


def measure_memory(stage: Stage) -> Iterator[Line]:
    """Compare what the sender takes at its highest, over equally many mails sent, with a short and with a long queue."""
    print("\nPeak memory of the sender, in MB:")
    for installation in stage.installations:
        few = installation.post(FEW).mails
        small = _send(stage, installation, few)
        many = sum(installation.post(CROWD, occurrence=_TIMES + turn).mails for turn in (1, 2))
        large = _send(stage, installation, few)
        for queued, peak in ((few, small), (many, large)):
            print(
                f"  {installation.name:<12}{peak.megabytes:6.1f} over {peak.mails:,} mails of {queued:,}",
                flush=True,
            )
        so = is_flat(small=small.megabytes, large=large.megabytes, share=_FLAT_SHARE, slack=_FLAT_MEGABYTES)
        yield holds(
            f"ours, {installation.name}: memory is flat from {few:,} to {many:,} queued",
            measured=f"{large.megabytes - small.megabytes:+.1f} MB",
            wanted=f"<= {_FLAT_SHARE:.0%} or {_FLAT_MEGABYTES:g} MB",
            # A sender that hardly sent shows nothing.
            so=so and min(small.mails, large.mails) >= _ENOUGH * few,
        )


@dataclass(frozen=True, kw_only=True)
class _Peak:
    """What a sender took at its highest, and over how many mails."""

    megabytes: float
    mails: int


def _send(stage: Stage, installation: Installation, mails: int) -> _Peak:
    """Let the sender send so many mails of its queue, or as many as it can in its time, then cut it."""
    before = stage.sink.count()
    with python_contender("benchmarks.sender", installation.sending_to(stage.sink.port)) as contender:
        contender.go()
        usage, over = None, time.monotonic() + stage.plan.run_seconds
        while usage is None and stage.sink.count() < before + mails and time.monotonic() < over:
            usage = contender.wait(seconds=_LOOK_SECONDS)
        usage = usage or contender.cut()
    installation.clear()
    return _Peak(megabytes=usage.peak_megabytes, mails=settled_count(stage.sink) - before)
