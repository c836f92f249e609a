"""As the secretariat I want to tell those who signed how it goes, to look before it goes, and never to send it twice."""

import pytest

from tests.coalition import SLUG, file_open_now
from tests.doubles.relay import free_port
from tests.operator import Operator

UNTIL = "It goes in a minute; until then `undersigned update stop` with the same file stops it.\n"
WORDS = "# We go on Tuesday\n\nThe **office** will see us.\n"


@pytest.fixture
def operator(tmp_path):
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port())
    (tmp_path / "letter.toml").write_bytes(file_open_now())
    (tmp_path / "agreed.csv").write_text(
        "kind,name,email,visibility\norganization,Lake Alliance,office@lakes.example,public\n"
        "organization,River Watch,office@rivers.example,public\norganization,No Mailbox,,public\n",
        encoding="utf-8",
    )
    (tmp_path / "update.md").write_text(WORDS, encoding="utf-8")
    operator.does("init")
    for arguments in (("campaign", "load", "letter.toml"), ("campaign", "freeze", SLUG)):
        operator.does(*arguments)
    return operator


@pytest.fixture
def opened(operator):
    operator.does("campaign", "open", SLUG)
    operator.does("signatories", "import", SLUG, "agreed.csv", "--attest", "by phone")
    return operator


def test_it_is_shown_before_it_goes_and_goes_once(opened):
    queued = opened.does("outbox", "show")

    shown = opened.does("update", "send", SLUG, "update.md", "--check")

    assert shown.startswith("To 2 mailboxes of those who signed; 0 had it already. Nothing was sent.\n")
    assert "Subject: We go on Tuesday\n" in shown
    assert "The office will see us." in shown
    assert f"{opened.environment['UNDERSIGNED_PUBLIC_URL']}/unsubscribe/…" in shown
    assert opened.does("outbox", "show") == queued
    sends = [opened.does("update", "send", SLUG, "update.md") for _ in range(2)]
    assert sends == [
        f"2 mails are queued to those who signed; 0 had it already.\n{UNTIL}",
        "0 mails are queued to those who signed; 2 had it already.\n",
    ]
    again = opened.does("update", "send", SLUG, "update.md", "--check")
    assert again.startswith("To 2 mailboxes of those who signed; 2 had it already.")


def test_who_signs_later_gets_it_when_it_is_sent_again(opened):
    opened.does("update", "send", SLUG, "update.md")
    (opened.folder / "later.csv").write_text(
        "kind,name,email,visibility\norganization,Delta Friends,office@delta.example,public\n",
        encoding="utf-8",
    )
    opened.does("signatories", "import", SLUG, "later.csv", "--attest", "by phone")

    sent = opened.does("update", "send", SLUG, "update.md")

    assert sent == f"1 mail is queued to those who signed; 2 had it already.\n{UNTIL}"


def test_what_was_sent_too_early_is_stopped_and_not_sent_by_mistake(opened):
    opened.does("update", "send", SLUG, "update.md")

    stopped = opened.does("update", "stop", SLUG, "update.md")

    assert stopped == "2 of its mails were stopped; 0 had gone already.\n"
    assert "2  cancelled" in opened.does("outbox", "show", "--kind", "update")
    for arguments in ((), ("--check",)):
        refused = opened.run("update", "send", SLUG, "update.md", *arguments)
        assert refused.returncode == 2
        assert "This update was stopped" in refused.stderr
        assert len(refused.stderr.splitlines()) == 1
    unknown = opened.run("update", "stop", SLUG, "update.md", "--to", "news")
    assert unknown.returncode == 2
    assert "No update with this text was sent" in unknown.stderr


@pytest.mark.parametrize(
    ("written", "arguments", "sentence"),
    [
        (b"", (), "The update is empty"),
        (b"No subject\n\nText.\n", (), "has no subject"),
        (b"# Subject\n", (), "no text"),
        (b"# Subject\n\n" + b"word " * 5000, (), "too long"),
        (b"\x89PNG\r\n\x1a\n\0\0", (), "NUL byte"),
        (b"x" * 1_000_001, (), "larger than 1 MB"),
        (WORDS.encode(), ("--to", "news"), "asked for news, so there is nobody to send this to"),
    ],
)
def test_what_cannot_be_sent_gets_one_sentence(opened, written, arguments, sentence):
    (opened.folder / "update.md").write_bytes(written)

    refused = opened.run("update", "send", SLUG, "update.md", *arguments)

    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert refused.stdout == ""


@pytest.mark.parametrize("arguments", [(), ("--check",)])
def test_before_the_letter_is_open_there_is_nobody_to_tell(operator, arguments):
    refused = operator.run("update", "send", SLUG, "update.md", *arguments)

    assert refused.returncode == 2
    assert "is not open yet" in refused.stderr
