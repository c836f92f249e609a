"""As an operator I want to stop the service at any time within seconds, and lose nothing by it."""

import json
import signal
import time

import pytest

from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port, open_relay
from tests.operator import Operator

INVITED = 400
SECONDS_EACH = 1.0
STOPS_WITHIN = 8.0


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    return request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""


def invite_many(operator):
    (operator.folder / "letter.toml").write_bytes(file_open_now())
    rows = "".join(f"organization,Member {number},member{number}@x.example\n" for number in range(INVITED))
    (operator.folder / "list.csv").write_text(f"kind,name,email\n{rows}", encoding="utf-8")
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)
    operator.does("signatories", "import", SLUG, "list.csv")
    operator.does("campaign", "open", SLUG)


def states_of(operator):
    states = json.loads(operator.does("outbox", "show", "--json"))["states"]
    return {state: told["number"] for state, told in states.items() if told["number"]}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_within_seconds_and_what_was_not_carried_waits(database_url, tmp_path, number):
    with open_relay(seconds_each=SECONDS_EACH) as relay:
        operator = Operator(tmp_path, smtp_port=relay.port, web_port=free_port(), database_url=database_url)
        invite_many(operator)
        with operator.serving() as process:
            assert relay.wait_for(5, seconds=20)
            began = time.monotonic()
            process.send_signal(number)
            process.send_signal(number)
            assert process.wait(timeout=60) == 0
            took = time.monotonic() - began

        assert took < STOPS_WITHIN
        # The relay answers in a second, so nothing is left in doubt, in hand or marked as tried.
        assert states_of(operator) == {
            "accepted": len(relay.taken),
            "queued": INVITED - len(relay.taken),
        }
        assert len(relay.taken) < INVITED / 2


def test_a_relay_that_never_answers_does_not_keep_it_from_ending(database_url, tmp_path):
    with open_relay(seconds_each=3600) as relay:
        operator = Operator(tmp_path, smtp_port=relay.port, web_port=free_port(), database_url=database_url)
        invite_many(operator)
        with operator.serving() as process:
            time.sleep(3)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
            took = time.monotonic() - began

    assert took < STOPS_WITHIN + 3
    states = states_of(operator)
    # One mail a connection is in doubt, known as such at once, and goes once more; none is left in hand.
    assert sum(states.values()) == INVITED
    assert set(states) <= {"queued", "uncertain"}
