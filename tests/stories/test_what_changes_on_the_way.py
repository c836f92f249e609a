"""As a signatory I want to be named only as I chose, whatever happens between my click and the sending."""

import threading
from datetime import timedelta

import pytest

from service.campaigns import life
from service.delivery.follow import follow_deliveries, send_waiting_press
from service.delivery.release import stop
from service.delivery.report import campaign_report
from service.delivery.settle import keep_arrival, send_again
from service.foundation.errors import Refused
from service.mail.transport import Stage
from service.model.signature import Kind, Standing, Visibility, standing
from service.model.states import CampaignState
from service.signing.confirm import confirm, look_at_confirmation
from service.signing.decide import decide
from service.signing.invite import import_signatories
from service.signing.manage import withdraw
from service.signing.queries import all_signatures
from service.signing.roll_file import read_signatories
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, letter_file, showing
from tests.doubles.postbox import Fault
from tests.reminding import remind_due

EVERYONE = 'admit = "everyone"'
PRESS = '[[recipients]]\nrole = "press"\nname = "The Daily Example"\nemails = ["news@daily.example"]\n'


def collected(coalition, *names, more=EVERYONE, tables=""):
    coalition.open(letter_file(more=more, tables=tables))
    for name in names:
        coalition.sign_and_confirm(name)
    return coalition


def released(coalition):
    coalition.close().propose()
    coalition.approve_all().release()
    return coalition


def leave(coalition, token):
    with transaction(coalition.engine) as session:
        withdraw(session, coalition.keyring, token=token, now=coalition.now)


def manage_tokens(coalition):
    coalition.deliver_mail()
    return coalition.tokens("manage")


def follow(coalition):
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
        send_waiting_press(session, coalition.keyring, now=coalition.now)


def deliveries(coalition):
    with reading(coalition.engine) as session:
        return campaign_report(session, coalition.keyring, coalition.campaign())["deliveries"]


def sent_to(coalition, address):
    return [mail for mail in coalition.mails() if mail.to == address]


def reopen(coalition):
    with transaction(coalition.engine) as session:
        later = coalition.now.replace(year=coalition.now.year + 1)
        life.reopen(session, SLUG, until=later, by="test", now=coalition.now)


def standings(coalition):
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        return [standing(row, campaign) for row in all_signatures(session, campaign)]


def test_who_leaves_after_the_release_and_before_the_mail_is_never_sent(coalition):
    collected(coalition, "Lake Alliance", "Second House")
    first, _ = manage_tokens(coalition)
    released(coalition)
    leave(coalition, first)
    coalition.deliver_mail()
    follow(coalition)

    assert sent_to(coalition, "president@office.example") == []
    assert [one["state"] for one in deliveries(coalition)] == ["failed"]
    with pytest.raises(Refused, match="has left since the release"), transaction(coalition.engine) as session:
        send_again(
            session, coalition.keyring, SLUG, deliveries(coalition)[0]["id"], by="test", now=coalition.now
        )

    with transaction(coalition.engine) as session:
        stop(session, SLUG, by="test", now=coalition.now)
    again = coalition.propose()
    assert [entry.name for entry in again.letter.roll] == ["Second House"]
    coalition.approve_all().release()
    coalition.deliver_mail()
    follow(coalition)
    (letter,) = sent_to(coalition, "president@office.example")
    assert "Lake Alliance" not in letter.text
    assert coalition.campaign().state is CampaignState.SENT


def test_a_stopped_letter_can_be_proposed_and_sent_later(coalition):
    collected(coalition, "Lake Alliance", more=f"solo = true\n{EVERYONE}")
    coalition.close().propose()
    coalition.release()
    with transaction(coalition.engine) as session:
        stop(session, SLUG, by="test", now=coalition.now)

    assert coalition.propose().edition.number == 2
    coalition.release()
    coalition.wait(minutes=31).deliver_mail()
    follow(coalition)

    assert len(sent_to(coalition, "president@office.example")) == 1
    assert coalition.campaign().state is CampaignState.SENT


def test_a_letter_that_was_opened_again_needs_new_approvals(coalition):
    collected(coalition, "Lake Alliance").close().propose()
    coalition.approve_all()
    reopen(coalition)
    coalition.sign_and_confirm("Late House").close()

    with pytest.raises(Refused, match="propose the letter again"):
        coalition.release()
    assert [entry.name for entry in coalition.propose().letter.roll] == ["Lake Alliance", "Late House"]


def test_a_released_letter_is_not_opened_under_its_recipients_eyes(coalition):
    released(collected(coalition, "Lake Alliance"))

    with pytest.raises(Refused, match="stop that first"):
        reopen(coalition)


def test_who_confirms_after_the_release_is_told_the_truth(coalition):
    collected(coalition, "Lake Alliance").sign("Late House")
    coalition.deliver_mail()
    token = coalition.newest_token("confirm")
    released(coalition)

    with reading(coalition.engine) as session:
        view = look_at_confirmation(session, coalition.keyring, token=token, now=coalition.now)
    assert view.expired
    with pytest.raises(Refused, match="time to confirm this sign-on is over"):
        coalition.confirm(token)


def test_the_press_gets_nobody_who_left_meanwhile(coalition):
    collected(coalition, "Lake Alliance", "Second House", tables=PRESS)
    first, _ = manage_tokens(coalition)
    released(coalition)
    coalition.deliver_mail()
    follow(coalition)
    leave(coalition, first)
    coalition.publish()
    follow(coalition)
    coalition.deliver_mail()

    (copy,) = sent_to(coalition, "news@daily.example")
    assert "Second House" in copy.text
    assert "Lake Alliance" not in copy.text


def test_a_person_decides_on_a_copy_in_doubt(coalition):
    released(collected(coalition, "Lake Alliance"))
    coalition.postbox.fail_next(Fault(stage=Stage.END))
    coalition.deliver_mail()
    follow(coalition)
    (doubtful,) = deliveries(coalition)
    assert doubtful["state"] == "uncertain"

    with transaction(coalition.engine) as session:
        keep_arrival(session, SLUG, doubtful["id"], "the office called", by="test", now=coalition.now)
    follow(coalition)

    assert coalition.campaign().state is CampaignState.SENT
    assert "the office called" in deliveries(coalition)[0]["evidence"]
    with (
        pytest.raises(Refused, match="Only a sending that failed or is uncertain"),
        transaction(coalition.engine) as session,
    ):
        send_again(session, coalition.keyring, SLUG, doubtful["id"], by="test", now=coalition.now)


def test_nobody_moves_the_confirmation_of_a_name_to_another_mailbox(coalition):
    coalition.open(letter_file(more=EVERYONE))
    coalition.sign("Big Org", email="info@bigorg.example", approver_email="evil@attacker.example")
    coalition.deliver_mail()
    coalition.sign("Big Org", email="info@bigorg.example")
    coalition.deliver_mail()

    assert [mail.to for mail in coalition.mails()] == ["evil@attacker.example", "info@bigorg.example"]
    for token in coalition.tokens("confirm"):
        coalition.confirm(token)
    assert sorted(standings(coalition)) == [Standing.COUNTED, Standing.HELD]


def test_an_invited_name_answers_a_stranger_like_any_other(coalition):
    coalition.open(letter_file())
    bring(coalition, "organization,Invited House,house@members.example")
    coalition.deliver_mail()
    before = len(coalition.mails())
    coalition.sign("Invited House", email="stranger@else.example").sign(
        "Unknown House", email="other@else.example"
    )
    coalition.deliver_mail()

    assert [mail.to for mail in coalition.mails()[before:]] == ["stranger@else.example", "other@else.example"]
    assert standings(coalition)[0] is Standing.INVITED


def bring(coalition, *rows, attest=""):
    text = "kind,name,email\n" + "\n".join(rows) + "\n"
    with transaction(coalition.engine) as session:
        read = read_signatories(text.encode(), attested=bool(attest))
        return import_signatories(
            session, coalition.keyring, SLUG, read, attest=attest, by="test", now=coalition.now
        )


def test_what_was_agreed_elsewhere_counts_although_the_name_was_invited_or_squatted(coalition):
    coalition.open(letter_file())
    bring(coalition, "organization,Invited House,house@members.example")
    coalition.sign("Squatted House", email="stranger@else.example")

    report = bring(
        coalition, "organization,Invited House,", "organization,Squatted House,", attest="by phone"
    )

    assert (report.agreed, report.known) == (2, 0)
    assert coalition.counts().organizations == 2
    coalition.deliver_mail().confirm(coalition.newest_token("confirm"))
    assert coalition.counts().organizations == 2


def test_who_was_declined_is_looked_at_again(coalition):
    collected(coalition, "Troll House")
    with reading(coalition.engine) as session:
        (row,) = all_signatures(session, coalition.campaign())
    with transaction(coalition.engine) as session:
        decide(session, coalition.keyring, SLUG, [row.id], act="decline", by="test", now=coalition.now)

    coalition.sign_and_confirm("Troll House")

    assert standings(coalition) == [Standing.HELD]
    assert coalition.counts().signatories == 0


def test_the_unconfirmed_see_no_names_that_are_for_signatories(coalition):
    collected(coalition, "Lake Alliance", more=f'names_shown = "to_signatories"\n{EVERYONE}')
    coalition.sign("Curious House").deliver_mail()

    with reading(coalition.engine) as session:
        token = coalition.newest_token("confirm")
        before = look_at_confirmation(session, coalition.keyring, token=token, now=coalition.now)
    coalition.confirm(token)
    with reading(coalition.engine) as session:
        after = look_at_confirmation(session, coalition.keyring, token=token, now=coalition.now)

    assert "Lake Alliance" not in before.letter.letter_html
    assert "Lake Alliance" in after.letter.letter_html


def test_what_is_confirmed_is_what_was_shown(coalition):
    coalition.open(letter_file(more=EVERYONE))
    person = {"kind": Kind.PERSON, "email": "ada@home.example"}
    coalition.sign("Ada Example", visibility=Visibility.COUNTED, **person).deliver_mail()
    token = coalition.newest_token("confirm")
    with reading(coalition.engine) as session:
        seen = look_at_confirmation(session, coalition.keyring, token=token, now=coalition.now).seen
    coalition.sign("Ada Example", visibility=Visibility.PUBLIC, position="Agent", **person)

    with pytest.raises(Refused, match="has changed since"), transaction(coalition.engine) as session:
        confirm(session, coalition.keyring, token=token, opened=showing(seen), now=coalition.now)
    assert coalition.counts().signatories == 0


def test_a_reminder_comes_once_for_a_deadline_and_again_for_a_new_one(coalition):
    coalition.open(letter_file(more=EVERYONE)).sign("Slow House").deliver_mail()
    lead = timedelta(hours=1)

    def remind():
        with transaction(coalition.engine) as session:
            return remind_due(session, coalition.keyring, lead=lead, now=coalition.now)

    def go_to(before):
        coalition.now = coalition.campaign().deadline_at - before

    # Here the reminders of a letter's thirds come, of which this does not tell.
    go_to(2 * lead)
    remind()
    assert remind() == 0
    go_to(lead)
    assert [remind(), remind()] == [1, 0]
    coalition.close()
    reopen(coalition)
    go_to(2 * lead)
    remind()
    assert remind() == 0
    go_to(lead)
    assert [remind(), remind()] == [1, 0]


def test_one_name_from_two_mailboxes_at_once_is_two_claims_and_no_error(coalition):
    coalition.open(letter_file(more=EVERYONE))
    wrong = []

    def sign(number):
        try:
            coalition.sign("Big Org", email=f"office{number}@members.example")
        except Exception as error:  # noqa: BLE001 -- whatever a thread raises is shown below
            wrong.append(error)

    threads = [threading.Thread(target=sign, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    coalition.deliver_mail()
    assert len(coalition.mails()) == 4
    for token in coalition.tokens("confirm"):
        coalition.confirm(token)
    assert coalition.counts().organizations == 1
