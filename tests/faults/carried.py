"""A process that hands copies over and dies where it is told to: python -m tests.faults.carried URL MOMENT STEP."""

import os
import signal
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.delivery.asking import Answer, Asking
from service.delivery.carrying.carry import Cart, carry_due
from service.delivery.letter_mail import Making
from service.foundation.sealing import KEY_BYTES, RootKey
from service.letter.fonts import Fonts
from service.store.engine import make_engine
from service.store.keyring import Keyring
from tests.printing import ASKING

STEPS = ("before the fence", "at the fence", "behind the fence", "after the answer", "before it is kept")


@dataclass
class Fate:
    """Where this process dies; `is_near` once the next look at the clock is its last."""

    step: str
    is_near: bool = False

    def meet(self, step: str) -> None:
        """Die without a word where this is the step."""
        if step == self.step:
            os.kill(os.getpid(), signal.SIGKILL)

    def clock(self, moment: datetime) -> datetime:
        """Tell the time, as it is asked within the transactions of the fence and of the end."""
        if self.is_near:
            os.kill(os.getpid(), signal.SIGKILL)
        return moment


@dataclass(frozen=True, kw_only=True)
class Doomed(Asking):
    """Asks as the real one does, up to its end."""

    fate: Fate

    def ask(self, method: str, url: str, **given: Any) -> Answer:
        """Ask, or die before or after."""
        self.fate.meet("before the fence" if method == "GET" else "behind the fence")
        answer = super().ask(method, url, **given)
        if method == "POST":
            self.fate.meet("after the answer")
        self.fate.is_near = self.fate.step == ("at the fence" if method == "GET" else "before it is kept")
        return answer


def main(url: str, moment: str, step: str) -> None:
    """Hand over what is due until the end."""
    fate, now = Fate(step), datetime.fromisoformat(moment)
    carry_due(
        Cart(
            engine=make_engine(url),
            keyring=Keyring(RootKey(bytes(range(KEY_BYTES)))),
            clock=lambda: fate.clock(now),
            making=Making(fonts=Fonts()),
            owner="doomed",
            asking=Doomed(ca_file=ASKING.ca_file, fate=fate),
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
