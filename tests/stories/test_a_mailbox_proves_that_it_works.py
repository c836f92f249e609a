"""As a member I want to be written to again once I have acted on a mail, and never twice with a mail I have."""

import itertools
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import col, select

from service.foundation.errors import Refused
from service.mail.bounce import Report
from service.mail.returned import settle_report
from service.mail.transport import Stage
from service.model.message import Message, MessageKind
from service.model.report_kind import ReportKind
from service.model.states import MessageState
from service.model.suppression import Suppression, SuppressionReason
from service.signing.invitation import Given, answer_invitation
from service.signing.invite import import_signatories
from service.signing.manage import withdraw
from service.signing.messages import signing_mailbox
from service.signing.party import email_index
from service.signing.roll_file import read_signatories
from service.signing.unsubscribe import unsubscribe
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, letter_file
from tests.doubles.postbox import Fault
from tests.reminding import remind_due

ARRIVES_IN_DOUBT = Fault(stage=Stage.END, arrives=True)
BOUNCED, COMPLAINED, UNSUBSCRIBED = (
    SuppressionReason.BOUNCED,
    SuppressionReason.COMPLAINED,
    SuppressionReason.UNSUBSCRIBED,
)
_numbers = itertools.count(1)


@pytest.fixture
def opened(coalition):
    return coalition.open(letter_file(more='admit = "everyone"'))


@pytest.fixture
def invited(opened):
    with transaction(opened.engine) as session:
        read = read_signatories(
            b"kind,name,email\norganization,Invited House,house@members.example\n", attested=False
        )
        import_signatories(session, opened.keyring, SLUG, read, attest="", by="test", now=opened.now)
    return opened


def come_back(coalition, kind, *, of):
    with transaction(coalition.engine) as session:
        found = select(Message).where(Message.kind == of).order_by(col(Message.id).desc()).limit(1)
        report = Report(
            kind=kind,
            code="",
            row_id=session.exec(found).one().id,
            message_ids=(),
            fingerprint=next(_numbers).to_bytes(32),
        )
        settle_report(session, report, mailbox=signing_mailbox(coalition.keyring), now=coalition.now)


def ask(coalition, question="May we change the name?"):
    """Answer the invitation with a question: it leaves everything else as it is."""
    with transaction(coalition.engine) as session:
        answer_invitation(
            session,
            coalition.keyring,
            token=coalition.newest_token("invitation"),
            answer="question",
            given=Given(question=question),
            now=coalition.now,
        )


def remind(coalition):
    with transaction(coalition.engine) as session:
        remind_due(session, coalition.keyring, lead=timedelta(days=1), now=coalition.now)


def left_alone(coalition):
    with reading(coalition.engine) as session:
        return list(session.exec(select(Suppression.reason)))


def states(coalition, kind):
    with reading(coalition.engine) as session:
        return list(session.exec(select(Message.state).where(Message.kind == kind).order_by(col(Message.id))))


def copies(coalition):
    """Tell how often the most frequent mail went out."""
    return Counter(mail.message_id for mail in coalition.mails()).most_common(1)[0][1]


# A bounce is lifted


def test_who_confirms_is_written_to_again(opened):
    opened.sign().deliver_mail()
    come_back(opened, ReportKind.HARD, of=MessageKind.CONFIRM)
    assert left_alone(opened) == [BOUNCED]

    opened.confirm(opened.newest_token("confirm"))

    assert left_alone(opened) == []


def test_who_answers_an_invitation_is_reminded_again(invited):
    invited.deliver_mail()
    come_back(invited, ReportKind.HARD, of=MessageKind.INVITATION)

    ask(invited)

    assert left_alone(invited) == []


def test_who_withdraws_by_the_thanking_mail_has_that_mail(opened):
    opened.sign_and_confirm("Lake Alliance").deliver_mail()
    come_back(opened, ReportKind.HARD, of=MessageKind.THANKS)

    with transaction(opened.engine) as session:
        withdraw(session, opened.keyring, token=opened.newest_token("manage"), now=opened.now)

    assert left_alone(opened) == []


def test_another_mailbox_stays_as_it_is(opened):
    opened.sign("First House").deliver_mail()
    come_back(opened, ReportKind.HARD, of=MessageKind.CONFIRM)

    opened.sign_and_confirm("Second House")

    assert left_alone(opened) == [BOUNCED]


def test_a_complaint_is_never_lifted(opened):
    opened.sign().deliver_mail()
    come_back(opened, ReportKind.COMPLAINT, of=MessageKind.CONFIRM)

    opened.confirm(opened.newest_token("confirm"))

    assert left_alone(opened) == [COMPLAINED]


@pytest.mark.parametrize("bounced", [False, True])
def test_a_wish_is_never_lifted_and_takes_the_place_of_a_bounce(invited, bounced, visitor):
    invited.deliver_mail()
    if bounced:
        come_back(invited, ReportKind.HARD, of=MessageKind.INVITATION)
    visitor.send(f"/unsubscribe/{invited.newest_token('unsubscribe')}", {})

    ask(invited)

    assert left_alone(invited) == [UNSUBSCRIBED]


def test_a_wish_says_nothing_against_a_complaint(invited):
    invited.deliver_mail()
    come_back(invited, ReportKind.COMPLAINT, of=MessageKind.INVITATION)

    with transaction(invited.engine) as session:
        unsubscribe(session, invited.keyring, token=invited.newest_token("unsubscribe"), now=invited.now)

    assert left_alone(invited) == [COMPLAINED]


def test_looking_proves_nothing(opened, visitor):
    opened.postbox.fail_next(ARRIVES_IN_DOUBT)
    opened.sign().deliver_mail()
    with transaction(opened.engine) as session:
        keys = opened.keyring.of(session, opened.campaign().id)
        session.add(
            Suppression(
                campaign_id=keys.campaign,
                email_index=email_index(keys, "lake@members.example"),
                reason=BOUNCED,
                created_at=opened.now,
            )
        )
    path = f"/confirm/{opened.newest_token('confirm')}"

    visitor.open(path)
    visitor.open(path, method="HEAD")
    visitor.post(path, {})
    assert (left_alone(opened), states(opened, MessageKind.CONFIRM)) == ([BOUNCED], [MessageState.QUEUED])

    visitor.send(path, {})
    assert (left_alone(opened), states(opened, MessageKind.CONFIRM)) == ([], [MessageState.ACCEPTED])


# Doubt ends


def test_a_confirmation_in_doubt_that_was_acted_on_has_arrived(opened):
    opened.postbox.fail_next(ARRIVES_IN_DOUBT)
    opened.sign().deliver_mail().confirm(opened.newest_token("confirm"))

    assert states(opened, MessageKind.CONFIRM) == [MessageState.ACCEPTED]
    opened.wait(hours=1).deliver_mail()
    assert copies(opened) == 1


def test_an_invitation_in_doubt_that_was_answered_does_not_go_again(invited):
    invited.postbox.fail_next(ARRIVES_IN_DOUBT)
    invited.deliver_mail()

    ask(invited)

    assert states(invited, MessageKind.INVITATION) == [MessageState.ACCEPTED]
    invited.wait(hours=1).deliver_mail()
    assert copies(invited) == 1


def test_an_answer_that_is_refused_proves_nothing(invited):
    invited.postbox.fail_next(ARRIVES_IN_DOUBT)
    invited.deliver_mail()

    with pytest.raises(Refused):
        ask(invited, question="")

    assert states(invited, MessageKind.INVITATION) == [MessageState.QUEUED]


def test_an_approval_in_doubt_that_was_decided_does_not_go_again(opened):
    opened.sign_and_confirm("Lake Alliance").deliver_mail().close().propose()
    opened.postbox.fail_next(ARRIVES_IN_DOUBT, ARRIVES_IN_DOUBT)
    opened.deliver_mail()
    assert states(opened, MessageKind.APPROVAL) == [MessageState.QUEUED] * 2

    opened.approve(opened.tokens("approve")[0])

    assert Counter(states(opened, MessageKind.APPROVAL)) == {MessageState.ACCEPTED: 1, MessageState.QUEUED: 1}


def test_where_two_mails_carry_the_link_doubt_about_one_stays_and_it_goes_only_once(opened):
    opened.sign().deliver_mail()
    opened.wait(days=10, hours=15)
    remind(opened)
    opened.postbox.fail_next(Fault(stage=Stage.END))
    opened.deliver_mail()
    assert states(opened, MessageKind.REMINDER) == [MessageState.QUEUED]

    opened.confirm(opened.newest_token("confirm"))

    assert states(opened, MessageKind.CONFIRM) == [MessageState.ACCEPTED]
    assert states(opened, MessageKind.REMINDER) == [MessageState.UNCERTAIN]


@pytest.mark.parametrize("stage", [Stage.RCPT, Stage.END])
def test_a_mail_that_certainly_did_not_arrive_cannot_have_brought_the_link(opened, stage):
    opened.postbox.fail_next(ARRIVES_IN_DOUBT, Fault(stage=stage, code=450, enhanced="4.7.1"))
    opened.sign().deliver_mail().sign().deliver_mail()

    opened.confirm(opened.newest_token("confirm"))

    assert states(opened, MessageKind.CONFIRM) == [MessageState.ACCEPTED, MessageState.QUEUED]
