"""As the secretariat I want to see what is held, decide on many at once, and take a slip back, from the terminal."""

import json

import pytest

from service.foundation.clock import now
from service.foundation.sealing import RootKey
from service.store.engine import make_engine
from tests.coalition import SLUG, Coalition, file_open_now
from tests.doubles.relay import free_port
from tests.holding import send_form
from tests.operator import Operator


@pytest.fixture
def operator(tmp_path):
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    (tmp_path / "letter.toml").write_bytes(file_open_now())
    operator.does("init")
    for step in (("load", "letter.toml"), ("freeze", SLUG), ("open", SLUG)):
        operator.does("campaign", *step)
    return operator


@pytest.fixture
def coalition(operator):
    """Give the same letter, on the operator's own database."""
    engine = make_engine(f"sqlite:///{operator.folder / 'data' / 'undersigned.db'}")
    root = RootKey((operator.folder / "keys" / "root.key").read_bytes())
    yield Coalition(engine=engine, root=root, now=now())
    engine.dispose()


def listed(operator, *options):
    return json.loads(operator.does("signatories", "quarantine", "list", SLUG, "--json", *options))


def test_what_is_held_is_seen_and_many_are_decided_on_at_once_and_taken_back(operator, coalition):
    for number in range(6):
        send_form(coalition, number, at="203.0.113.7" if number < 4 else "198.51.100.9", trapped=True)
    send_form(coalition, 7, at="192.0.2.1", trapped=False)
    coalition.take_in()

    assert "1 of 1 sign-ons." in operator.does("signatories", "list", SLUG)
    assert "6 more are held" in operator.does("signatories", "list", SLUG)
    shown = operator.does("signatories", "quarantine", "list", SLUG)
    assert "filled in a field that people do not see" in shown
    assert "p0@d0.example" not in shown
    network = listed(operator)[0]["network"]

    done = operator.does("signatories", "quarantine", "discard", SLUG, "--network", network)
    assert done.startswith("4 discarded.")
    assert len(listed(operator)) == 2
    assert "4 held again." in operator.does(*done.split("undersigned ")[1].split())

    assert "3 discarded" in operator.does(
        "signatories", "quarantine", "discard", SLUG, "--domain", "d0.example"
    )
    one = listed(operator)[0]["id"]
    assert "1 released" in operator.does("signatories", "quarantine", "release", SLUG, one)
    assert "2 released" in operator.does("signatories", "quarantine", "release", SLUG, "--all")
    coalition.take_in()
    assert "4 of 4 sign-ons." in operator.does("signatories", "list", SLUG)


def test_lists_and_attack_mode_are_kept_by_a_command(operator):
    assert "The domain is blocked." in operator.does("abuse", "block", "troll.example", "--letter", SLUG)
    assert "was blocked already" in operator.does("abuse", "block", "Troll.example", "--letter", SLUG)
    operator.does("abuse", "allow", "203.0.113.0/24")
    operator.does("abuse", "block", "ann@lakes.example")
    operator.does("abuse", "attack", SLUG)

    found = json.loads(operator.does("abuse", "list", "--json"))
    assert [(rule["listed"], rule["kind"], rule["value"], rule["letter"]) for rule in found["rules"]] == [
        ("block", "domain", "troll.example", SLUG),
        ("allow", "network", "203.0.113.0/24", ""),
        ("block", "address", "ann@lakes.example", ""),
    ]
    assert found["attack_mode"] == [SLUG]
    database = b"".join(path.read_bytes() for path in (operator.folder / "data").glob("undersigned.db*"))
    assert b"ann@lakes" not in database
    assert b"troll.example" not in database

    operator.does("abuse", "attack", SLUG, "--off")
    assert "on no list any more" in operator.does("abuse", "forget", "ann@lakes.example")
    assert "was on no list" in operator.does("abuse", "forget", "ann@lakes.example")
    assert "2 rules. In attack mode: no letter." in operator.does("abuse", "list")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("signatories", "quarantine", "release", SLUG), "by ids, or by --reason"),
        (("signatories", "quarantine", "discard", SLUG, "x", "--all"), "by ids, or by --reason"),
        (("signatories", "quarantine", "discard", SLUG, "0" * 32), "is not held in"),
        (("signatories", "quarantine", "list", SLUG, "--reason", "mood"), "There is no reason 'mood'"),
        (("signatories", "quarantine", "undo", SLUG, "x"), "Nothing is known of a decision x"),
        (("abuse", "block", "two words"), "is no e-mail address, no domain"),
        (("abuse", "block", "10.0.0.0/2"), "too wide"),
        (("abuse", "block", "a@b.example", "--letter", "none"), "There is no letter called 'none'"),
        (("abuse", "attack", "none"), "There is no letter called 'none'"),
    ],
)
def test_what_cannot_be_done_gets_one_sentence(operator, command, sentence):
    refused = operator.run(*command)

    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
