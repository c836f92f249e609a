"""Measures the sender beside others, and holds it against what was promised: `make bench-mail`."""

import contextlib
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.bulk import KIND
from benchmarks.crowd import CROWD, FEW, measure_enqueue, measure_memory
from benchmarks.databases import open_database, sync_milliseconds
from benchmarks.installation import Installation, install, signatory_name
from benchmarks.latency import LETTER, measure_latency
from benchmarks.plan import CONNECTIONS, Plan, read_plan
from benchmarks.processes import ContenderFailed, python_contender
from benchmarks.rates import judge_rates, letter_of, measure_rates
from benchmarks.sample import Sample, is_signed, read_sample
from benchmarks.sink import serving_any, serving_own
from benchmarks.stage import Stage
from benchmarks.verdict import Line, holds, pronounce
from service.mail.smtp import CONNECTIONS as OURS

_SAMPLE = "sample"
_SAMPLE_SECONDS = 60.0
_PROCESSORS = 2


def main(arguments: Sequence[str]) -> int:
    """Measure what the command line asks for; gives 0 only where every promise holds."""
    try:
        return _run(read_plan(arguments))
    except ContenderFailed as failed:
        print(f"\nFAILED: {failed}", flush=True)
        return 1


def _run(plan: Plan) -> int:
    processors = _keep_to_two_processors()
    with contextlib.ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-bench-", dir=plan.folder))
        )
        # The database's server is of another user, who must find the way to its own folder.
        folder.chmod(0o755)
        sink = stack.enter_context(serving_any())
        print(
            f"{processors}, {platform.python_implementation()} {platform.python_version()}; this disk keeps 4 kB for"
            f" good in {sync_milliseconds(folder):.2f} ms.\n"
            f"One sink for all: {sink.name}; {CONNECTIONS} connections for the others,"
            f" as many as it opens by itself for ours: up to {OURS}.",
            flush=True,
        )
        installations = [_prepare(plan, name, folder / name, stack) for name in plan.databases]
        sample = _take_sample(installations[0])
        stage = Stage(plan=plan, folder=folder, installations=installations, sample=sample, sink=sink)
        sample.keep(stage.words)
        print(
            f"Each of our mails is of the kind {KIND.value!r} and has {sample.size:,} bytes on the wire, signed."
        )
        if plan.profile:
            return _profile(stage)
        return _conclude(plan, _measure(stage))


def _keep_to_two_processors() -> str:
    """Keep this process, and so all that it starts, to two processors, for which the promise was made."""
    may = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, may[:_PROCESSORS])
    return f"{min(len(may), _PROCESSORS)} of {os.cpu_count()} processors"


def _prepare(plan: Plan, name: str, folder: Path, stack: contextlib.ExitStack) -> Installation:
    began = time.monotonic()
    folder.mkdir(mode=0o755)
    database = stack.enter_context(open_database(name, folder))
    installation = install(database, folder)
    letters = dict(_letters(plan))
    for slug, signatories in letters.items():
        installation.add_letter(slug, signatories=signatories)
    print(
        f"{name} ({database.safety}): {sum(letters.values()):,} signatories sealed in"
        f" {time.monotonic() - began:.0f} s.",
        flush=True,
    )
    return installation


def _letters(plan: Plan) -> Iterator[tuple[str, int]]:
    """Give every letter that is needed, with so many signatories: each run writes to people of its own."""
    yield _SAMPLE, 1
    if plan.profile:
        yield letter_of(1), plan.mails
        return
    if "rates" in plan.parts:
        yield from ((letter_of(number), plan.mails) for number in range(1, plan.rounds + 1))
    if "latency" in plan.parts:
        yield LETTER, plan.mails
    if "memory" in plan.parts:
        yield FEW, plan.few
    if {"memory", "enqueue"} & set(plan.parts):
        yield CROWD, plan.audience


def _take_sample(installation: Installation) -> Sample:
    """Send one mail and read what arrived; raises ContenderFailed where it is not what all contenders must send."""
    installation.post(_SAMPLE)
    with serving_own(keep_newest=True) as sink:
        with python_contender("benchmarks.sender", installation.sending_to(sink.port)) as contender:
            contender.go()
            if contender.wait(seconds=_SAMPLE_SECONDS) is None or not sink.count():
                raise ContenderFailed("Our sender did not send the one mail that all others are made after.")
        wire = sink.newest.read_bytes()
    signer = installation.services.sender.signer
    if signer is None or not is_signed(wire, record=signer.keys[0].record):
        raise ContenderFailed("The mail carries no good DKIM signature.")
    return read_sample(wire, name=signatory_name(0))


def _measure(stage: Stage) -> Iterator[Line]:
    if "rates" in stage.plan.parts:
        rounds = measure_rates(stage)
        yield from judge_rates(stage, rounds)
    parts: Mapping[str, Callable[[Stage], Iterator[Line]]] = {
        "latency": measure_latency,
        "enqueue": measure_enqueue,
        "memory": measure_memory,
    }
    for name, measure in parts.items():
        if name in stage.plan.parts:
            is_in_time = stage.plan.left_for(name) >= stage.plan.seconds_of(name)
            yield from measure(stage) if is_in_time else [_left_out(name)]
    for fault in stage.faults:
        print(f"\nNot exact: {fault}.")
    if stage.runs:
        yield holds(
            f"every mail arrived, and once ({stage.runs} counts)",
            measured=f"{len(stage.faults)} differ",
            wanted="0 differ",
            so=not stage.faults,
        )


def _left_out(part: str) -> Line:
    return holds(f"the part {part!r}", measured="not measured", wanted="its time was over", so=False)


def _conclude(plan: Plan, measured: Iterator[Line]) -> int:
    lines = list(measured)
    remark = "" if plan.is_whole else "This was not the whole measurement."
    return pronounce(lines, seconds=time.monotonic() - plan.began, remark=remark)


def _profile(stage: Stage) -> int:
    for installation in stage.installations:
        report = stage.folder / f"{installation.name}.profile"
        installation.post(letter_of(1))
        order = {**installation.sending_to(stage.sink.port), "profile": str(report)}
        with python_contender("benchmarks.sender", order) as contender:
            contender.go()
            contender.wait()
        print(f"\n{installation.name}: where the sender's CPU time goes\n{report.read_text()}", flush=True)
    return 0


if __name__ == "__main__":
    # Whoever is told to end still stops the database's server and takes the folders away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
