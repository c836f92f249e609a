"""Measures how fast a letter becomes a PDF, beside WeasyPrint in the same run: `make bench-letter`."""

import argparse
import ctypes.util
import importlib.metadata
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.processes import ROOT
from benchmarks.verdict import Line, at_least, at_most, pronounce

SIZES = (59, 1_000, 10_000, 100_000)
_MOST_SECONDS = {59: 0.6, 10_000: 3.0, 100_000: 25.0}
_MOST_MEGABYTES = 2_500
_FASTER = 5
_CUT = 120
_ROUNDS = {59: 9, 1_000: 3, 10_000: 3, 100_000: 1}
_THEIR_ROUNDS = {59: 9, 1_000: 2, 10_000: 1, 100_000: 1}
_UNFINISHED = math.inf


@dataclass(kw_only=True)
class Figures:
    """What each run took, by (contender, size); a run that was cut took for ever."""

    seconds: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    megabytes: dict[tuple[str, int], list[float]] = field(default_factory=dict)

    def typical(self, who: str, size: int) -> float:
        """Give the median of the seconds."""
        return median(self.seconds[who, size])


def main(arguments: Sequence[str]) -> int:
    """Measure; gives 0 only where every promise holds."""
    sizes = _read_sizes(arguments)
    began = time.monotonic()
    _introduce()
    figures = Figures()
    for size in sizes:
        # They take turns, so that a busy minute of the machine hits both.
        for place in range(_ROUNDS[size]):
            _run("ours", size, figures)
            if place < _THEIR_ROUNDS[size]:
                _run("weasyprint", size, figures)
    lines = list(_judge(figures, sizes))
    return pronounce(lines, seconds=time.monotonic() - began)


def _introduce() -> None:
    subset = "with" if ctypes.util.find_library("harfbuzz-subset") else "WITHOUT (it is slow so)"
    load = os.getloadavg()[0]
    print(
        f"From one public copy to its finished files, by the clock; this machine has {os.cpu_count()} processors and a "
        f"load of {load:.1f}.\nOurs is PDF/A-2a and PDF/UA-1, tagged. Beside it stands WeasyPrint "
        f"{importlib.metadata.version('weasyprint')} {subset} libharfbuzz-subset, from our HTML of the same letter, "
        f"untagged, at most {_CUT} s a size.\n\n{'names':>8}  {'who':<12}{'seconds':>9}{'MB':>8}{'files':>7}{'MB of files':>13}",
        flush=True,
    )


def _run(who: str, size: int, figures: Figures) -> None:
    told = _measured(who, size)
    figures.seconds.setdefault((who, size), []).append(told["seconds"])
    figures.megabytes.setdefault((who, size), []).append(told["megabytes"])
    if told["seconds"] == _UNFINISHED:
        print(f"{size:>8,}  {who:<12}  not finished in {_CUT} s", flush=True)
        return
    print(
        f"{size:>8,}  {who:<12}{told['seconds']:>9.2f}{told['megabytes']:>8.0f}{told['files']:>7.0f}{told['bytes'] / 1e6:>13.2f}",
        flush=True,
    )


def _measured(who: str, size: int) -> Mapping[str, float]:
    command = [sys.executable, "-m", "benchmarks.letter.contender", who, str(size)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        try:
            said, _ = child.communicate(timeout=_CUT)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            return {"seconds": _UNFINISHED, "megabytes": math.nan}
    if child.returncode:
        print(f"{who} broke down at {size:,} names (exit {child.returncode}).", flush=True)
        return {"seconds": math.nan, "megabytes": math.nan, "files": 0, "bytes": 0}
    told: dict[str, float] = json.loads(said)
    return told


def _judge(figures: Figures, sizes: Sequence[int]) -> Iterator[Line]:
    for size, most in _MOST_SECONDS.items():
        if size in sizes:
            yield at_most(f"{size:,} names", figures.typical("ours", size), most, unit="s")
    if 100_000 in sizes:
        peak = max(figures.megabytes["ours", 100_000])
        yield at_most("100,000 names, all processes together", peak, _MOST_MEGABYTES, unit="MB")
    for size in sizes:
        theirs = figures.typical("weasyprint", size)
        # Where they do not finish, there is nothing to compare.
        if theirs != _UNFINISHED:
            yield at_least(
                f"{size:,} names, beside WeasyPrint", theirs / figures.typical("ours", size), _FASTER
            )
    if {1_000, 100_000} <= set(sizes):
        growth = figures.typical("ours", 100_000) / figures.typical("ours", 1_000)
        yield at_most("time of 100,000 names beside 1,000", growth, 100, unit="x")


def _read_sizes(arguments: Sequence[str]) -> tuple[int, ...]:
    parser = argparse.ArgumentParser(prog="make bench-letter", description="Measures the letter's PDF.")
    parser.add_argument("--quick", action="store_true", help="59 and 1,000 names only")
    return SIZES[:2] if parser.parse_args(arguments).quick else SIZES


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
