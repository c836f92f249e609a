"""As the secretariat I want to change a final text, and to know who is asked, who keeps, and whom to call."""

import json
from datetime import timedelta

import pytest

from service.foundation.clock import now
from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port
from tests.operator import Operator

FILE = file_open_now()
CHANGED = FILE.replace(b"about the river", b"about the old river")


@pytest.fixture
def operator(tmp_path):
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    (tmp_path / "letter.toml").write_bytes(FILE)
    (tmp_path / "changed.toml").write_bytes(CHANGED)
    (tmp_path / "agreed.csv").write_text(
        "kind,name,email,phone\norganization,Lake Alliance,office@lakes.example,\n"
        "organization,Dale Union,,+1 202 555 0100\n"
    )
    operator.does("init")
    operator.does("campaign", "load", "letter.toml")
    operator.does("campaign", "freeze", SLUG)
    operator.does("campaign", "open", SLUG)
    operator.does("signatories", "import", SLUG, "agreed.csv", "--attest", "by phone")
    return operator


def moment(hours):
    return f"{now() + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def test_a_text_is_changed_and_those_nobody_can_mail_are_called(operator):
    said = operator.does(
        "campaign", "revise", SLUG, "changed.toml", "--objections-until", moment(72), "--why", "It is old."
    )
    assert "Version 2 of the text is final. SHA-256 " in said
    assert "asked to agree: 1" in said
    assert "no mail reaches them: 1 (`undersigned signatories calls clean-river`)" in said

    shown = json.loads(operator.does("campaign", "show", SLUG, "--json"))
    assert shown["counted"]["signatories"] == 0
    assert shown["sign_ons"] == {"on an earlier text": 2}
    assert [(one["number"], one["confirmed_on_it"]) for one in shown["revisions"]] == [(1, 2), (2, 0)]
    assert "It is old." in operator.does("campaign", "show", SLUG)

    (call,) = json.loads(operator.does("signatories", "calls", SLUG, "--json"))
    assert (call["name"], call["phone"], call["reason"], call["signed_version"]) == (
        "Dale Union",
        "+1 202 555 0100",
        "has no e-mail address",
        "1",
    )
    assert "+1 202 555 0100" in operator.does("signatories", "calls", SLUG)
    assert "1 sign-on now stands" in operator.does(
        "signatories", "agreed", SLUG, call["id"], "--how", "by phone, 3 December"
    )
    assert operator.does("signatories", "calls", SLUG) == "Nobody has to be called.\n"
    assert "1 signed an earlier version of the text" in operator.does("campaign", "close", SLUG)
    assert "left out, signed an earlier version of the text: Lake Alliance" in operator.does(
        "deliver", SLUG, "--propose"
    )


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("campaign", "revise", SLUG, "changed.toml", "--objections-until", "SOON"), "24 hours at least"),
        (("campaign", "revise", SLUG, "changed.toml", "--objections-until", "tomorrow"), "is not a moment"),
        (("campaign", "revise", SLUG, "letter.toml", "--objections-until", "LATER"), "words of version 1"),
        (
            ("campaign", "revise", "nothing", "letter.toml", "--objections-until", "LATER"),
            "There is no letter",
        ),
        (("campaign", "revise", SLUG, "changed.toml"), "--objections-until"),
        (("signatories", "calls", "nothing"), "There is no letter"),
        (("signatories", "agreed", SLUG, "0" * 32, "--how", "by phone"), "There is no sign-on"),
        (("campaign", "load", "changed.toml"), "campaign revise clean-river"),
    ],
)
def test_what_cannot_be_done_gets_one_sentence_and_changes_nothing(operator, command, sentence):
    before = operator.does("campaign", "show", SLUG, "--json")
    times = {"SOON": moment(1), "LATER": moment(72)}

    refused = operator.run(*(times.get(word, word) for word in command))

    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert operator.does("campaign", "show", SLUG, "--json") == before
