"""What all parts stand on: the installations, the sink, and a run of our sender from a full outbox to an empty one."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.installation import Installation
from benchmarks.plan import Plan
from benchmarks.processes import Usage, python_contender
from benchmarks.sample import Sample
from benchmarks.sink import Sink
from service.model.states import MessageState


@dataclass(kw_only=True)
class Stage:
    """The place where everything is measured; `faults` are mails that were lost or doubled, or not taken at all."""

    plan: Plan
    folder: Path
    installations: Sequence[Installation]
    sample: Sample
    sink: Sink
    runs: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def words(self) -> Path:
        """Where the other contenders find what their mails say."""
        return self.folder / "sample.json"

    def hold(self, what: str, *, expected: int, arrived: int) -> None:
        """Note a run whose mails did not arrive exactly."""
        self.runs += 1
        if expected != arrived:
            self.faults.append(f"{what}: {expected} mails were sent and {arrived} arrived")


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A run of our sender: what it cost, how many mails arrived, the CPU of the database's server and the sink's."""

    usage: Usage
    mails: int
    server_cpu: float
    sink_cpu: float

    @property
    def rate(self) -> float:
        """Mails a second."""
        return self.mails / self.usage.seconds


def drain(
    stage: Stage, installation: Installation, sink: Sink, *, queued: int, extra: dict[str, str]
) -> Sent:
    """Let our sender empty the outbox, or cut it when its time is over, and hold the outbox against the sink."""
    before, taken = _accepted(installation), sink.count()
    with python_contender("benchmarks.sender", {**installation.sending_to(sink.port), **extra}) as contender:
        server_cpu, sink_cpu = installation.database.server_cpu(), sink.cpu_seconds()
        contender.go()
        usage = contender.wait(seconds=stage.plan.run_seconds) or contender.cut()
        server_cpu, sink_cpu = installation.database.server_cpu() - server_cpu, sink.cpu_seconds() - sink_cpu
    arrived = settled_count(sink) - taken
    if not usage.was_cut:
        stage.hold(f"ours on {installation.name}", expected=queued, arrived=arrived)
        stage.hold(
            f"ours on {installation.name}, by its outbox",
            expected=queued,
            arrived=_accepted(installation) - before,
        )
    elif (accepted := _accepted(installation) - before) > arrived:
        stage.hold(f"ours on {installation.name}, cut", expected=accepted, arrived=arrived)
    installation.clear()
    return Sent(usage=usage, mails=arrived, server_cpu=server_cpu, sink_cpu=sink_cpu)


def settled_count(sink: Sink) -> int:
    """Read the sink's count once it stands still: a last mail may still be under way from who was cut."""
    last, count = -1, sink.count()
    while count != last:
        time.sleep(0.1)
        last, count = count, sink.count()
    return count


def _accepted(installation: Installation) -> int:
    return installation.counts().get(MessageState.ACCEPTED, 0)
