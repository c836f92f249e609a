"""The proof by crashes, `make crash`: stop senders at every move and at random, and hold the outbox against the relay."""

import argparse
import contextlib
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from service.model.message import MessageKind
from service.store.engine import make_engine
from tests.faults.audit import Tally
from tests.faults.crew import Crew, Databases, Member, Postgres, Sqlite
from tests.faults.scene import PATIENCE, Result, Scene
from tests.faults.schedules import few
from tests.faults.sender import Label, MakeTransport, as_it_is
from tests.faults.server import Behaviour, serving
from tests.faults.storm import fire_in_hardship
from tests.faults.verdict import conclude, show
from tests.faults.workers import Hardship, drain_in_hardship, make_dice

SENDERS, CONNECTIONS = 4, 4
PARTS = ("labels", "soak", "schedules", "workers")
KINDS = (
    MessageKind.CONFIRM,
    MessageKind.DELIVERY,
    MessageKind.REMINDER,
    MessageKind.APPROVAL,
    MessageKind.INVITATION,
)
_AT_ONCE = 3
_SLEEP = 2.0
_BODY_ON_THE_WAY = (Label.AFTER_FENCE, Label.MID_BODY, Label.AFTER_DOT)
_IN_A_COMMIT = (Label.BEFORE_CLAIM, Label.BEFORE_FENCE, Label.BEFORE_ACCEPT, Label.BEFORE_FREE)
_FREEING = (Label.BEFORE_FREE, Label.AFTER_FREE)


class Blow(StrEnum):
    """What is done to a process that stands at a label."""

    KILL = "SIGKILL"
    ZOMBIE = "stall, then zombie"
    REPLY_LOST = "reply lost"
    DATABASE = "database stopped"


@dataclass(frozen=True, kw_only=True)
class Strike:
    """One case of the matrix: a blow at a label, for one kind of mail."""

    label: Label
    blow: Blow
    kind: MessageKind

    @property
    def doubt_allowed(self) -> int:
        """Tell how many mails may come into doubt: one where the process was behind the fence, else none."""
        forerunner = int(self.label in _FREEING)
        in_doubt: dict[Blow, tuple[Label, ...]] = {
            # The commit that accepts one mail lets the next one leave.
            Blow.KILL: (*_BODY_ON_THE_WAY, Label.BEFORE_ACCEPT, Label.AFTER_ACCEPT),
            # A lease is counted from before the commit: who stalls in the commit finds it over.
            Blow.ZOMBIE: (Label.BEFORE_FENCE, *_BODY_ON_THE_WAY, Label.BEFORE_ACCEPT, Label.AFTER_ACCEPT),
            Blow.REPLY_LOST: _BODY_ON_THE_WAY,
            Blow.DATABASE: (Label.BEFORE_ACCEPT,),
        }
        return forerunner + (self.label in in_doubt[self.blow])


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is done, and with which transport."""

    messages: int
    both_kinds: bool
    seed: int
    make_transport: MakeTransport = as_it_is
    kill_every: tuple[float, float] = (0.3, 1.0)
    answer_seconds: float = 0.0
    parts: Sequence[str] = PARTS
    hardships: Sequence[Hardship] = ()
    databases: Sequence[str] = ("sqlite", "postgresql")


@contextlib.contextmanager
def scene(
    databases: Databases,
    plan: Plan,
    *,
    claim_seconds: float,
    submitting_seconds: float,
    connections: int = 1,
) -> Iterator[Scene]:
    """Set a scene up, and clear it away."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(databases.fresh())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-ledger-")))
        server = stack.enter_context(
            serving(folder / "ledger", Behaviour(answer_seconds=plan.answer_seconds))
        )
        engine = make_engine(url)
        stack.callback(engine.dispose)
        crew = Crew(
            database_url=url,
            port=server.port,
            make_transport=plan.make_transport,
            claim_seconds=claim_seconds,
            submitting_seconds=submitting_seconds,
            connections=connections,
        )
        stack.callback(crew.dismiss)
        yield Scene(engine=engine, server=server, crew=crew)


# The matrix


def strikes(plan: Plan, databases: Databases) -> list[Strike]:
    """List every case of the matrix; a short run takes one kind for each, and the other on the other database."""
    found: list[Strike] = []
    both = (MessageKind.CONFIRM, MessageKind.DELIVERY)
    for number, label in enumerate(Label):
        for turn, blow in enumerate(Blow):
            if blow is Blow.DATABASE and not databases.can_stop:
                continue
            place = number + turn + databases.can_stop
            kinds = both if plan.both_kinds else (both[place % 2],)
            found += [Strike(label=label, blow=blow, kind=kind) for kind in kinds]
    return found


def play(strike: Strike, databases: Databases, plan: Plan) -> Result:
    """Play one case of the matrix to its end."""
    began = time.monotonic()
    what = f"{databases.name:<11}{strike.label:<42}{strike.blow:<20}{strike.kind.value:<9}"
    with scene(databases, plan, claim_seconds=0.6, submitting_seconds=0.8) as stage:
        stage.sleeps_in_a_commit = strike.label in _IN_A_COMMIT
        stage.post(3, kinds=[strike.kind])
        if strike.label in _FREEING:
            _kill_a_forerunner(stage)
        if strike.label is Label.AFTER_DOT:
            stage.server.gate.clear()
        victim = stage.crew.start(stop_at=strike.label)
        if not victim.reaches_its_label(seconds=PATIENCE):
            return _result(what, None, ["label not reached"], began)
        if strike.label is Label.AFTER_DOT:
            _wait_for(lambda: bool(stage.server.ledger.entries()))
        _BLOWS[strike.blow](stage, victim, databases)
        stage.server.gate.set()
        stage.crew.start()
        drained = stage.drain()
        stage.crew.dismiss()
        tally = stage.audit(doubt_allowed=strike.doubt_allowed)
    return _result(what, tally, [*tally.faults, *([] if drained else ["not drained"])], began)


def _kill_a_forerunner(stage: Scene) -> None:
    forerunner = stage.crew.start(stop_at=Label.AFTER_FENCE)
    forerunner.reaches_its_label(seconds=PATIENCE)
    stage.crew.kill(forerunner)


def _strike_dead(stage: Scene, victim: Member, _: Databases) -> None:
    stage.crew.kill(victim)


def _let_it_sleep(stage: Scene, victim: Member, databases: Databases) -> None:
    """Freeze it until its leases have passed and another has done what it could; then it lives on."""
    victim.freeze()
    stage.crew.start()
    end = time.monotonic() + _SLEEP
    while time.monotonic() < end and stage.waiting():
        # On SQLite who sleeps within a commit keeps every other writer out, this harness included.
        if databases.can_stop or not stage.sleeps_in_a_commit:
            stage.hasten()
        time.sleep(0.1)
    victim.thaw()
    victim.go()


def _lose_the_reply(stage: Scene, victim: Member, _: Databases) -> None:
    stage.server.cut()
    victim.go()


def _stop_the_database(stage: Scene, victim: Member, databases: Databases) -> None:
    stage.engine.dispose()
    databases.stop_and_start()
    victim.go()


_BLOWS: dict[Blow, Callable[[Scene, Member, Databases], None]] = {
    Blow.KILL: _strike_dead,
    Blow.ZOMBIE: _let_it_sleep,
    Blow.REPLY_LOST: _lose_the_reply,
    Blow.DATABASE: _stop_the_database,
}


def play_all(databases: Databases, plan: Plan) -> list[Result]:
    """Play the whole matrix, several cases at once but for those that stop the server under all others."""
    cases = strikes(plan, databases)
    alone = [case for case in cases if case.blow is Blow.DATABASE]
    together = [case for case in cases if case.blow is not Blow.DATABASE]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        results = list(pool.map(lambda case: play(case, databases, plan), together))
    return results + [play(case, databases, plan) for case in alone]


# The soak


def soak(databases: Databases, plan: Plan) -> Result:
    """Kill senders at random while they send a whole audience, and cancel some mails in mid-flight."""
    began = time.monotonic()
    dice = make_dice(plan.seed)
    with scene(databases, plan, claim_seconds=3.0, submitting_seconds=6.0, connections=CONNECTIONS) as stage:
        stage.post(plan.messages, kinds=KINDS)
        for _ in range(SENDERS):
            stage.crew.start()
        drained = _kill_until_done(stage, plan, dice) and stage.drain()
        stage.crew.dismiss()
        tally = stage.audit(doubt_allowed=CONNECTIONS * stage.kills)
        what = (
            f"{databases.name:<11}soak of {plan.messages}, {SENDERS} senders of {CONNECTIONS} lines,"
            f" {stage.kills} kills, {len(stage.cancelled)} cancelled in mid-flight"
        )
    faults = [*tally.faults, *([] if drained else ["not drained"]), *([] if stage.kills else ["no kill"])]
    return _result(what, tally, faults, began)


def _kill_until_done(stage: Scene, plan: Plan, dice: random.Random) -> bool:
    """Go on until only what fits into a few hands is left; tells whether it came to that."""
    end = time.monotonic() + 60 + plan.messages / 20
    while time.monotonic() < end:
        time.sleep(dice.uniform(*plan.kill_every))
        stage.crew.kill(dice.choice(stage.crew.members))
        stage.kills += 1
        stage.crew.start()
        few = max(1, plan.messages // 8000)
        stage.cancel([*stage.in_hand(few), *(f"person{dice.randrange(plan.messages)}" for _ in range(few))])
        stage.hasten()
        if stage.waiting() <= plan.messages // 50:
            return True
    return False


# The verdict


def run(plan: Plan) -> list[Result]:
    """Do what the plan asks for on each database, printing every line as it comes."""
    results: list[Result] = []
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-crash-")))
        for databases in _open(plan, folder, stack):
            if "labels" in plan.parts:
                results += show(play_all(databases, plan))
            if "soak" in plan.parts:
                results += show([soak(databases, plan)])
            if "schedules" in plan.parts:
                results += show([fire_in_hardship(databases, few(databases, seed=plan.seed))])
            if "workers" in plan.parts and databases.can_stop:
                for hardship in plan.hardships:
                    results += show([drain_in_hardship(databases, hardship)])
    return results


def main(arguments: Sequence[str], *, make_transport: MakeTransport = as_it_is) -> int:
    """Run the proof as the command line asks; gives 0 only where everything held."""
    plan = _read(arguments, make_transport)
    began = time.monotonic()
    print(f"Senders are stopped at {len(Label)} moves and killed at random; seed {plan.seed}.", flush=True)
    return conclude(run(plan), began=began)


def _open(plan: Plan, folder: Path, stack: contextlib.ExitStack) -> Iterator[Databases]:
    if "sqlite" in plan.databases:
        yield Sqlite(folder)
    if "postgresql" in plan.databases:
        postgres = Postgres(folder)
        stack.callback(postgres.close)
        yield postgres


def _result(what: str, tally: Tally | None, faults: Sequence[str], began: float) -> Result:
    return Result(what=what, tally=tally, faults=faults, seconds=time.monotonic() - began)


def _wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)


def _read(arguments: Sequence[str], make_transport: MakeTransport) -> Plan:
    parser = argparse.ArgumentParser(prog="crash", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the mails, one kind for each case")
    parser.add_argument("--messages", type=int, help="how many mails the soak sends")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311 -- chance for a test, no secret
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--kill-every", type=float, help="seconds between kills; else at random 0.3 to 1")
    parser.add_argument("--answer-seconds", type=float, default=0.0, help="how long the relay thinks")
    asked = parser.parse_args(arguments)
    every = asked.kill_every
    return Plan(
        messages=asked.messages or (2_000 if asked.quick else 20_000),
        both_kinds=not asked.quick,
        seed=asked.seed,
        make_transport=make_transport,
        kill_every=(every, every) if every else (0.3, 1.0),
        answer_seconds=asked.answer_seconds,
        parts=asked.part or PARTS,
        hardships=_hardships(asked.seed, is_quick=asked.quick),
        databases=asked.database or ("sqlite", "postgresql"),
    )


def _hardships(seed: int, *, is_quick: bool) -> Sequence[Hardship]:
    if is_quick:
        return [Hardship(workers=3, mails=600, blows=3, seed=seed, answer_seconds=0.4)]
    return [
        Hardship(workers=workers, mails=1500 * workers, blows=15, seed=seed + workers, answer_seconds=0.4)
        for workers in (2, 4, 8)
    ]
