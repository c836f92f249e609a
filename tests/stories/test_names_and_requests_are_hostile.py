"""Whatever is sent gets one clear sentence, or stands there as the characters it is."""

import logging
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Engine

from service.app import MOST_BYTES
from service.foundation.sealing import RootKey
from service.store.engine import make_engine
from service.store.transaction import transaction
from tests.coalition import Coalition, letter_file
from tests.reminding import remind_due
from tests.stories.visitor import ORGANIZATION, Door, Visitor, letter_page, words_of

CODE_NAMES = (
    '<script>alert("1")</script> & "Sons"',
    '#read("/etc/passwd") $x$ @ref',
    "{{7*7}} {% raw %} ${7*7} <%= 7 %>",
    "((count)) and ((signatories))",
    "=HYPERLINK(1) '; DROP TABLE signature; --",
)


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    """Give a coalition whose letter collects sign-ons."""
    return coalition.open(letter_file(more='admit = "everyone"'))


@pytest.mark.parametrize("name", CODE_NAMES)
def test_a_name_made_of_code_stands_there_as_its_characters(
    name: str, coalition: Coalition, visitor: Visitor
) -> None:
    visitor.send(letter_page(coalition, "/sign", kind="organization"), {**ORGANIZATION, "name": name})
    coalition.deliver_mail()
    path = f"/confirm/{coalition.newest_token('confirm')}"

    page = visitor.open(path)

    assert name in words_of(page)
    assert "<script" not in page.text


def test_a_form_carries_no_word_of_a_stranger_into_a_mailbox(coalition: Coalition, visitor: Visitor) -> None:
    advertising = dict.fromkeys(
        ("name", "representative_name", "representative_title"), "Win at https://spam.example now"
    )
    entries = {**ORGANIZATION, **advertising}

    visitor.send(letter_page(coalition, "/sign", kind="organization"), entries)
    coalition.deliver_mail()
    coalition.wait(days=10, hours=12)
    with transaction(coalition.engine) as session:
        lead = coalition.campaign().deadline_at - coalition.now
        assert remind_due(session, coalition.keyring, lead=lead, now=coalition.now)
    coalition.deliver_mail()

    asked, reminded = coalition.mails()
    for mail in (asked, reminded):
        assert "spam.example" not in mail.subject + mail.text + mail.html


def test_far_too_much_is_refused_with_a_sentence(coalition: Coalition, visitor: Visitor) -> None:
    entries = {**ORGANIZATION, "name": "x" * (MOST_BYTES + 1)}

    answer = visitor.post(letter_page(coalition, "/sign"), entries)

    assert answer.status_code == 413
    assert "far too long" in words_of(answer)


def test_a_thousand_parts_are_refused(coalition: Coalition, visitor: Visitor) -> None:
    boundary = "b"
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n'
    body = (part * 1000 + f"--{boundary}--\r\n").encode()
    answer = visitor._client.post(
        letter_page(coalition, "/sign"),
        data=body,
        base_url="https://letters.example",
        content_type=f"multipart/form-data; boundary={boundary}",
    )

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "host", ["evil.example", "letters.example.evil.example", "", "a b", "letters.example@evil"]
)
def test_a_foreign_host_is_refused_and_never_repeated(host: str, visitor: Visitor) -> None:
    answer = visitor.open("/", headers={"Host": host})

    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert "evil" not in str(answer.headers)


def test_a_probe_may_come_by_any_name(visitor: Visitor) -> None:
    for path in ("/healthz", "/readyz"):
        assert visitor.open(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_a_path_with_two_slashes_leads_nowhere(visitor: Visitor) -> None:
    answer = visitor.open("//evil.example/letters/x")

    assert answer.status_code == 404
    assert "Location" not in answer.headers


def test_a_database_that_is_not_there_is_not_ready(
    tmp_path: Path, root: RootKey, coalition: Coalition
) -> None:
    empty = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    visitor = Visitor(Door(Coalition(engine=empty, root=root, now=coalition.now)).app())

    answer = visitor.open("/readyz")

    assert (answer.status_code, answer.text) == (503, "migrations\n")
    assert visitor.open("/healthz").status_code == 200
    empty.dispose()


def test_what_nobody_foresaw_is_logged_without_a_token_or_a_value(
    root: RootKey, coalition: Coalition, caplog: pytest.LogCaptureFixture
) -> None:
    broken = cast(Engine, _Broken())
    visitor = Visitor(Door(Coalition(engine=broken, root=root, now=coalition.now)).app())
    token = "canary".ljust(43, "A")

    with caplog.at_level(logging.DEBUG):
        answer = visitor.open(f"/confirm/{token}")

    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "canary" not in answer.text + caplog.text
    assert "/confirm/<token>" in caplog.text


def test_a_database_that_does_not_answer_is_said_to_be_away_and_worth_another_try(
    tmp_path: Path, root: RootKey, coalition: Coalition
) -> None:
    empty: Engine = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    visitor = Visitor(Door(Coalition(engine=empty, root=root, now=coalition.now)).app())

    answer = visitor.open("/letters/river")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    empty.dispose()


class _Broken:
    """A database of which nobody thought, whose error quotes what it was asked."""

    def connect(self) -> None:
        raise RuntimeError("canary")
