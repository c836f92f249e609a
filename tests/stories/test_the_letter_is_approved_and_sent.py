"""As the secretariat I want a letter to go out once, approved, and to be told exactly what is known of it."""

import pytest

from service.delivery.follow import follow_deliveries, send_waiting_press
from service.delivery.report import campaign_report
from service.foundation.errors import NotFound, Refused
from service.mail.evidence import settle_doubt
from service.mail.transport import Stage
from service.model.edition import Decision
from service.model.signature import Visibility
from service.model.states import CampaignState, DeliveryState
from service.signing.decide import decide
from service.signing.manage import withdraw
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, letter_file
from tests.doubles.ledger import FakeLedger
from tests.doubles.postbox import Fault

PRESS = """
[[recipients]]
role = "press"
name = "The Daily Example"
emails = ["news@daily.example"]
"""


def ready(coalition, *, tables="", more=""):
    """Bring a letter with two signatories to its first edition."""
    coalition.open(letter_file(tables=tables, more=more))
    coalition.sign_and_confirm("Lake Alliance").sign_and_confirm(
        "Hidden House", visibility=Visibility.RECIPIENT
    )
    accept_all(coalition)
    coalition.close()
    return coalition.propose()


def accept_all(coalition):
    with transaction(coalition.engine) as session:
        decide(session, coalition.keyring, SLUG, None, act="accept", by="test", now=coalition.now)


def follow(coalition):
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
        send_waiting_press(session, coalition.keyring, now=coalition.now)


def report(coalition):
    with reading(coalition.engine) as session:
        return campaign_report(session, coalition.keyring, coalition.campaign())


def letters_sent_to(coalition, address):
    return [mail for mail in coalition.mails() if mail.to == address]


def test_two_approvals_of_exactly_this_edition_release_it_once(coalition):
    ready(coalition)
    with pytest.raises(Refused, match="approved by 0 of 2"):
        coalition.release()
    coalition.deliver_mail()
    first, second = coalition.tokens("approve")
    coalition.approve(first).approve(first)
    with pytest.raises(Refused, match="approved by 1 of 2"):
        coalition.release()

    coalition.approve(second)
    coalition.release()
    with pytest.raises(Refused, match="already released"):
        coalition.release()
    coalition.deliver_mail()
    follow(coalition)

    (letter,) = letters_sent_to(coalition, "president@office.example")
    assert "On behalf of 2 organizations" in letter.text
    assert coalition.campaign().state is CampaignState.SENT
    (delivery,) = report(coalition)["deliveries"]
    assert delivery["state"] == "handed_over"
    assert letter.message_id in delivery["evidence"]


def test_before_the_relay_took_it_nothing_is_called_sent(coalition):
    ready(coalition)
    coalition.approve_all().release()
    follow(coalition)

    assert coalition.campaign().state is CampaignState.CLOSED
    assert [delivery["state"] for delivery in report(coalition)["deliveries"]] == ["carrying"]


def test_a_change_that_an_approver_asks_for_stops_the_release(coalition):
    ready(coalition)
    coalition.approve_all()
    coalition.approve(coalition.tokens("approve")[0], Decision.CHANGES)

    with pytest.raises(Refused, match="asked for changes"):
        coalition.release()


def test_a_signatory_who_leaves_after_the_proposal_is_never_sent(coalition):
    ready(coalition)
    coalition.approve_all()
    with transaction(coalition.engine) as session:
        withdraw(session, coalition.keyring, token=coalition.newest_token("manage"), now=coalition.now)

    with pytest.raises(Refused, match="One signatory has left"):
        coalition.release()
    second = coalition.propose()

    assert second.edition.number == 2
    assert len(second.letter.roll) == 1
    with pytest.raises(Refused, match="approved by 0 of 2"):
        coalition.release()


def test_proposing_again_while_nothing_changed_asks_nobody_twice(coalition):
    first = ready(coalition)
    again = coalition.propose()
    coalition.deliver_mail()

    assert not again.new
    assert again.edition.fingerprint == first.edition.fingerprint
    assert len(coalition.tokens("approve")) == 2


def test_an_old_editions_link_decides_nothing_any_more(coalition):
    ready(coalition)
    coalition.deliver_mail()
    old = coalition.tokens("approve")[0]
    with transaction(coalition.engine) as session:
        withdraw(session, coalition.keyring, token=coalition.newest_token("manage"), now=coalition.now)
    coalition.propose()

    with pytest.raises(Refused, match="replaced by a later one"):
        coalition.approve(old)


def test_an_approval_link_ends(coalition):
    ready(coalition)
    coalition.deliver_mail()
    coalition.wait(days=8)

    with pytest.raises(NotFound):
        coalition.approve(coalition.tokens("approve")[0])


def test_the_unconfirmed_are_named_to_the_secretariat_and_left_out(coalition):
    coalition.open().sign_and_confirm("Lake Alliance").sign("Never Answered")
    accept_all(coalition)
    coalition.close()

    proposal = coalition.propose()

    assert proposal.unconfirmed == ("Never Answered",)
    assert [entry.name for entry in proposal.letter.roll] == ["Lake Alliance"]


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("draft", "Only a closed letter"), ("open", "still takes sign-ons"), ("closed", "Nobody counts")],
)
def test_only_a_closed_letter_with_signatories_can_be_proposed(coalition, state, sentence):
    if state == "draft":
        coalition.load()
    else:
        coalition.open()
    if state == "closed":
        coalition.close()

    with pytest.raises(Refused, match=sentence):
        coalition.propose()


def test_the_press_waits_for_publication(coalition):
    ready(coalition, tables=PRESS)
    coalition.approve_all().release()
    coalition.deliver_mail()
    follow(coalition)
    coalition.deliver_mail()
    assert not letters_sent_to(coalition, "news@daily.example")

    coalition.publish()
    follow(coalition)
    coalition.deliver_mail()

    (copy,) = letters_sent_to(coalition, "news@daily.example")
    assert "Lake Alliance" in copy.text
    assert "Hidden House" not in copy.text


def test_a_relay_that_breaks_off_after_the_dot_leaves_the_sending_uncertain_and_never_repeats_it(coalition):
    ready(coalition)
    coalition.approve_all().release()
    coalition.postbox.fail_next(Fault(stage=Stage.END, arrives=True))
    coalition.deliver_mail()
    follow(coalition)

    coalition.wait(hours=30).deliver_mail()
    follow(coalition)

    assert len(letters_sent_to(coalition, "president@office.example")) == 1
    (delivery,) = report(coalition)["deliveries"]
    assert delivery["state"] == DeliveryState.UNCERTAIN.value
    assert coalition.campaign().state is CampaignState.CLOSED


def test_who_decides_on_a_copy_in_doubt_reads_what_the_relays_ledger_proves(coalition):
    ready(coalition)
    coalition.approve_all().release()
    coalition.postbox.fail_next(Fault(stage=Stage.END))
    coalition.deliver_mail()
    ledger = FakeLedger(proves_absence=True)

    settle_doubt(coalition.engine, ledger=ledger, clock=lambda: coalition.now, since=coalition.now)
    coalition.wait(hours=30).deliver_mail()
    follow(coalition)

    (delivery,) = report(coalition)["deliveries"]
    assert delivery["state"] == DeliveryState.UNCERTAIN.value
    assert delivery["evidence"].endswith(" · the relay's ledger proves that it did not arrive")
    assert not letters_sent_to(coalition, "president@office.example")


def test_one_who_works_alone_has_half_an_hour_to_stop(coalition):
    coalition.open(letter_file(more="solo = true")).sign_and_confirm("Lake Alliance")
    accept_all(coalition)
    coalition.close().propose()
    coalition.release()
    coalition.deliver_mail()
    assert not letters_sent_to(coalition, "president@office.example")
    assert letters_sent_to(coalition, "letter@rivers.example")

    coalition.wait(minutes=31).deliver_mail()

    assert letters_sent_to(coalition, "president@office.example")
