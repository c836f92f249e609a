"""Whole processes of the product fire schedules while they are killed, put to sleep and cut off from their database."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, text
from sqlmodel import col, select

from service.foundation.clock import now
from service.foundation.settings import Settings
from service.mail.smtp import CONNECTIONS
from service.model.schedule import Occurrence
from service.model.states import OccurrenceState
from service.store.transaction import reading, transaction
from service.wiring import Services, make_services
from tests.doubles.relay import free_port
from tests.faults.crew import Databases
from tests.faults.firing import Orders, Step
from tests.faults.planned import Everybody, Planned, audit_fired, fill, plan
from tests.faults.scene import Result, Scene
from tests.faults.server import Behaviour, serving
from tests.faults.strikes import Blow, Storm, Strike, what_is_missing
from tests.faults.workers import Workers, make_dice, wait_until
from tests.operator import Operator

_DUE_AFTER = timedelta(seconds=2)
_STARTED_SECONDS = 60.0
_MET_SECONDS = 45.0
_ASLEEP_SECONDS = 40.0
_LOOK_SECONDS = 0.5
_CALM_PART = 0.35
# The turn of whoever fires is taken by another once its process was not heard of for 15 seconds.
_UNHEARD = text(
    "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute' WHERE id IN"
    " (SELECT worker_id FROM procrastinate_jobs WHERE status = 'doing' AND task_name = 'fire_schedules')"
)


@dataclass(kw_only=True)
class _Course:
    """A storm under way."""

    storm: Storm
    databases: Databases
    services: Services
    everybody: Everybody
    stage: Scene
    workers: Workers
    orders: Orders
    end: float
    planned: list[Planned] = field(default_factory=list)
    fallen: list[Strike] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    """How those ended that were sent home."""

    def play(self) -> None:
        """Plan everything bit by bit, and let a strike fall after each; once the time for them is over none falls, and each is missed."""
        dice, sent = make_dice(self.storm.seed), 0
        calm = self.end - _CALM_PART * self.storm.seconds
        for number, strike in enumerate(self.storm.strikes):
            if time.monotonic() > calm:
                self._plan(number)
                continue
            self._man(self.storm.crews[number * len(self.storm.crews) // len(self.storm.strikes)])
            self._let_send(more_than=sent)
            time.sleep(dice.uniform(*self.storm.pause))
            self._plan(number)
            self._strike(strike)
            sent = self.stage.server.ledger.length()
            self.stage.hasten()
        self.workers.tend()

    def _man(self, crew: int) -> None:
        """Let so many be there: some are started, or sent home."""
        self.workers.tend()
        while len(self.workers.processes) < crew:
            self.workers.start()
        while len(self.workers.processes) > crew:
            self.left.append(self.workers.send_one_home())

    def _let_send(self, *, more_than: int) -> None:
        """Let those who have just been started come to their work before the next blow falls, where there is any."""
        ledger = self.stage.server.ledger
        wait_until(
            lambda: ledger.length() > more_than or not self.stage.waiting(), seconds=self._most(_MET_SECONDS)
        )

    def _plan(self, turn: int) -> None:
        """Plan this turn's share of all schedules, due together in a moment, so that somebody will come to fire them."""
        turns, all_of_them = len(self.storm.strikes), self.storm.size.schedules
        share = range(turn * all_of_them // turns, (turn + 1) * all_of_them // turns)
        here = now().replace(microsecond=0)
        self.planned += plan(self.services, self.everybody, share, now=here, due_at=here + _DUE_AFTER)

    def _strike(self, strike: Strike) -> None:
        victim = self._meet(strike.step)
        if victim is None:
            return
        {Blow.KILL: self._kill, Blow.SLEEP: self._let_sleep, Blow.DATABASE: self._restart}[strike.blow](
            victim
        )
        self.fallen.append(strike)

    def _meet(self, step: Step | None) -> "subprocess.Popen[bytes] | None":
        """Wait for a process that stands at a step, or without one for mails that are on their way."""
        most = self._most(_MET_SECONDS)
        if step is None:
            wait_until(lambda: self.workers.carrier() is not None, seconds=most)
            return self.workers.carrier()
        pid = self.orders.who_stops_at(step, seconds=most)
        return next((process for process in self.workers.processes if process.pid == pid), None)

    def _kill(self, victim: "subprocess.Popen[bytes]") -> None:
        self.workers.kill(victim)
        self._hand_over()
        self.workers.start()

    def _let_sleep(self, victim: "subprocess.Popen[bytes]") -> None:
        """Let one sleep until others have gone on with what it had: its mails, and what it was firing."""
        os.kill(victim.pid, signal.SIGSTOP)
        self._hand_over()
        owner, before = self.workers.owner_of(victim), self.progress()
        end = time.monotonic() + self._most(_ASLEEP_SECONDS)
        while time.monotonic() < end and (self.workers.pass_leases(owner) or self.progress() == before):
            time.sleep(_LOOK_SECONDS)
        os.kill(victim.pid, signal.SIGCONT)

    def _restart(self, victim: "subprocess.Popen[bytes]") -> None:
        self.stage.engine.dispose()
        self.databases.stop_and_start()
        os.kill(victim.pid, signal.SIGCONT)
        # What was in hand then is nobody's word any more: it comes free in a minute, here at once.
        for process in self.workers.processes:
            self.workers.pass_leases(self.workers.owner_of(process))

    def _hand_over(self) -> None:
        """Let the time pass that others wait before they take the turn of who is not heard of: only sooner."""
        if self.stage.engine.dialect.name == "postgresql":
            with transaction(self.stage.engine) as session:
                session.execute(_UNHEARD)

    def progress(self) -> tuple[int, int]:
        """Give how many occurrences have been fired to their end, and how many mails were posted."""
        is_fired = func.count().filter(col(Occurrence.state) == OccurrenceState.FIRED)
        with reading(self.stage.engine) as session:
            fired, posted = session.execute(select(is_fired, func.sum(Occurrence.posted))).one()
        return int(fired), int(posted or 0)

    def _most(self, seconds: float) -> float:
        return max(0.0, min(seconds, self.end - time.monotonic()))

    def fires_all(self) -> bool:
        """Wait until all that was planned has been fired; tells whether that happened in time."""
        wanted = len(self.planned)
        return wait_until(
            lambda: self.progress()[0] >= wanted, seconds=self._most(float("inf")), every=_LOOK_SECONDS
        )

    def sends_on(self) -> bool:
        """Wait until every mail has come to an end, or the time is over; tells whether any that waits was about to go."""
        if self.stage.drain(seconds=self._most(float("inf")), every=_LOOK_SECONDS):
            return True
        ledger = self.stage.server.ledger
        before = ledger.length()
        return wait_until(lambda: ledger.length() > before, seconds=_MET_SECONDS)

    def doubt_allowed(self) -> int:
        """Give how many mails may come into doubt: those on all lines at each blow, and at the end."""
        return CONNECTIONS * max(self.storm.crews) * (len(self.storm.strikes) + 1)


def fire_in_hardship(databases: Databases, storm: Storm) -> Result:
    """Let processes fire schedules while one blow after the other falls, and hold every row against plan and ledger."""
    began = time.monotonic()
    with _course(databases, storm, end=began + storm.seconds) as course:
        faults = [] if _has_started(course) else ["the processes did not start"]
        course.play()
        if not course.fires_all():
            faults.append("not all was fired in time")
        elif not course.sends_on():
            faults.append(f"{course.stage.waiting()} mails wait, and nobody sends them")
        codes = [*course.left, *course.workers.dismiss()]
        if any(codes):
            faults.append(f"processes ended with {codes} and said: {course.workers.operator.log()[-1500:]}")
        with reading(course.stage.engine) as session:
            faults += audit_fired(session, course.planned)
        tally = course.stage.audit(doubt_allowed=course.doubt_allowed(), may_wait=True)
    faults += what_is_missing(storm.strikes, course.fallen)
    return Result(
        what=_told(databases, course),
        tally=tally,
        faults=[*faults, *tally.faults],
        seconds=time.monotonic() - began,
    )


def _has_started(course: _Course) -> bool:
    """Start the first processes; tells whether they are there in time."""
    crew = course.storm.crews[0]
    for _ in range(crew):
        course.workers.start()
    return wait_until(lambda: course.workers.are_there(crew), seconds=_STARTED_SECONDS)


def _told(databases: Databases, course: _Course) -> str:
    size, crews = course.storm.size, ", ".join(map(str, course.storm.crews))
    blows = [f"{sum(one.blow is blow for one in course.fallen)} {blow}" for blow in Blow]
    firing = sum(one.step is not None for one in course.fallen)
    return (
        f"{databases.name:<11}{crews} processes fire {size.schedules} schedules to {size.mails} mails:"
        f" {', '.join(blows)}; {firing} while they fired"
    )


@contextlib.contextmanager
def _course(databases: Databases, storm: Storm, *, end: float) -> Iterator[_Course]:
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(databases.fresh())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-storm-")))
        server = stack.enter_context(serving(folder / "ledger", Behaviour()))
        operator = Operator(folder, smtp_port=server.port, web_port=free_port(), database_url=url)
        operator.does("init")
        services = make_services(settings_of(operator))
        stack.callback(services.engine.dispose)
        everybody = fill(services, storm.size)
        orders = folder / "orders"
        orders.mkdir()
        workers = Workers(
            operator=operator, engine=services.engine, command=_command(databases, storm, orders, operator)
        )
        stack.callback(workers.dismiss)
        yield _Course(
            storm=storm,
            databases=databases,
            services=services,
            everybody=everybody,
            stage=Scene(engine=services.engine, server=server, crew=workers, audience=storm.size.mails),
            workers=workers,
            orders=Orders(orders),
            end=end,
        )


def _command(databases: Databases, storm: Storm, orders: Path, operator: Operator) -> Sequence[str]:
    what = ("worker",) if databases.can_stop else ("run", "--port", str(operator.web_port))
    return ("-m", "tests.faults.firing", str(orders), str(storm.part), *what)


def settings_of(operator: Operator) -> Settings:
    """Give the settings of the same installation, for this very process."""
    return Settings(
        database_url=operator.environment.get("UNDERSIGNED_DATABASE_URL", ""),
        data_dir=operator.folder / "data",
        key_dir=operator.folder / "keys",
        journal_dir=operator.folder / "journal",
        mail_from=operator.environment["UNDERSIGNED_MAIL_FROM"],
        public_url=operator.address,
    )
