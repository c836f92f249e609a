"""An answer by mail that comes in by the door or the mailbox confirms, waits for a check, or is passed on, on both databases."""

import re
import smtplib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlmodel import select

from service.mail.mailbox import parse_mailbox_url
from service.model.message import Message, MessageKind
from service.model.signature import ConfirmedBy, HeldReason, Signature
from service.model.states import SignatureState
from service.signing.decide import decide
from service.signing.listing import list_signatories
from service.store.transaction import reading, transaction
from service.wiring import Services
from service.worker.returns import read_returns, returns_received
from tests.coalition import SLUG, Coalition, letter_file
from tests.doubles.dns import FakeResolver
from tests.doubles.imap_server import imap_server
from tests.returning import letting_mail_in
from tests.unit.mail.bounces.shapes import DOMAIN

HOST = "mx.rivers.example"
PROOF = f"Authentication-Results: {HOST}; dkim=pass header.d=members.example"
TO = "lake@members.example"


@pytest.fixture
def services(database_url: str, tmp_path) -> Iterator[Services]:
    with letting_mail_in(database_url, tmp_path, authserv_id=HOST) as services:
        yield services


@pytest.fixture
def coalition(services: Services, noon) -> Coalition:
    """Give a letter with one sign-on whose confirming mail has gone out."""
    coalition = Coalition(services.engine, services.keyring.root, noon, bounce_domain=DOMAIN)
    return coalition.open(letter_file(more='admit = "everyone"')).sign().deliver_mail().wait(minutes=9)


def reply_to(
    coalition: Coalition, words: str, *more: str, sender: str = TO, number: int = 1
) -> tuple[str, bytes]:
    """Answer the newest mail to a signatory; gives the address that the answer goes to, and its bytes."""
    data = coalition.postbox.kept[0].data.decode()
    [to] = re.findall(r"^Reply-To: (\S+)\r$", data, re.MULTILINE)
    [message_id] = re.findall(r"^Message-ID: (\S+)\r$", data, re.MULTILINE)
    lines = [
        *more,
        f"From: {sender}",
        f"To: {to}",
        "Subject: Re: Please confirm",
        f"Message-ID: <answer-{number}@members.example>",
        f"In-Reply-To: {message_id}",
    ]
    return to, ("\n".join(lines) + f"\n\n{words}\n").replace("\n", "\r\n").encode()


def come_in(services: Services, coalition: Coalition, *mails: tuple[str, bytes]) -> None:
    here = replace(services, clock=lambda: coalition.now)
    with (
        returns_received(here, make_resolver=lambda: FakeResolver({})) as port,
        smtplib.SMTP("127.0.0.1", port, timeout=20) as client,
    ):
        for to, data in mails:
            client.sendmail(TO, [to], data)


def sign_on(coalition: Coalition) -> Signature:
    with reading(coalition.engine) as session:
        return session.exec(select(Signature)).one()


def questions(coalition: Coalition) -> list[str]:
    coalition.deliver_mail()
    return [mail.text for mail in coalition.mails() if mail.to == "letter@rivers.example"]


def test_a_plain_yes_whose_sender_is_proven_confirms_once(services, coalition, caplog) -> None:
    caplog.set_level("INFO")
    yes = reply_to(coalition, "Yes\n\n> Or answer", PROOF)

    come_in(services, coalition, yes, yes, reply_to(coalition, "Yes!", PROOF, number=2))

    row = sign_on(coalition)
    assert (row.state, row.confirmed_by, row.held_reason) == (
        SignatureState.CONFIRMED,
        ConfirmedBy.REPLY,
        None,
    )
    assert coalition.counts().organizations == 1
    assert questions(coalition) == []
    with reading(coalition.engine) as session:
        assert len(session.exec(select(Message).where(Message.kind == MessageKind.THANKS)).all()) == 1
    assert "@" not in caplog.text


@pytest.mark.parametrize(
    ("words", "headers", "sender", "reason"),
    [
        ("Yes", [], TO, "neither DKIM nor SPF"),
        ("Yes", [PROOF.replace("members", "evil")], TO, "neither DKIM nor SPF"),
        ("Yes", [PROOF.replace(HOST, "mx.evil.example")], TO, "neither DKIM nor SPF"),
        ("Yes", [PROOF], "other@members.example", "from another address"),
        ("Yes\nbut only as “Lakes”", [PROOF], TO, "more than that"),
    ],
)
def test_a_yes_with_a_doubt_needs_the_secretariats_check(
    services, coalition, words, headers, sender, reason
) -> None:
    come_in(services, coalition, reply_to(coalition, words, *headers, sender=sender))

    assert sign_on(coalition).held_reason is HeldReason.UNPROVEN_REPLY
    assert coalition.counts().signatories == 0
    [told] = questions(coalition)
    assert reason in " ".join(told.split())
    assert words.split("\n")[-1] in told
    with reading(coalition.engine) as session:
        [listed] = list_signatories(session, coalition.keyring, coalition.campaign())
    assert (listed["standing"], listed["held"]) == ("held", "unproven_reply")
    assert reason in listed["reply_doubt"]

    with transaction(coalition.engine) as session:
        decide(session, coalition.keyring, SLUG, None, act="release", by="desk", now=coalition.now)
    assert coalition.counts().organizations == 1


def test_its_owner_lifts_the_doubt_by_the_button(services, coalition) -> None:
    come_in(services, coalition, reply_to(coalition, "Yes"))
    assert coalition.counts().signatories == 0

    coalition.confirm(coalition.tokens("confirm")[0])

    assert sign_on(coalition).held_reason is None
    assert coalition.counts().organizations == 1


def test_a_yes_is_not_to_what_somebody_else_filled_in_after_its_mail(services, coalition) -> None:
    yes = reply_to(coalition, "Yes", PROOF)
    coalition.wait(minutes=1).sign(qualifier="in full support of the dam", email=TO)

    come_in(services, coalition, yes)

    assert sign_on(coalition).held_reason is HeldReason.UNPROVEN_REPLY
    assert coalition.counts().signatories == 0
    assert any("filled in once more" in " ".join(told.split()) for told in questions(coalition))


def test_a_form_that_was_sent_twice_is_still_confirmed_by_the_answer_to_its_first_mail(
    services, coalition
) -> None:
    yes = reply_to(coalition, "Yes", PROOF)
    coalition.wait(minutes=1).sign(email=TO)

    come_in(services, coalition, yes)

    assert coalition.counts().organizations == 1
    assert questions(coalition) == []


@pytest.mark.parametrize("words", ["No!", "Who are you?", "I do not confirm", ""])
def test_other_words_are_passed_on_and_change_nothing(services, coalition, words) -> None:
    come_in(services, coalition, reply_to(coalition, words, PROOF))

    assert sign_on(coalition).state is SignatureState.PENDING
    [told] = questions(coalition)
    assert words in told
    assert "nothing was confirmed" in " ".join(told.split())


@pytest.mark.parametrize(
    "mark",
    [
        "Auto-Submitted: auto-replied",
        "X-Autoreply: yes",
        "Precedence: bulk",
        "List-Id: <all.members.example>",
    ],
)
def test_a_machine_confirms_nothing_and_asks_nobody(services, coalition, mark) -> None:
    come_in(services, coalition, reply_to(coalition, "Yes", PROOF, mark))

    assert sign_on(coalition).state is SignatureState.PENDING
    assert questions(coalition) == []


def test_a_yes_after_the_end_is_passed_on(services, coalition) -> None:
    coalition.wait(days=30)

    come_in(services, coalition, reply_to(coalition, "Yes", PROOF))

    assert sign_on(coalition).state is SignatureState.PENDING
    assert "nothing waits for that" in " ".join(questions(coalition)[0].split())


def test_from_the_mailbox_a_plain_yes_is_removed_and_a_question_stays(services, coalition) -> None:
    with imap_server() as box:
        box.put(reply_to(coalition, "Why?", PROOF, number=1)[1])
        box.put(reply_to(coalition, "Yes", PROOF, number=2)[1])
        reader = replace(services, mailbox=parse_mailbox_url(box.url), clock=lambda: coalition.now)

        assert read_returns(reader, "here", make_resolver=lambda: FakeResolver({})) == 1
        assert sorted(box.mails) == [1]
    assert coalition.counts().organizations == 1


def test_without_a_place_for_answers_the_mail_offers_none(engine, root, noon) -> None:
    coalition = Coalition(engine, root, noon).open().sign().deliver_mail()

    [mail] = coalition.mails()
    assert "YES" not in mail.text
    assert b"Reply-To: letter@rivers.example" in coalition.postbox.kept[0].data
