"""As an operator I want to start the service again after it was killed, and lose nothing."""

import json
import signal
import time

import pytest

from service.mail.smtp import CONNECTIONS
from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port, open_relay
from tests.operator import Operator

pytestmark = pytest.mark.soak

INVITED = 60


def numbers(operator):
    """Tell how many e-mails stand in each state."""
    states = json.loads(operator.does("outbox", "show", "--json"))["states"]
    return {state: stand["number"] for state, stand in states.items()}


@pytest.fixture
def relay():
    with open_relay(seconds_each=0.1) as relay:
        yield relay


@pytest.fixture(params=["sqlite", "postgresql"])
def operator(request, relay, tmp_path):
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    return Operator(tmp_path, smtp_port=relay.port, web_port=free_port(), database_url=url)


def invite_many(operator):
    (operator.folder / "letter.toml").write_bytes(file_open_now())
    rows = "".join(f"organization,Member {number},member{number}@x.example\n" for number in range(INVITED))
    (operator.folder / "list.csv").write_text(f"kind,name,email\n{rows}", encoding="utf-8")
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)
    operator.does("signatories", "import", SLUG, "list.csv")
    operator.does("campaign", "open", SLUG)


def test_mail_that_waited_when_it_was_killed_goes_out_when_it_is_started_again(operator, relay):
    invite_many(operator)
    with operator.serving() as process:
        assert relay.wait_for(3, seconds=20)
        process.send_signal(signal.SIGKILL)
        process.wait()
    before = len(relay.taken)
    assert before < INVITED

    with operator.serving():
        # What was between the fence and the relay's answer may be in doubt: one mail at most for each connection.
        assert relay.wait_for(INVITED - CONNECTIONS, seconds=30)
        end = time.monotonic() + 20
        while numbers(operator)["accepted"] < INVITED - CONNECTIONS and time.monotonic() < end:
            time.sleep(0.2)

    to = [str(mail["To"]) for mail in relay.taken]
    assert len(to) == len(set(to))
    stand = numbers(operator)
    in_doubt = stand["queued"] + stand["uncertain"]
    assert stand["accepted"] + in_doubt == INVITED
    assert in_doubt <= CONNECTIONS
    assert len(to) >= stand["accepted"]


def test_a_second_process_on_the_same_postgresql_is_refused_whatever_its_folder(
    relay, tmp_path, postgresql_url
):
    first, second = (
        Operator(
            tmp_path / name,
            smtp_port=relay.port,
            web_port=free_port(),
            database_url=postgresql_url,
        )
        for name in ("one", "two")
    )
    for operator in (first, second):
        operator.folder.mkdir()
        operator.environment["UNDERSIGNED_KEY_DIR"] = str(tmp_path / "keys")
        operator.does("init")
    with first.serving():
        refused = second.run("run", "--port", str(second.web_port))

    assert refused.returncode == 2
    assert "already works on this database" in refused.stderr


def test_a_second_process_on_the_same_data_is_refused_with_a_sentence(operator):
    operator.does("init")
    with operator.serving():
        second = operator.run("run", "--port", str(free_port()))

    assert second.returncode == 2
    assert "Another `undersigned run` already works on" in second.stderr
