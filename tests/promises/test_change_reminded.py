"""Who was asked to agree to a changed text and is silent is reminded once, half-way; nobody who is to be called is."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from service.foundation.sealing import RootKey
from service.mail.bounce import Report
from service.mail.returned import settle_report
from service.model.message import Message, MessageKind
from service.model.report_kind import ReportKind
from service.model.signature import Signature
from service.signing.messages import signing_mailbox
from service.signing.remind_change import remind_of_changes
from service.signing.unsubscribe import unsubscribe
from service.store.transaction import transaction
from tests.changing import NEW_WORDS, answered, asked, file_of, kept, reasons_to_call, revised
from tests.coalition import Coalition
from tests.promises.test_revisions import OTHER

A_SECOND = timedelta(seconds=1)


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    """Give a letter with two signatories: one asks about any change, one keeps its name."""
    coalition = Coalition(engine=engine, root=root, now=noon).open(file_of())
    coalition.sign_and_confirm("Asking Alliance")
    coalition.sign_and_confirm("Keeping Watch", keeps_on_change=True)
    return coalition.deliver_mail()


def reminded(coalition: Coalition) -> list[str]:
    """Do what the clock does, and give the subjects of the mails that it led to, with the mailbox."""
    before = len(coalition.mails())
    with transaction(coalition.engine) as session:
        remind_of_changes(session, coalition.keyring, now=coalition.now)
    coalition.deliver_mail()
    return [f"{mail.to.partition('@')[0]}: {mail.subject}" for mail in coalition.mails()[before:]]


def token_of(coalition: Coalition, mailbox: str, path: str) -> str:
    mail = [mail for mail in coalition.mails() if mail.to.startswith(mailbox) and f"/{path}/" in mail.text][
        -1
    ]
    return mail.text.partition(f"/{path}/")[2][:43]


REMINDER = "asking: A reminder, your answer is needed: Keep the river open"


def test_half_way_one_reminder_goes_to_who_was_asked_and_none_to_who_was_told(coalition: Coalition) -> None:
    revised(coalition, hours=48)
    coalition.deliver_mail()

    coalition.wait(hours=24).now -= A_SECOND
    assert reminded(coalition) == []
    coalition.now += A_SECOND
    assert [reminded(coalition), reminded(coalition), reminded(coalition.wait(hours=23))] == [
        [REMINDER],
        [],
        [],
    ]

    text = " ".join(coalition.mails()[-1].text.split())
    assert "This is the only reminder." in text
    assert "does not count" in text
    assert answered(coalition, token_of(coalition, "asking", "change"), "agree") == "stands"


def test_the_half_is_of_the_time_that_was_left_when_the_mail_went(coalition: Coalition) -> None:
    revised(coalition, hours=48)
    coalition.wait(hours=40).deliver_mail()

    assert reminded(coalition.wait(hours=11)) == []
    assert reminded(coalition.wait(hours=1)) == [REMINDER]


@pytest.mark.parametrize("kind", [ReportKind.HARD, ReportKind.SOFT, ReportKind.COMPLAINT, ReportKind.DELAYED])
def test_nobody_is_reminded_whose_mail_came_back(coalition: Coalition, kind: ReportKind) -> None:
    revised(coalition)
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        found = select(Message).join(Signature, col(Signature.id) == col(Message.recipient_ref))
        asking = found.where(Message.kind == MessageKind.CHANGE, col(Signature.keeps_on_change).is_(False))
        message = session.exec(asking).one()
        report = Report(kind=kind, code="", row_id=message.id, message_ids=(), fingerprint=bytes(32))
        settle_report(session, report, mailbox=signing_mailbox(coalition.keyring), now=coalition.now)

    assert reminded(coalition.wait(hours=30)) == []
    assert reasons_to_call(coalition) == {"Asking Alliance": "the mail came back"}


def test_nobody_is_reminded_who_wants_no_more_mail(coalition: Coalition) -> None:
    revised(coalition)
    coalition.deliver_mail()
    token = token_of(coalition, "asking", "unsubscribe")
    with transaction(coalition.engine) as session:
        unsubscribe(session, coalition.keyring, token=token, now=coalition.now)

    assert reminded(coalition.wait(hours=30)) == []
    assert reasons_to_call(coalition) == {"Asking Alliance": "wants no more mail"}


@pytest.mark.parametrize("answer", ["agree", "withdraw"])
def test_nobody_is_reminded_who_has_answered(coalition: Coalition, answer: str) -> None:
    revised(coalition)
    coalition.deliver_mail()
    answered(coalition, token_of(coalition, "asking", "change"), answer)

    assert reminded(coalition.wait(hours=30)) == []


def test_a_reminder_that_waits_is_not_sent_to_who_answers_meanwhile(coalition: Coalition) -> None:
    revised(coalition)
    coalition.deliver_mail().wait(hours=30)
    with transaction(coalition.engine) as session:
        assert remind_of_changes(session, coalition.keyring, now=coalition.now) == 1

    answered(coalition, token_of(coalition, "asking", "change"), "agree")

    assert reminded(coalition) == []


def test_nobody_is_reminded_whose_mail_has_not_gone_or_whose_time_is_over(coalition: Coalition) -> None:
    revised(coalition, hours=48)
    assert reminded(coalition.wait(hours=30)) == [
        "asking: Your answer is needed, the text has changed: Keep the river open",
        "keeping: The text has changed: Keep the river open",
    ]

    assert reminded(coalition.wait(hours=30)) == []
    assert reasons_to_call(coalition) == {"Asking Alliance": "was asked, and has not answered"}


def test_a_further_change_asks_and_reminds_anew(coalition: Coalition) -> None:
    revised(coalition)
    coalition.deliver_mail()
    assert reminded(coalition.wait(hours=30)) == [REMINDER]
    revised(coalition, file_of(NEW_WORDS, OTHER))
    coalition.deliver_mail()

    assert [reminded(coalition), reminded(coalition.wait(hours=24)), reminded(coalition)] == [
        [],
        [REMINDER],
        [],
    ]
    assert asked(coalition) == 0
    assert kept(coalition.wait(hours=24)) == 1
