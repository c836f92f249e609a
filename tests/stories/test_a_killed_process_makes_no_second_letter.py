"""As the secretariat I want no office to get two letters because a process was killed, and to be told where nobody can know."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime

import pytest

from service.delivery.carrying.claim import LEASE_BEHIND_THE_FENCE
from service.delivery.settle import send_again
from service.model.states import DeliveryState
from service.store.transaction import transaction
from tests.carrying import LOB, carry, delivery_of, released
from tests.coalition import SLUG, Coalition
from tests.doubles.lob import Lob
from tests.doubles.loopback_http import open_house
from tests.faults.carried import STEPS
from tests.house.repository import ROOT

BEFORE = frozenset(STEPS[:2])
HAS_IT = frozenset(STEPS[3:])


@pytest.fixture
def house(noon: datetime) -> Lob:
    return Lob(now=noon)


@pytest.fixture
def sent(coalition: Coalition, house: Lob) -> Iterator[Coalition]:
    with open_house(house) as base:
        yield released(coalition, "lob", {**LOB, "url": f"{base}/v1"})


def state(coalition: Coalition) -> DeliveryState:
    return delivery_of(coalition, "lob").state


def kill_at(coalition: Coalition, step: str) -> None:
    url = coalition.engine.url.render_as_string(hide_password=False)
    ended = subprocess.run(
        [sys.executable, "-m", "tests.faults.carried", url, coalition.now.isoformat(), step],
        cwd=ROOT,
        timeout=120,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_it_never_makes_two(sent: Coalition, house: Lob, step: str) -> None:
    kill_at(sent, step)
    assert len(house.letters["live"]) == (step in HAS_IT)

    # While the dead one may still be at work nobody else takes it; then it goes again, or waits for a person.
    carry(sent)
    assert state(sent) is DeliveryState.CARRYING
    for _ in range(4):
        sent.now += LEASE_BEHIND_THE_FENCE
        carry(sent)

    assert state(sent) is (DeliveryState.HANDED_OVER if step in BEFORE else DeliveryState.UNCERTAIN)
    assert len(house.letters["live"]) == (step in BEFORE | HAS_IT)
    if step not in BEFORE:
        with transaction(sent.engine) as session:
            send_again(session, sent.keyring, SLUG, delivery_of(sent, "lob").id, by="ada", now=sent.now)
        carry(sent)
    assert state(sent) is DeliveryState.HANDED_OVER
    assert len(house.letters["live"]) == 1
