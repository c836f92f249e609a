"""As a tired secretary I want to see what became of every e-mail, in plain words, and to send again what failed."""

import json
import re

import pytest

from service.foundation.clock import now
from service.mail.outbox import move_message
from service.model.message import AfterState, Message, MessageEvent
from service.model.states import MessageState
from service.store.engine import make_engine
from service.store.transaction import transaction
from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port
from tests.operator import Operator

PEOPLE = ("amina", "benno", "carla", "daoud", "elise", "farid", "greta")


@pytest.fixture
def operator(tmp_path, database_url):
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port(), database_url=database_url)
    (tmp_path / "letter.toml").write_bytes(file_open_now())
    rows = "".join(f"person,{name.title()},{name}@lakes.example\n" for name in PEOPLE)
    (tmp_path / "invited.csv").write_text(f"kind,name,email\n{rows}", encoding="utf-8")
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)
    operator.does("campaign", "open", SLUG)
    operator.does("signatories", "import", SLUG, "invited.csv")
    return operator


@pytest.fixture
def engine(operator, database_url):
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def shown(operator, *arguments):
    return json.loads(operator.does("outbox", "show", *arguments, "--json"))


def settle(engine, row_id, state, *, code=None, enhanced="", reason=""):
    """Let one e-mail have come to a state, as a sender would have left it."""
    with transaction(engine) as session:
        row = session.get(Message, row_id)
        if state is MessageState.REFUSED:
            move_message(session, row, MessageState.CLAIMED, reason="taken by a sender", now=now())
        row.attempt, row.reply_code, row.enhanced_code, row.destination = 1, code, enhanced, "google"
        move_message(session, row, state, reason=reason, now=now())


def test_every_number_is_explained_adds_up_and_has_its_names(operator, engine):
    first, second, third, *_ = [row["id"] for row in shown(operator, "--state", "queued")["messages"]]
    said_no = "relay.example:25 answered 550 5.1.1 at rcpt"
    settle(engine, first, MessageState.REFUSED, code=550, enhanced="5.1.1", reason=said_no)
    settle(
        engine,
        second,
        MessageState.ACCEPTED,
        code=250,
        enhanced="2.0.0",
        reason="relay.example:25 answered 250",
    )
    settle(engine, third, MessageState.UNCERTAIN, reason="relay.example:25 did not answer at end of data")
    with transaction(engine) as session:
        came_back = AfterState.BOUNCED.value
        session.add(MessageEvent(message_id=second, at=now(), was="accepted", became=came_back, attempt=1))

    seen = shown(operator)
    assert seen["in_all"] == sum(state["number"] for state in seen["states"].values()) == len(PEOPLE)
    assert seen["waiting"]["due_now"] == len(PEOPLE) - 3
    assert seen["waiting"]["oldest_kind"] == "invitation"
    assert seen["heard"]["bounced"]["number"] == 1
    assert seen["replies"][0] == {"code": 550, "enhanced": "5.1.1", "destination": "google", "number": 1}

    told = operator.does("outbox", "show")
    for number, word in (
        (4, "queued"),
        (1, "refused"),
        (1, "accepted"),
        (1, "uncertain"),
        (0, "held"),
        (7, "in all"),
    ):
        assert re.search(rf"^ *{number}  {word}\b", told, re.MULTILINE), told
    assert "nobody can know whether it arrived" in " ".join(told.split())
    assert re.search(r"^ *1  550 5\.1\.1 +google$", told, re.MULTILINE)
    assert max(map(len, told.splitlines())) <= 110

    (refused,) = shown(operator, "--state", "refused", "--letter", SLUG)["messages"]
    assert (refused["id"], refused["to"], refused["letter"]) == (first, "a…@l…s.example", SLUG)
    assert refused["last"]["reason"] == said_no
    named = operator.does("outbox", "show", "--reply", "550 5.1.1", "--destination", "google")
    assert first in named
    assert "1 e-mail" in named

    evidence = operator.does("outbox", "show", second)
    assert "250 2.0.0" in evidence
    assert [line.split()[2] for line in evidence.splitlines() if line.startswith("  20")] == [
        "queued",
        "accepted",
        "bounced",
    ]
    every_word = told + named + evidence + json.dumps(shown(operator, first))
    assert not [name for name in PEOPLE if name in every_word.lower()]
    assert "lakes" not in every_word


def test_what_failed_is_sent_again_and_what_is_in_doubt_only_knowingly(operator, engine):
    first, second, third, *_ = [row["id"] for row in shown(operator, "--state", "queued")["messages"]]
    settle(engine, first, MessageState.REFUSED, code=550)
    settle(engine, second, MessageState.UNCERTAIN)
    settle(engine, third, MessageState.ACCEPTED, code=250)

    assert (
        operator.does("outbox", "retry", "--state", "refused", "--letter", SLUG)
        == "1 e-mail is queued again.\n"
    )
    assert operator.does("outbox", "retry", "--state", "refused") == "No e-mail was queued again.\n"
    assert "a person decided that it goes again (cli:" in operator.does("outbox", "show", first)

    for arguments, sentence in (
        ((second,), "may have arrived; to send it all the same, say --yes-it-may-arrive-twice"),
        (("--state", "uncertain"), "say --yes-it-may-arrive-twice"),
        ((third,), "was taken by our relay"),
        (("--state", "accepted"), "that are accepted are not sent again"),
        (("--state", "lost"), "There is no state of an e-mail 'lost'; choose one of: queued"),
        ((), "Name the e-mails to send again by their ids"),
        ((second, "--letter", SLUG), "not both"),
        (("nothing",), "E-mail nothing does not exist."),
    ):
        refused = operator.run("outbox", "retry", *arguments)
        assert (refused.returncode, refused.stdout) == (2, ""), arguments
        assert sentence in refused.stderr
        # Where a command helps, it stands on a line of its own.
        _, *command = refused.stderr.splitlines()
        assert command == [] or (len(command) == 1 and command[0].startswith("Run `"))

    assert "1 e-mail is" in operator.does("outbox", "retry", second, "--yes-it-may-arrive-twice")
    assert shown(operator)["may_arrive_twice"] == 1
    (twice,) = shown(operator, "--twice")["messages"]
    assert twice["id"] == second


def test_what_cannot_be_shown_gets_one_sentence(tmp_path, sqlite_url):
    operator = Operator(tmp_path, smtp_port=1, web_port=2, database_url=sqlite_url)
    operator.does("init")

    for arguments, sentence in (
        (("--kind", "postcard"), "There is no kind of e-mail 'postcard'; choose one of: confirm"),
        (("--letter", "nothing"), "There is no letter called 'nothing'"),
        (("--reply", "no"), "is not an answer of a mail server"),
        (("--heard", "nothing"), "choose one of: delivered"),
        (("nothing",), "There is no e-mail of the id “nothing”"),
        (("nothing", "--state", "queued"), "not both"),
    ):
        refused = operator.run("outbox", "show", *arguments)
        assert (refused.returncode, refused.stdout) == (2, ""), arguments
        assert sentence in refused.stderr
        # Where a command helps, it stands on a line of its own.
        _, *command = refused.stderr.splitlines()
        assert command == [] or (len(command) == 1 and command[0].startswith("Run `"))


def test_a_long_list_comes_in_pages(operator, tmp_path):
    rows = "".join(f"person,Member {number},m{number}@rivers.example\n" for number in range(50))
    (tmp_path / "more.csv").write_text(f"kind,name,email\n{rows}", encoding="utf-8")
    operator.does("signatories", "import", SLUG, "more.csv")

    first = shown(operator, "--state", "queued")
    second = shown(operator, "--state", "queued", "--more", first["more"])

    assert (len(first["messages"]), len(second["messages"]), second["more"]) == (50, len(PEOPLE), None)
    assert f"--more {first['more']}" in operator.does("outbox", "show", "--state", "queued")
