"""How many mails a second, ours beside the others: they take turns, and are compared within each round only."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.databases import POSTGRESQL, SQLITE
from benchmarks.figures import median, ratios
from benchmarks.installation import Installation
from benchmarks.node import NoNode, node_command, nodemailer_folder
from benchmarks.plan import CONNECTIONS
from benchmarks.processes import Contender, python_contender
from benchmarks.stage import Stage, drain, settled_count
from benchmarks.verdict import Line, at_least

OURS = {SQLITE: "ours, SQLite", POSTGRESQL: "ours, PostgreSQL"}
PLAIN, NODE, CEILING = "(a) plain loop", "(b) nodemailer", "(c) ceiling"
WANTED = ((SQLITE, NODE, 1.5), (POSTGRESQL, NODE, 1.0), (SQLITE, PLAIN, 8.0), (POSTGRESQL, PLAIN, 8.0))

_HEAD = (
    f"{'round':<6}{'contender':<18}{'mails/s':>9}{'mails':>8}{'seconds':>9}"
    f"{'CPU µs/mail':>13}{'server':>8}{'sink':>6}{'peak MB':>9}{'bytes':>7}"
)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One contender's turn."""

    name: str
    mails: int
    seconds: float
    cpu_seconds: float
    server_cpu: float
    sink_cpu: float
    peak_megabytes: float
    bytes_each: float
    was_cut: bool = False

    @property
    def rate(self) -> float:
        """Mails a second."""
        return self.mails / self.seconds

    def row(self, number: int) -> str:
        """Write it as a row of the table; CPU is in microseconds a mail."""
        each = 1e6 / max(self.mails, 1)
        return (
            f"{number:<6}{self.name:<18}{self.rate:>9,.0f}{self.mails:>8,}{self.seconds:>9.1f}"
            f"{self.cpu_seconds * each:>13,.0f}{self.server_cpu * each:>8,.0f}{self.sink_cpu * each:>6,.0f}"
            f"{self.peak_megabytes:>9.0f}{self.bytes_each:>7,.0f}{'  cut' if self.was_cut else ''}"
        )


def letter_of(number: int) -> str:
    """Name the letter whose signatories are written to in a round; nobody is written to twice."""
    return f"round-{number}"


def measure_rates(stage: Stage) -> list[dict[str, float]]:
    """Let all contenders take turns, in one order and then the other; gives each round's mails a second by name."""
    rounds: list[dict[str, float]] = []
    turns = list(_turns(stage))
    print(f"\n{_HEAD}")
    took = 0.0
    for number in range(1, stage.plan.rounds + 1):
        if rounds and stage.plan.left_for("rates") < took:
            print(f"Round {number} is left out: its time is over.")
            break
        began, measured = time.monotonic(), {}
        for turn in turns if number % 2 else reversed(turns):
            run = turn(number)
            print(run.row(number), flush=True)
            measured[run.name] = run.rate
        rounds.append(measured)
        took = time.monotonic() - began
    return rounds


def judge_rates(stage: Stage, rounds: Sequence[Mapping[str, float]]) -> Iterator[Line]:
    """Hold the medians of the rounds' ratios against the promise."""
    print("\nRatios within each round, and their median:")
    for database, other, wanted in WANTED:
        if database not in stage.plan.databases or (other == NODE and not stage.plan.with_node):
            continue
        found = ratios(rounds, OURS[database], other)
        what = f"{OURS[database]}, beside {other}"
        print(
            f"  {what:<40}" + "".join(f"{ratio:8.2f}" for ratio in found) + f"   median {median(found):.2f}"
        )
        yield at_least(what, median(found), wanted)


def _turns(stage: Stage) -> Iterator[Callable[[int], Run]]:
    ours = [_ours(stage, installation) for installation in stage.installations]
    yield from ours[:1]
    if stage.plan.with_node:
        try:
            folder = nodemailer_folder()
            command = node_command()
        except NoNode as reason:
            print(f"\nNodemailer is not measured: {reason}")
        else:
            order = {"modules": str(folder), "count": stage.plan.mails}
            yield _other(stage, NODE, order, lambda order: Contender(command, order))
    yield from ours[1:]
    yield _other(
        stage,
        PLAIN,
        {"count": stage.plan.plain_mails},
        lambda order: python_contender("benchmarks.plain", order),
    )
    yield _other(
        stage,
        CEILING,
        {"count": stage.plan.mails},
        lambda order: python_contender("benchmarks.ceiling", order),
    )


def _ours(stage: Stage, installation: Installation) -> Callable[[int], Run]:
    def turn(number: int) -> Run:
        queued = installation.post(letter_of(number)).mails
        sent = drain(stage, installation, stage.sink, queued=queued, extra={})
        return Run(
            name=OURS[installation.name],
            mails=sent.mails,
            seconds=sent.usage.seconds,
            cpu_seconds=sent.usage.cpu_seconds,
            server_cpu=sent.server_cpu,
            sink_cpu=sent.sink_cpu,
            peak_megabytes=sent.usage.peak_megabytes,
            bytes_each=stage.sample.size,
            was_cut=sent.usage.was_cut,
        )

    return turn


def _other(
    stage: Stage, name: str, own: Mapping[str, object], start: Callable[[Mapping[str, object]], Contender]
) -> Callable[[int], Run]:
    order = {
        "port": stage.sink.port,
        "connections": CONNECTIONS,
        "sample": str(stage.words),
        "wire": str(stage.words.with_suffix(".eml")),
        **own,
    }
    count = int(str(own["count"]))

    def turn(_: int) -> Run:
        before = stage.sink.count()
        with start(order) as contender:
            sink_cpu = stage.sink.cpu_seconds()
            contender.go()
            usage = contender.wait(seconds=stage.plan.run_seconds) or contender.cut()
            sink_cpu = stage.sink.cpu_seconds() - sink_cpu
        arrived = settled_count(stage.sink) - before
        if not usage.was_cut:
            stage.hold(name, expected=count, arrived=arrived)
        return Run(
            name=name,
            mails=arrived,
            seconds=usage.seconds,
            cpu_seconds=usage.cpu_seconds,
            server_cpu=0.0,
            sink_cpu=sink_cpu,
            peak_megabytes=usage.peak_megabytes,
            bytes_each=usage.told.get("bytes", 0) / count,
            was_cut=usage.was_cut,
        )

    return turn
