"""As the secretariat I want to hear, once and in plain words, when the letter came back after it was called sent."""

import contextlib
import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from service.delivery.follow import follow_deliveries
from service.delivery.hear import LISTENS
from service.delivery.release import stop
from service.delivery.report import campaign_report
from service.delivery.sendings import editions_seen, sendings_of
from service.delivery.settle import keep_arrival, send_again
from service.foundation.errors import Refused, Transient
from service.mail.bounce import Report
from service.mail.outbox import cancel_for
from service.mail.returned import settle_report
from service.mail.transport import Stage
from service.model.delivery import DeliveryEvent
from service.model.message import Message, MessageKind
from service.model.report_kind import ReportKind
from service.model.states import CampaignState
from service.signing.manage import withdraw
from service.signing.messages import signing_mailbox
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, letter_file
from tests.doubles.house import in_parallel
from tests.doubles.postbox import Fault

OFFICE, SECRETARIAT = "president@office.example", "letter@rivers.example"
BOUNCES = [
    (ReportKind.HARD, "5.1.1", "there is no such mailbox"),
    (ReportKind.SOFT, "4.2.2", "a reason that may pass"),
    (ReportKind.POLICY, "5.7.1", "refused it for how or by whom it was sent"),
]
HARD, SOFT = ReportKind.HARD, ReportKind.SOFT
_numbers = itertools.count(1)


@pytest.fixture
def letter(coalition):
    """Give a letter that is released and waits in the outbox."""
    coalition.open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm("Lake Alliance").sign_and_confirm("Second House").close().propose()
    coalition.approve_all().release()
    return coalition


@pytest.fixture
def sent(letter):
    """Give a letter that our relay took, and that was called sent."""
    follow(letter.deliver_mail())
    assert letter.campaign().state is CampaignState.SENT
    return letter


def come_back(coalition, kind, code="", *, of=0):
    """Let a report come back on the newest e-mail of the letter, or on the one so many before it."""
    coalition.wait(minutes=1)
    with transaction(coalition.engine) as session:
        found = select(Message).where(col(Message.kind) == MessageKind.DELIVERY)
        rows = session.execute(found.order_by(col(Message.id).desc())).scalars().all()
        report = Report(
            kind=kind,
            code=code,
            row_id=rows[of].id,
            message_ids=(),
            fingerprint=next(_numbers).to_bytes(32),
        )
        settle_report(session, report, mailbox=signing_mailbox(coalition.keyring), now=coalition.now)
    return coalition


def follow(coalition):
    with transaction(coalition.engine) as session:
        return follow_deliveries(session, now=coalition.now)


def again(coalition):
    with transaction(coalition.engine) as session:
        send_again(session, coalition.keyring, SLUG, only(coalition)["id"], by="test", now=coalition.now)


def arrived(coalition, how):
    with transaction(coalition.engine) as session:
        keep_arrival(session, SLUG, only(coalition)["id"], how, by="test", now=coalition.now)


def report(coalition):
    with reading(coalition.engine) as session:
        return campaign_report(session, coalition.keyring, coalition.campaign())


def only(coalition):
    (delivery,) = report(coalition)["deliveries"]
    return delivery


def state(coalition):
    return only(coalition)["state"]


def alerts(coalition):
    """Give the words of all mail to the secretariat, without their line breaks."""
    coalition.deliver_mail()
    return [" ".join(mail.text.split()) for mail in coalition.mails() if mail.to == SECRETARIAT]


@pytest.mark.parametrize(("kind", "code", "words"), BOUNCES)
def test_a_letter_that_comes_back_has_failed_and_the_secretariat_is_told_why(sent, kind, code, words):
    follow(come_back(sent, kind, code))

    shown = report(sent)
    (delivery,) = shown["deliveries"]
    (letter,) = [mail for mail in sent.mails() if mail.to == OFFICE]
    assert delivery["state"] == "failed"
    assert "sent back" in delivery["evidence"]
    assert code in delivery["evidence"]
    assert letter.message_id in delivery["evidence"]
    assert (shown["state"], shown["sendings"]) == ("sent", {"failed": 1})
    (alert,) = alerts(sent)
    assert "The letter to Jane Q. Example, President of the Republic came back" in alert
    assert words in alert
    assert delivery["id"] in alert


def test_the_same_news_moves_and_alerts_once(sent):
    come_back(sent, HARD, "5.1.1")

    assert [follow(sent) for _ in range(3)] == [1, 0, 0]
    sent.engine.dispose()
    assert follow(sent) == 0
    follow(come_back(sent, HARD, "5.1.1"))

    assert len(alerts(sent)) == 1
    with reading(sent.engine) as session:
        heard = select(DeliveryEvent.became).where(col(DeliveryEvent.heard_ref).is_not(None))
        assert session.execute(heard).scalars().all() == ["failed", "failed"]


def test_at_one_moment_it_is_taken_in_once(sent):
    come_back(sent, HARD)

    def follow_or_fail(_):
        # Who comes second may find it taken: then all of its turn is undone, and the next one finds nothing.
        with contextlib.suppress(Transient):
            follow(sent)

    in_parallel(4, follow_or_fail)

    with reading(sent.engine) as session:
        heard = select(DeliveryEvent.became).where(col(DeliveryEvent.heard_ref).is_not(None))
        assert session.execute(heard).scalars().all() == ["failed"]
    assert len(alerts(sent)) == 1


def test_a_receipt_makes_it_delivered(sent):
    follow(come_back(sent, ReportKind.DELIVERED, "2.1.5"))

    assert state(sent) == "delivered"
    assert "reports that it was delivered" in only(sent)["evidence"]
    assert "Message-ID <" in only(sent)["evidence"]
    assert alerts(sent) == []


def test_a_letter_passed_on_is_accepted_and_never_called_delivered(sent):
    follow(come_back(sent, ReportKind.RELAYED))

    assert state(sent) == "accepted"
    assert "reports nothing back" in only(sent)["evidence"]
    follow(come_back(sent, HARD))
    assert state(sent) == "failed"


def rungs(coalition):
    """Give the rungs that the one sending has reached, as the desk shows them."""
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        (edition,) = editions_seen(session, coalition.keyring, campaign)
        (one,) = sendings_of(session, coalition.keyring, campaign, edition.id)
    return [rung.word for rung in one.ladder.rungs if rung.at]


def test_the_offices_own_server_is_said_where_its_domain_names_it(sent):
    follow(come_back(sent, ReportKind.RELAYED))
    assert "taken by the office's own mail server" not in rungs(sent)

    follow(come_back(sent, ReportKind.AT_MX))

    assert state(sent) == "accepted"
    assert "(MX)" in only(sent)["evidence"]
    assert "taken by the office's own mail server" in rungs(sent)
    assert alerts(sent) == []


def test_what_was_displayed_was_delivered_and_is_called_no_more(sent):
    follow(come_back(sent, ReportKind.DISPLAYED))

    assert state(sent) == "delivered"
    assert rungs(sent)[-1] == "displayed to a reader"
    assert "displayed" in only(sent)["evidence"]
    assert alerts(sent) == []


def test_what_was_displayed_of_an_earlier_e_mail_is_no_proof_of_the_present_one(sent):
    follow(come_back(sent, HARD))
    again(sent)
    follow(sent.deliver_mail())
    follow(come_back(sent, ReportKind.DELIVERED))

    follow(come_back(sent, ReportKind.DISPLAYED, of=1))

    assert "an earlier e-mail: the reader's mail program" in only(sent)["evidence"]
    assert rungs(sent)[-1] == "reported as delivered"


def test_a_display_after_a_receipt_adds_its_rung_once(sent):
    for kind in (ReportKind.DELIVERED, ReportKind.DISPLAYED, ReportKind.DISPLAYED):
        follow(come_back(sent, kind))

    assert state(sent) == "delivered"
    assert rungs(sent)[-1] == "displayed to a reader"


@pytest.mark.parametrize(
    ("kind", "words"), [(ReportKind.DELAYED, "still tries"), (ReportKind.AUTO_REPLY, "automatic answer")]
)
def test_news_that_settles_nothing_is_shown_and_alarms_nobody(sent, kind, words):
    before = only(sent)["evidence"]
    for _ in range(2):
        follow(come_back(sent, kind))

    assert state(sent) == "handed_over"
    assert only(sent)["evidence"].startswith(before)
    assert only(sent)["evidence"].count(words) == 1
    assert alerts(sent) == []


def test_a_complaint_of_the_office_is_told_and_takes_nothing_back(sent):
    follow(come_back(sent, ReportKind.COMPLAINT))

    assert state(sent) == "handed_over"
    assert "reported as unwanted" in only(sent)["evidence"]
    (alert,) = alerts(sent)
    assert "reported there as unwanted mail" in alert


@pytest.mark.parametrize(
    "kinds",
    [(ReportKind.DELIVERED, HARD), (HARD, ReportKind.DELIVERED)],
    ids=["bounced last", "bounced first"],
)
def test_reports_that_contradict_each_other_are_left_to_a_person(sent, kinds):
    for kind in kinds:
        follow(come_back(sent, kind))

    assert state(sent) == "failed"
    assert "sent back" in only(sent)["evidence"]
    assert "contradicts itself" in alerts(sent)[-1]
    arrived(sent, "the office called")
    assert state(sent) == "handed_over"


@pytest.mark.parametrize("ticks", [0, 1], ids=["before it was followed", "after it was followed"])
def test_a_letter_in_doubt_that_comes_back_was_handed_over_and_has_failed(letter, ticks):
    letter.postbox.fail_next(Fault(stage=Stage.END, arrives=True))
    letter.deliver_mail()
    for _ in range(ticks):
        follow(letter)
        assert state(letter) == "uncertain"

    follow(come_back(letter, HARD, "5.1.1"))

    assert state(letter) == "failed"
    assert "there is no such mailbox" in alerts(letter)[-1]
    assert letter.campaign().state is CampaignState.CLOSED


def test_a_letter_that_comes_back_at_once_was_never_called_sent(letter):
    follow(come_back(letter.deliver_mail(), HARD))

    assert state(letter) == "failed"
    assert len(alerts(letter)) == 1
    assert letter.campaign().state is CampaignState.CLOSED


def test_a_copy_that_is_sent_again_follows_its_latest_mail(sent):
    follow(come_back(sent, SOFT))
    again(sent)
    follow(sent.deliver_mail())
    assert state(sent) == "handed_over"

    follow(come_back(sent, SOFT, of=1))
    assert state(sent) == "handed_over"
    assert "an earlier e-mail: sent back" in only(sent)["evidence"]
    assert len(alerts(sent)) == 1

    follow(come_back(sent, SOFT))
    assert state(sent) == "failed"
    assert len(alerts(sent)) == 2


def test_a_receipt_of_the_first_copy_waits_until_the_second_has_gone_and_calls_that_one_nothing_more(letter):
    letter.postbox.fail_next(Fault(stage=Stage.END, arrives=True))
    follow(letter.deliver_mail())
    again(letter)

    follow(come_back(letter, ReportKind.DELIVERED, of=1))
    assert state(letter) == "carrying"
    follow(letter.deliver_mail())

    assert state(letter) == "handed_over"
    assert "an earlier e-mail: its mail server reports" in only(letter)["evidence"]
    assert rungs(letter)[-1] == "handed over"
    follow(come_back(letter, ReportKind.DELIVERED))
    assert state(letter) == "delivered"


def test_a_receipt_after_a_person_s_word_is_noted_and_says_no_more_than_that_word(letter):
    letter.postbox.fail_next(Fault(stage=Stage.END, arrives=True))
    follow(letter.deliver_mail())
    arrived(letter, "the office called")

    follow(come_back(letter, ReportKind.DELIVERED))

    assert state(letter) == "handed_over"
    assert "an earlier e-mail: its mail server reports" in only(letter)["evidence"]


def stop_all(coalition):
    with transaction(coalition.engine) as session:
        stop(session, SLUG, by="test", now=coalition.now)


def cancel_mail(coalition):
    """Cancel the newest e-mail of the letter in the outbox itself."""
    with transaction(coalition.engine) as session:
        cancel_for(session, recipient_ref=only(coalition)["id"], now=coalition.now)


@pytest.mark.parametrize("take_back", [stop_all, cancel_mail])
def test_a_second_e_mail_that_is_stopped_leaves_what_was_known_of_the_first(letter, take_back):
    letter.postbox.fail_next(Fault(stage=Stage.END, arrives=True))
    follow(letter.deliver_mail())
    again(letter)

    take_back(letter)
    follow(letter)
    follow(letter)

    assert state(letter) == "uncertain"
    follow(come_back(letter, ReportKind.DELIVERED, of=1))
    assert state(letter) == "delivered"


@pytest.mark.parametrize("take_back", [stop_all, cancel_mail])
def test_what_came_back_stays_so_where_its_second_e_mail_is_stopped(sent, take_back):
    follow(come_back(sent, HARD))
    again(sent)

    take_back(sent)
    follow(sent)

    assert state(sent) == "failed"
    assert len(alerts(sent)) == 1


def test_a_copy_that_was_refused_and_is_sent_again_is_handed_over(letter):
    letter.postbox.fail_next(Fault(stage=Stage.RCPT, code=550, enhanced="5.1.1"))
    follow(letter.deliver_mail())
    assert state(letter) == "failed"

    again(letter)
    follow(letter)
    assert state(letter) == "carrying"
    follow(letter.deliver_mail())

    assert state(letter) == "handed_over"
    assert letter.campaign().state is CampaignState.SENT


def test_a_person_s_word_that_it_arrived_stands(letter):
    letter.postbox.fail_next(Fault(stage=Stage.END))
    follow(letter.deliver_mail())
    arrived(letter, "handed in on paper")

    follow(come_back(letter, HARD, "5.1.1"))

    assert state(letter) == "handed_over"
    assert "handed in on paper" in only(letter)["evidence"]
    assert "an earlier e-mail: sent back" in only(letter)["evidence"]
    assert len(alerts(letter)) == 1


def test_what_came_back_is_never_called_stopped_before_leaving(letter):
    follow(come_back(letter.deliver_mail(), HARD))

    with pytest.raises(Refused, match="can be stopped any more"), transaction(letter.engine) as session:
        stop(session, SLUG, by="test", now=letter.now)


def test_a_copy_stopped_on_its_second_way_leaves_its_edition_standing(letter):
    follow(come_back(letter.deliver_mail(), SOFT))
    again(letter)
    with transaction(letter.engine) as session:
        stop(session, SLUG, by="test", now=letter.now)

    with pytest.raises(Refused, match="already released"):
        letter.propose()


def test_after_it_came_back_it_goes_again_without_those_who_left(sent):
    token = sent.tokens("manage")[0]
    follow(come_back(sent, SOFT))
    with transaction(sent.engine) as session:
        withdraw(session, sent.keyring, token=token, now=sent.now)

    again(sent)
    sent.deliver_mail()

    first, second = [mail for mail in sent.mails() if mail.to == OFFICE]
    assert "Lake Alliance" in first.text
    assert "Lake Alliance" not in second.text


def test_it_listens_for_two_months(sent):
    sent.wait(seconds=(LISTENS + timedelta(minutes=1)).total_seconds())

    assert follow(come_back(sent, HARD)) == 0
    assert state(sent) == "handed_over"
