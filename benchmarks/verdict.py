"""Hold what was measured against what was promised, and say so last."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH = 62


@dataclass(frozen=True, kw_only=True)
class Line:
    """One promise: what, the measured value in words, the wanted one, and whether it holds.

    A line that nobody asked to measure is not one; a line that could not be measured does not hold.
    """

    what: str
    measured: str
    wanted: str
    holds: bool

    def __str__(self) -> str:
        """Write it as a row of the verdict."""
        return f"{'holds ' if self.holds else 'BROKEN'}  {self.what:<{_WIDTH}} {self.measured:>12}  {self.wanted}"


def at_least(what: str, value: float, wanted: float) -> Line:
    """Promise that a ratio is at least so large."""
    return Line(
        what=what,
        measured=_number(value, " x"),
        wanted=f">= {wanted:g} x",
        holds=not math.isnan(value) and value >= wanted,
    )


def at_most(what: str, value: float, wanted: float, *, unit: str) -> Line:
    """Promise that a value is at most so large."""
    return Line(
        what=what,
        measured=_number(value, f" {unit}"),
        wanted=f"<= {wanted:g} {unit}",
        holds=not math.isnan(value) and value <= wanted,
    )


def holds(what: str, *, measured: str, wanted: str, so: bool) -> Line:
    """Promise something that is simply so or not."""
    return Line(what=what, measured=measured, wanted=wanted, holds=so)


def pronounce(lines: Sequence[Line], *, seconds: float | None = None, remark: str = "") -> int:
    """Print the verdict, after how many seconds it came and what it leaves open; gives the command's exit code."""
    print("\nThe verdict:" if seconds is None else f"\nThe verdict, after {seconds:.0f} s:")
    for line in lines:
        print(line)
    kept = all_hold(lines)
    said = "Passed: every line holds." if kept else "FAILED: a line does not hold."
    print(f"{said} {remark}".rstrip(), flush=True)
    return 0 if kept else 1


def all_hold(lines: Sequence[Line]) -> bool:
    """Tell whether every promise holds, and there was one at all."""
    return bool(lines) and all(line.holds for line in lines)


def _number(value: float, unit: str) -> str:
    return "not measured" if math.isnan(value) else f"{value:.2f}{unit}"
