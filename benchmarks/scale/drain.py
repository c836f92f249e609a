"""How many mails a second one, two and four sending processes hand to a relay that thinks about each."""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.figures import median, ratios
from benchmarks.installation import Installation
from benchmarks.processes import ContenderFailed, python_contender
from benchmarks.sink import serving_own
from benchmarks.verdict import Line, at_least, holds

PROCESSES = (1, 2, 4)
CONNECTIONS = 4
ANSWER_SECONDS = 0.02
WANTED = {2: 1.8, 4: 3.2}
_RUN_SECONDS = 120.0
_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class Drained:
    """One run: how many processes, how many mails a second, and what was lost or doubled by it."""

    processes: int
    rate: float
    missing: int
    doubled: int


def letters_of(rounds: int, mails: int) -> Iterator[tuple[str, int]]:
    """Name the letters that are needed, with their signatories: nobody is written to twice, and all runs last as long."""
    for number in range(1, rounds + 1):
        for many in PROCESSES:
            yield _letter(number, many), mails * many


def measure_drain(installation: Installation, *, rounds: int) -> Iterator[Line]:
    """Let them take turns, in one order and then the other, and hold the medians of the rounds' ratios against the promise."""
    print(
        f"\nMails a second by so many processes of {CONNECTIONS} connections, to a relay that thinks for"
        f" {1000 * ANSWER_SECONDS:.0f} ms:"
    )
    measured, runs = list[dict[str, float]](), list[Drained]()
    for number in range(1, rounds + 1):
        found: dict[str, float] = {}
        for many in PROCESSES if number % 2 else reversed(PROCESSES):
            run = _drain(installation, _letter(number, many), many)
            runs.append(run)
            found[str(many)] = run.rate
            print(f"  round {number}: {many} processes {run.rate:8.0f}", flush=True)
        measured.append(found)
    yield from _judge(measured, runs)


def _judge(measured: Sequence[Mapping[str, float]], runs: Sequence[Drained]) -> Iterator[Line]:
    for many, wanted in WANTED.items():
        found = median(ratios(measured, str(many), "1"))
        yield at_least(f"{many} sending processes beside one", found, wanted)
    missing, doubled = sum(run.missing for run in runs), sum(run.doubled for run in runs)
    yield holds(
        "every mail arrived, and once",
        measured=f"{missing} / {doubled}",
        wanted="0 missing / 0 doubled",
        so=not missing and not doubled,
    )


def _drain(installation: Installation, letter: str, many: int) -> Drained:
    queued = installation.post(letter).mails
    with serving_own(answer_seconds=ANSWER_SECONDS) as sink, contextlib.ExitStack() as stack:
        order = {**installation.sending_to(sink.port), "connections": CONNECTIONS}
        # One after the other, so that each has sent before the next asks for a journal.
        senders = [stack.enter_context(python_contender("benchmarks.sender", order)) for _ in range(many)]
        for sender in senders:
            sender.go()
        end = time.monotonic() + _RUN_SECONDS
        if any(sender.wait(seconds=max(0.0, end - time.monotonic())) is None for sender in senders):
            raise ContenderFailed(f"{many} processes did not drain {queued} mails in {_RUN_SECONDS:.0f} s.")
        arrivals = sink.arrivals()
    names = {arrival.message_id for arrival in arrivals}
    return Drained(
        processes=many,
        rate=_rate([arrival.at for arrival in arrivals]),
        missing=queued - len(names),
        doubled=len(arrivals) - len(names),
    )


def _rate(moments: Sequence[float]) -> float:
    """Give the mails a second while all were at work: without the first and the last tenth (pure)."""
    cut = int(_SHARE * len(moments))
    middle = sorted(moments)[cut : len(moments) - cut]
    return (len(middle) - 1) / (middle[-1] - middle[0]) if len(middle) > 1 else 0.0


def _letter(number: int, many: int) -> str:
    return f"scale-{number}-{many}"
