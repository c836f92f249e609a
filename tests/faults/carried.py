"""A process that hands copies over and is killed where it is told to: in a commit, behind one, or between two answers."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import Session

from service.delivery.asking import Answer, Asking
from service.delivery.carrying.carry import Cart, carry_due
from service.delivery.letter_mail import Making
from service.foundation.sealing import KEY_BYTES, RootKey
from service.letter.fonts import Fonts
from service.model.carriage import Carriage
from service.model.states import CarriageState
from service.store.engine import make_engine
from service.store.keyring import Keyring
from tests.faults.family import FAMILY
from tests.printing import ASKING

_PATIENCE = 60.0


class Step(StrEnum):
    """Where a process that hands a copy over is killed."""

    IN_CLAIM = "in the claim's commit"
    CLAIMED = "behind the claim's commit"
    IN_FENCE = "in the fence's commit"
    FENCED = "behind the fence's commit, before it was asked"
    ASKED = "asked, before the other side took it"
    UNANSWERED = "taken, before it was answered"
    ANSWERED = "answered, before it is kept"
    IN_KEEPING = "in the commit that keeps it"
    KEPT = "behind the commit that keeps it"


_IN_COMMIT: Mapping[CarriageState, Step] = {
    CarriageState.HELD: Step.IN_CLAIM,
    CarriageState.FENCED: Step.IN_FENCE,
}
_BEHIND_COMMIT: Mapping[CarriageState, Step] = {
    CarriageState.HELD: Step.CLAIMED,
    CarriageState.FENCED: Step.FENCED,
}


@dataclass
class Fate:
    """Where this process dies: at a step, or once it was answered so many times; `moving` and `moved` are of its copy."""

    step: Step | None = None
    answers: int = 0
    moving: CarriageState | None = None
    moved: CarriageState | None = None

    def meet(self, step: Step) -> None:
        """Die without a word where this is the step."""
        if step is self.step:
            die()

    def answered(self) -> None:
        """Die where this was the last answer."""
        self.answers -= 1
        if self.answers == 0:
            die()


@dataclass(frozen=True, kw_only=True)
class Doomed(Asking):
    """Asks as the real one does, up to its end."""

    fate: Fate

    def ask(self, method: str, url: str, **given: Any) -> Answer:
        """Ask, and maybe die of the answer."""
        answer = super().ask(method, url, **given)
        self.fate.answered()
        return answer


def die() -> None:
    """End this process as a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


def hand_over(url: str, moment: datetime, fate: Fate) -> None:
    """Hand over what is due, up to the end; a process's main function."""
    engine = make_engine(url)
    watch(engine, fate)
    carry_due(
        Cart(
            engine=engine,
            keyring=Keyring(RootKey(bytes(range(KEY_BYTES)))),
            clock=lambda: moment,
            making=Making(fonts=Fonts()),
            owner="doomed",
            asking=Doomed(ca_file=ASKING.ca_file, fate=fate),
        )
    )


def watch(engine: Engine, fate: Fate) -> None:
    """Let fate see each move of a copy, in its commit and behind it, and what is begun after the fence."""

    @event.listens_for(Carriage.state, "set")
    def move(_: Carriage, there: CarriageState, *__: object) -> None:
        fate.moving = there

    @event.listens_for(engine, "begin")
    def begin(_: object) -> None:
        # Between the fence and what keeps the answer the database is not asked for anything.
        if fate.moved is CarriageState.FENCED:
            fate.meet(Step.ANSWERED)

    @event.listens_for(engine, "commit")
    def commit(_: object) -> None:
        if fate.moving is not None:
            fate.meet(_IN_COMMIT.get(fate.moving, Step.IN_KEEPING))

    @event.listens_for(Session, "after_commit")
    def committed(_: Session) -> None:
        if fate.moving is not None:
            fate.moved, fate.moving = fate.moving, None
            fate.meet(_BEHIND_COMMIT.get(fate.moved, Step.KEPT))


def kill(what: Callable[..., None], *given: object, once: Callable[[], bool] | None = None) -> None:
    """Let another process do something until it kills itself; or kill it `once` something is so."""
    process = FAMILY.Process(target=what, args=given, daemon=True)
    process.start()
    end = time.monotonic() + _PATIENCE
    while once is not None and not once() and process.is_alive() and time.monotonic() < end:
        time.sleep(0.01)
    if once is not None and once():
        process.kill()
    process.join(_PATIENCE)
    code = process.exitcode
    process.kill()
    process.join()
    process.close()
    assert code == -signal.SIGKILL, f"it ended otherwise: {code}"
