"""A letter whose mail is stopped sends none, also not what a sender holds; one that is tried writes to its team alone."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from service.campaigns import life
from service.campaigns.going_live import go_live
from service.campaigns.halt import ask_to_end_emergency, begin_emergency, end_emergency
from service.coordinators.backing import make_sheet
from service.coordinators.second_look import decide_look
from service.coordinators.trial import diverting
from service.foundation.errors import Refused
from service.mail.moves import Fenced, pass_fence
from service.mail.outbox import move_message
from service.model.message import Message, MessageKind
from service.model.second_look import Verdict
from service.model.signature import Kind, Visibility
from service.model.states import MessageState
from service.signing.party import SignOn
from service.signing.sign import sign
from service.store.claim import claim_messages
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import add_colleague
from tests.promises.test_look_alikes import invite
from tests.reminding import remind_due

OTHER, MINUTE = "other-letter", timedelta(minutes=1)


@pytest.fixture
def coalition(engine, root, noon):
    return Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))


def stop(coalition):
    with transaction(coalition.engine) as session:
        begin_emergency(session, SLUG, by="test", now=coalition.now)


def end(coalition):
    with transaction(coalition.engine) as session:
        look = ask_to_end_emergency(session, SLUG, by="ada", now=coalition.now)
        campaign_id, look_id = look.campaign_id, look.id
    with transaction(coalition.engine) as session:
        decide_look(
            session, look_id, campaign_id=campaign_id, verdict=Verdict.APPROVED, by="ben", now=coalition.now
        )
        end_emergency(session, SLUG, look_id, by="ben", now=coalition.now)


def states(coalition):
    with reading(coalition.engine) as session:
        return [one.state for one in session.exec(select(Message).order_by(Message.id)).all()]


def test_an_invitation_that_met_a_closed_letter_goes_once_the_slip_is_undone(coalition):
    invite(coalition, "organization,Lac,lac@lac.example")
    coalition.close().deliver_mail()
    assert (states(coalition), coalition.mails()) == ([MessageState.HELD], [])

    with transaction(coalition.engine) as session:
        life.reopen(session, SLUG, until=coalition.now + timedelta(days=3), by="test", now=coalition.now)
    coalition.deliver_mail()

    assert [mail.to for mail in coalition.mails()] == ["lac@lac.example"]


def test_what_a_sender_holds_does_not_pass_its_fence_once_its_letter_is_stopped(coalition):
    coalition.sign("Lake Alliance")
    with transaction(coalition.engine) as session:
        taken = claim_messages(
            session,
            owner="sender",
            now=coalition.now,
            lease=MINUTE,
            most=10,
            make_message_id=lambda key: f"<{key}@test>",
        )
    assert len(taken) == 1
    stop(coalition)

    fenced = [Fenced(row=taken[0], content_sha256="0" * 64, destination="x")]
    with transaction(coalition.engine) as session:
        passed = pass_fence(
            session.connection(), fenced, owner="sender", until=coalition.now + MINUTE, now=coalition.now
        )
    assert (list(passed), states(coalition)) == ([], [MessageState.HELD])


def test_what_waits_is_held_and_goes_once_it_is_over(coalition):
    coalition.sign("Lake Alliance")
    stop(coalition)
    assert coalition.deliver_mail().mails() == []
    assert states(coalition) == [MessageState.HELD]

    end(coalition)

    assert len(coalition.deliver_mail().mails()) == 1


def test_what_was_held_for_another_reason_stays_held(coalition):
    coalition.sign("Lake Alliance")
    with transaction(coalition.engine) as session:
        session.execute(text("UPDATE message SET state = 'held'"))
    stop(coalition)
    end(coalition)

    assert coalition.deliver_mail().mails() == []


@pytest.mark.parametrize("was_it_looked_at_in_time", [True, False])
def test_what_waited_longer_than_its_life_goes_once_it_is_over(coalition, was_it_looked_at_in_time):
    coalition.sign("Lake Alliance")
    stop(coalition)
    if was_it_looked_at_in_time:
        coalition.deliver_mail()
    coalition.wait(days=3).deliver_mail()
    assert states(coalition) == [MessageState.HELD]

    end(coalition)

    assert len(coalition.deliver_mail().mails()) == 1


def test_what_would_be_of_no_use_any_more_does_not_go_once_it_is_over(coalition):
    coalition.sign("Lake Alliance")
    stop(coalition)
    coalition.deliver_mail()
    coalition.now = coalition.campaign().deadline_at + timedelta(days=30)
    end(coalition)

    assert coalition.deliver_mail().mails() == []
    assert states(coalition) == [MessageState.EXPIRED]


def test_what_is_held_for_another_reason_since_an_earlier_emergency_stays_held(coalition):
    coalition.sign("Lake Alliance")
    stop(coalition)
    coalition.deliver_mail()
    end(coalition)
    with transaction(coalition.engine) as session:
        (message,) = session.exec(select(Message)).all()
        move_message(session, message, MessageState.HELD, reason="another", now=coalition.now)
    coalition.wait(minutes=5)
    stop(coalition)
    end(coalition)

    assert states(coalition) == [MessageState.HELD]


def test_mail_of_other_letters_goes_on(coalition):
    other = letter_file(more='access = "public"').replace(SLUG.encode(), OTHER.encode())
    coalition.load(other).sign("Lake Alliance").sign("Second House")
    with transaction(coalition.engine) as session:
        life.freeze(session, coalition.keyring, OTHER, by="test", now=coalition.now)
        life.open_for_signing(session, OTHER, by="test", now=coalition.now)
        given = SignOn(
            kind=Kind.ORGANIZATION, name="Third House", email="t@other.example", visibility=Visibility.PUBLIC
        )
        sign(session, coalition.keyring, slug=OTHER, key="", sign_on=given, now=coalition.now)
    stop(coalition)

    assert [mail.to for mail in coalition.deliver_mail().mails()] == ["t@other.example"]


def tried(coalition):
    with transaction(coalition.engine) as session:
        session.execute(text("UPDATE campaign SET trial_since = created_at"))


def test_mail_to_many_is_turned_to_the_team_too(coalition):
    coalition.sign("Lake Alliance").sign("Second House").deliver_mail()
    owner, before = add_colleague(coalition), len(coalition.mails())
    tried(coalition)
    coalition.divert = diverting(coalition.keyring.desk)
    coalition.now = coalition.campaign().deadline_at - timedelta(hours=20)
    with transaction(coalition.engine) as session:
        remind_due(session, coalition.keyring, lead=timedelta(days=1), now=coalition.now)

    new = coalition.deliver_mail().mails()[before:]

    assert {mail.to for mail in new} == {owner.email}
    with reading(coalition.engine) as session:
        kinds = {one.kind for one in session.exec(select(Message)).all()}
    assert MessageKind.REMINDER in kinds


def test_without_anybody_to_turn_it_to_it_is_held(coalition):
    tried(coalition)
    coalition.sign("Lake Alliance")

    assert coalition.deliver_mail().mails() == []
    assert states(coalition) == [MessageState.HELD]


def test_what_was_confirmed_in_trial_needs_a_look_once_it_is_live(coalition):
    coalition.sign_and_confirm("Lake Alliance").wait(minutes=1)
    add_colleague(coalition)
    with transaction(coalition.engine) as session:
        session.execute(text("UPDATE campaign SET trial_since = :now"), {"now": coalition.now})
    coalition.divert = diverting(coalition.keyring.desk)
    coalition.wait(minutes=1).sign_and_confirm("Second House")
    coalition.sign("Third House").deliver_mail()
    assert coalition.counts().signatories == 2

    with transaction(coalition.engine) as session:
        letter = coalition.campaign().id
        make_sheet(session, coalition.keyring.desk, campaign_id=letter, by="test", now=coalition.now)
        go_live(session, SLUG, by="test", now=coalition.now)

    assert coalition.counts().signatories == 1
    # The team had the mail of the third: its link may be pressed, and it counts no more than the second.
    coalition.confirm(coalition.newest_token("confirm"))
    assert coalition.counts().signatories == 1


def test_in_trial_no_approver_is_asked_and_no_office_written_to(coalition):
    coalition.sign_and_confirm("Lake Alliance").deliver_mail().close()
    coalition.propose()
    add_colleague(coalition)
    tried(coalition)
    coalition.divert = diverting(coalition.keyring.desk)
    before = len(coalition.mails())

    assert len(coalition.deliver_mail().mails()) == before
    with pytest.raises(Refused, match="in trial"):
        coalition.release()
