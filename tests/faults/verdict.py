"""What a proof by crashes says: each run in a line as it comes, and the verdict last."""

import time
from collections.abc import Sequence

from tests.faults.scene import Result


def show(results: list[Result]) -> list[Result]:
    """Print a line for each, and give them back."""
    for result in results:
        verdict = "BROKEN " if result.faults else "ok     "
        print(f"{verdict} {result.what} {result.tally or ''}  {result.seconds:.1f} s", flush=True)
    return results


def conclude(results: Sequence[Result], *, began: float) -> int:
    """Print what was broken, the sums and the verdict; gives 0 only where everything held."""
    broken = [result for result in results if result.faults]
    lost, doubled, admitted, doubt = (
        sum(getattr(result.tally, name) for result in results if result.tally is not None)
        for name in ("lost", "doubled", "admitted", "doubt")
    )
    print()
    for result in broken:
        print(f"BROKEN  {result.what}: {'; '.join(result.faults)}")
    print(
        f"{len(results)} runs in {time.monotonic() - began:.0f} s: lost {lost}, doubled {doubled},"
        f" second copies admitted {admitted}, in doubt at any time {doubt}."
    )
    if waiting := sum(result.tally.waiting for result in results if result.tally is not None):
        print(f"The time was over while mail still went out: {waiting} wait, each of them once.")
    print("FAILED: a promise was broken." if broken else "Passed: every promise was kept.", flush=True)
    return 1 if broken else 0
