"""As the secretariat I want to write today what members are told next week, let a second person read it, and stop it in time."""

import getpass
import json
from collections.abc import Callable

import pytest

from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port
from tests.operator import Operator

TEXT = "# The office will see us\n\nOn **Tuesday**, with [three of us](https://rivers.example).\n"
ROLL = "kind,name,email,language\norganization,Lake Alliance,office@lakes.example,fr\norganization,River Watch,a@rivers.example,\n"
IN_A_WEEK = ("--from", "deadline", "--days", "-7", "--clock", "10:00")


@pytest.fixture
def operator(tmp_path):
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    (tmp_path / "letter.toml").write_bytes(file_open_now())
    (tmp_path / "agreed.csv").write_text(ROLL)
    (tmp_path / "Visit.md").write_text(TEXT)
    operator.does("init")
    for arguments in (("load", "letter.toml"), ("freeze", SLUG), ("open", SLUG)):
        operator.does("campaign", *arguments)
    operator.does("signatories", "import", SLUG, "agreed.csv", "--attest", "by phone")
    return operator


@pytest.fixture
def ben(operator, monkeypatch) -> Callable[..., str]:
    """Be somebody else at the terminal."""

    def does(*arguments: str) -> str:
        with monkeypatch.context() as patch:
            patch.setattr(getpass, "getuser", lambda: "ben")
            return operator.does(*arguments)

    return does


def foretold(operator) -> list[dict[str, object]]:
    found = json.loads(operator.does("schedule", "forecast", SLUG, "--json"))
    return [one for one in found if one["name"] == "visit"]


def test_one_plans_it_and_another_reads_and_approves_what_will_go(operator, ben):
    said = operator.does("update", "plan", SLUG, "Visit.md", *IN_A_WEEK)
    assert f"update show {SLUG} visit" in said
    # What is changed in the file afterwards is not what was planned.
    (operator.folder / "Visit.md").write_text("# Nothing\n\nOf it.\n")

    shown = ben("update", "show", SLUG, "visit")
    assert "visit is proposed. Now it would go to 2 mailboxes of those who signed." in shown
    assert "Subject: The office will see us" in shown
    assert "On Tuesday" in shown
    assert [(one["mails"], one["waits_for"]) for one in foretold(operator)] == [(2, "an approval")]
    own = operator.run("schedule", "approve", SLUG, "visit")
    assert (own.returncode, "somebody else has to approve it" in own.stderr) == (2, True)

    ben("schedule", "approve", SLUG, "visit")

    assert [(one["mails"], one["waits_for"], one["languages"]) for one in foretold(operator)] == [
        (2, "", {"fr": 1, "": 1})
    ]
    assert "visit: 2 mails" in operator.does("schedule", "calendar", "--days", "366")


def test_it_goes_to_some_of_those_who_signed_where_that_is_said(operator, ben):
    operator.does("update", "plan", SLUG, "Visit.md", "--language", "fr", "--spare", "1", *IN_A_WEEK)
    assert "to 1 mailbox of those who signed" in ben("update", "show", SLUG, "visit")
    assert [(one["mails"], one["languages"]) for one in foretold(operator)] == [(1, {"fr": 1})]

    said = operator.does("update", "send", SLUG, "Visit.md", "--language", "fr", "--check")
    assert "To 1 mailbox of those who signed" in said
    said = operator.does("update", "send", SLUG, "Visit.md", "--language", "fr")
    assert "1 mail is queued" in said
    # The same words to other readers are another update.
    refused = operator.run("update", "stop", SLUG, "Visit.md")
    assert (refused.returncode, "the same readers" in refused.stderr.replace("\n", " ")) == (2, True)
    assert "1 of its mails was stopped" in operator.does(
        "update", "stop", SLUG, "Visit.md", "--language", "fr"
    )


def test_it_rests_is_cancelled_or_stopped_with_its_file(operator, ben):
    operator.does("update", "plan", SLUG, "Visit.md", *IN_A_WEEK)
    ben("schedule", "approve", SLUG, "visit")
    operator.does("schedule", "pause", SLUG, "visit")
    assert foretold(operator)[0]["waits_for"] == "the end of the pause"
    operator.does("schedule", "resume", SLUG, "visit")

    operator.does("update", "stop", SLUG, "Visit.md")

    assert foretold(operator) == []
    again = operator.run("update", "plan", SLUG, "Visit.md", "--name", "visit-again", *IN_A_WEEK)
    assert (again.returncode, "was stopped" in again.stderr) == (2, True)
    operator.does("schedule", "cancel", SLUG, "visit")


@pytest.mark.parametrize("command", [("send",), ("send", "--check"), ("plan", *IN_A_WEEK)])
def test_a_placeholder_that_means_nothing_goes_to_nobody(operator, tmp_path, command):
    (tmp_path / "Wrong.md").write_text("# News\n\nAbout ((titel)).\n", encoding="utf-8")

    refused = operator.run("update", command[0], SLUG, str(tmp_path / "Wrong.md"), *command[1:])

    assert refused.returncode == 2
    assert "There is no placeholder ((titel))" in refused.stderr


@pytest.mark.parametrize("command", [("send",), ("send", "--check"), ("plan", *IN_A_WEEK)])
def test_an_event_that_the_letter_has_not_is_named_to_nobody(operator, tmp_path, command):
    (tmp_path / "Wrong.md").write_text("# News\n\nSee you at ((event)).\n", encoding="utf-8")

    refused = operator.run("update", command[0], SLUG, str(tmp_path / "Wrong.md"), *command[1:])

    assert refused.returncode == 2
    assert "has no event" in refused.stderr.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("plan", SLUG, "none.md", *IN_A_WEEK), "none.md"),
        (("plan", SLUG, "letter.toml", *IN_A_WEEK), "has no subject"),
        (("plan", SLUG, "Visit.md"), "Say when"),
        (("plan", SLUG, "Visit.md", "--at", "2020-01-01T09:00"), "would never come"),
        (("plan", SLUG, "Visit.md", "--name", "Ünfit", *IN_A_WEEK), "lower-case letters"),
        (("plan", SLUG, "Visit.md", "--name", "last-day", *IN_A_WEEK), "already"),
        (("plan", SLUG, "Visit.md", "--by-reader", *IN_A_WEEK), "not at a time of each reader"),
        (("plan", "no-such", "Visit.md", *IN_A_WEEK), "There is no letter called 'no-such'"),
        (("show", SLUG, "last-day"), "has no planned update called 'last-day'"),
    ],
)
def test_what_cannot_be_planned_gets_one_sentence(operator, arguments, sentence):
    refused = operator.run("update", *arguments)

    assert refused.returncode == 2
    assert sentence in refused.stderr
    # Where a command helps, it stands on a line of its own.
    _, *command = refused.stderr.splitlines()
    assert command == [] or (len(command) == 1 and command[0].startswith("Run `"))
