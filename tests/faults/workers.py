"""Whole workers of the product on PostgreSQL, killed, frozen and cut off from their database while they drain one outbox."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, func, literal, update
from sqlmodel import col, select

from service.foundation.clock import now
from service.mail.smtp import CONNECTIONS
from service.model.message import Message
from service.model.runner import GENERATION, Runner
from service.model.states import MessageState
from service.store.engine import make_engine
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port
from tests.faults.crew import Databases
from tests.faults.scene import Result, Scene
from tests.faults.server import Behaviour, serving
from tests.operator import Operator

# As the presence of a process names it (service/worker/presence.py).
_OWNER = col(Runner.id) + literal(f":{GENERATION}")
_IN_HAND = (MessageState.CLAIMED, MessageState.SUBMITTING)
_BLOWS = ("SIGKILL", "SIGSTOP and SIGCONT", "database restarted")
_FROZEN_SECONDS = 40.0
_STARTED_SECONDS = 40.0
_GOOD_BYE_SECONDS = 40.0


@dataclass(frozen=True, kw_only=True)
class Hardship:
    """How much is to be drained by how many, and how often something is done to them."""

    workers: int
    mails: int
    blows: int
    seed: int
    every: tuple[float, float] = (0.5, 1.5)
    answer_seconds: float = 0.02


@dataclass(kw_only=True)
class Workers:
    """The processes of one case."""

    operator: Operator
    engine: Engine
    command: Sequence[str] = ("-m", "service", "worker")
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self) -> None:
        """Start one more."""
        with (self.operator.folder / "run.log").open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, *self.command],
                    env=self.operator.environment,
                    cwd=self.operator.folder,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )

    def are_there(self, number: int) -> bool:
        """Tell whether so many are at work."""
        with reading(self.engine) as session:
            return len(session.exec(select(Runner.id)).all()) >= number

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """Kill one without any warning, and let the time pass that others wait before they take what it had."""
        owner = self.owner_of(process)
        process.kill()
        process.wait()
        self.processes.remove(process)
        self.pass_leases(owner)

    def freeze(self, process: "subprocess.Popen[bytes]", *, seconds: float) -> None:
        """Stop one as a machine that sleeps, until others have taken what it had; then let it live on."""
        owner = self.owner_of(process)
        os.kill(process.pid, signal.SIGSTOP)
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.pass_leases(owner):
            time.sleep(0.5)
        os.kill(process.pid, signal.SIGCONT)

    def busiest(self) -> "subprocess.Popen[bytes]":
        """Give the one that has most mails in its hands."""
        return self.carrier() or self.processes[0]

    def send_one_home(self) -> int:
        """Tell one to end, and give how it did; the others go on."""
        process = self.processes.pop(0)
        process.terminate()
        return process.wait(timeout=_GOOD_BYE_SECONDS)

    def carrier(self) -> "subprocess.Popen[bytes] | None":
        """Give the one that has most mails in its hands, if any has."""
        count = func.count(col(Message.id))
        found = (
            select(Runner.pid)
            .join(Message, (col(Message.lease_owner) == _OWNER) & col(Message.state).in_(_IN_HAND))
            .group_by(col(Runner.pid))
            .order_by(count.desc())
        )
        with reading(self.engine) as session:
            pids = session.exec(found).all()
        known = {process.pid: process for process in self.processes}
        return next((known[pid] for pid in pids if pid in known), None)

    def tend(self) -> None:
        """Start anew what has ended, as whatever looks after processes does: one begins while the database is away."""
        for process in [process for process in self.processes if process.poll() is not None]:
            self.processes.remove(process)
            self.start()

    def owner_of(self, process: "subprocess.Popen[bytes]") -> str | None:
        """Give the name by which a process holds its mails."""
        with reading(self.engine) as session:
            return session.exec(select(_OWNER).where(col(Runner.pid) == process.pid)).first()

    def pass_leases(self, owner: str | None) -> int:
        """Let the leases of one owner be over: the same rows come free, only sooner; gives how many it has.

        Rows that a sleeping owner has locked are passed over: nobody gets them before it wakes or its connection ends.
        """
        mine = (
            select(col(Message.id))
            .where(col(Message.lease_owner) == owner, col(Message.state).in_(_IN_HAND))
            .with_for_update(skip_locked=True)
        )
        with transaction(self.engine) as session:
            held = session.execute(mine).scalars().all()
            session.execute(update(Message).where(col(Message.id).in_(held)).values(lease_until=now()))
        return len(held)

    def dismiss(self) -> list[int]:
        """Tell all to end, and give how each did."""
        asked = [process for process in self.processes if process.poll() is None]
        for process in asked:
            process.terminate()
        ended = []
        for process in asked:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_GOOD_BYE_SECONDS)
            if process.poll() is None:
                process.kill()
            ended.append(process.wait())
        self.processes.clear()
        return ended


def make_dice(seed: int) -> random.Random:
    """Make the chance of one proof, which a seed repeats as far as processes can be repeated."""
    return random.Random(seed)  # noqa: S311 -- chance for a test, no secret


def drain_in_hardship(databases: Databases, hardship: Hardship) -> Result:
    """Let workers drain an outbox while one blow after the other falls, and hold every row against the relay's ledger."""
    began, dice = time.monotonic(), make_dice(hardship.seed)
    faults: list[str] = []
    fallen: dict[str, int] = dict.fromkeys(_BLOWS, 0)
    with _scene(databases, hardship) as (stage, workers):
        for _ in range(hardship.workers):
            workers.start()
        if not wait_until(lambda: workers.are_there(hardship.workers), seconds=_STARTED_SECONDS):
            faults.append("the workers did not start")
        wait_until(lambda: bool(stage.server.ledger.entries()), seconds=_STARTED_SECONDS)
        for number in range(hardship.blows):
            time.sleep(dice.uniform(*hardship.every))
            blow = _BLOWS[number % len(_BLOWS)]
            _strike(blow, databases, workers, dice)
            fallen[blow] += 1
            stage.hasten()
        workers.tend()
        drained = stage.drain(seconds=120 + hardship.mails / 20)
        codes = workers.dismiss()
        tally = stage.audit(doubt_allowed=CONNECTIONS * hardship.workers * (hardship.blows + 1))
        if any(codes):
            faults.append(f"workers ended with {codes} and said: {workers.operator.log()[-1500:]}")
    faults += [*tally.faults, *([] if drained else ["not drained"])]
    blows = ", ".join(f"{count} {blow}" for blow, count in fallen.items())
    what = f"{databases.name:<11}{hardship.workers} workers drain {hardship.mails} mails: {blows}"
    return Result(what=what, tally=tally, faults=faults, seconds=time.monotonic() - began)


def _strike(blow: str, databases: Databases, workers: Workers, dice: random.Random) -> None:
    workers.tend()
    victim = workers.busiest() if dice.random() < 0.8 else dice.choice(workers.processes)
    if blow == "SIGKILL":
        workers.kill(victim)
        workers.start()
    elif blow == "database restarted":
        workers.engine.dispose()
        databases.stop_and_start()
    else:
        workers.freeze(victim, seconds=_FROZEN_SECONDS)


@contextlib.contextmanager
def _scene(databases: Databases, hardship: Hardship) -> Iterator[tuple[Scene, Workers]]:
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(databases.fresh())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-workers-")))
        server = stack.enter_context(
            serving(folder / "ledger", Behaviour(answer_seconds=hardship.answer_seconds))
        )
        operator = Operator(folder, smtp_port=server.port, web_port=free_port(), database_url=url)
        _invite(operator, hardship.mails)
        engine = make_engine(url)
        stack.callback(engine.dispose)
        workers = Workers(operator=operator, engine=engine)
        stack.callback(workers.dismiss)
        yield Scene(engine=engine, server=server, crew=workers, audience=hardship.mails), workers


def _invite(operator: Operator, count: int) -> None:
    (operator.folder / "letter.toml").write_bytes(file_open_now())
    rows = "".join(f"organization,Member {number},member{number}@x.example\n" for number in range(count))
    (operator.folder / "list.csv").write_text(f"kind,name,email\n{rows}", encoding="utf-8")
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)
    operator.does("signatories", "import", SLUG, "list.csv")
    operator.does("campaign", "open", SLUG)


def wait_until(is_so: Callable[[], bool], *, seconds: float, every: float = 0.1) -> bool:
    """Wait until something is so, looking `every` so many seconds; tells whether it became so in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(every)
    return False
