"""What a signatory does to its own sign-on holds at once, everywhere, and for good; on each database."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from service.campaigns.queries import released_edition
from service.delivery.copies import letter_today
from service.delivery.follow import follow_deliveries
from service.delivery.release import release
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import RootKey
from service.letter.copy import make_copy
from service.letter.document import make_document
from service.letter.render_text import render_text
from service.model.audit_event import AuditEvent
from service.model.consent import Consent, Occasion
from service.model.link_request import LinkRequest
from service.model.link_token import LinkToken, Purpose
from service.model.message import Message, MessageKind
from service.model.signature import HeldReason, Kind, Standing, Visibility, standing
from service.model.states import SignatureState
from service.signing.abuse.small_forms import Asking
from service.signing.decide import decide
from service.signing.fresh_link import ask_for_link, send_asked_links
from service.signing.line import change_line
from service.signing.listing import list_signatories
from service.signing.mail_wishes import MailWishes, change_mail
from service.signing.own_data import own_data
from service.signing.page import letter_view, shown_counts
from service.signing.roll import frozen_letter
from service.store.links import find_link
from service.store.transaction import reading, transaction, trial
from tests.coalition import OUTWARD, SLUG, Coalition, letter_file
from tests.promises.holder import Holder, holder_of

EVERYONE = 'admit = "everyone"'
PRESS = '[[recipients]]\nrole = "press"\nname = "The Daily Example"\nemails = ["news@daily.example"]\n'


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    """Give an open letter with two organizations and one person, all counted."""
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more=EVERYONE, tables=PRESS))
    coalition.sign_and_confirm("Lake Alliance", email="office@lake.example")
    coalition.sign_and_confirm("River Watch")
    person = {"kind": Kind.PERSON, "visibility": Visibility.PUBLIC, "email": "tenzin@valley.example"}
    return coalition.sign_and_confirm("Tenzin Example", **person)


@pytest.fixture
def lake(coalition: Coalition) -> Holder:
    return holder_of(coalition, "Lake Alliance")


@pytest.fixture
def tenzin(coalition: Coalition) -> Holder:
    return holder_of(coalition, "Tenzin Example")


def send(coalition: Coalition) -> Coalition:
    coalition.close().propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    return coalition


def page_of(coalition: Coalition) -> str:
    with reading(coalition.engine) as session:
        view = letter_view(session, coalition.keyring, coalition.campaign(), now=coalition.now)
        return view.letter_html


def page_count(coalition: Coalition) -> int:
    with reading(coalition.engine) as session:
        shown = shown_counts(session, coalition.keyring, coalition.campaign(), now=coalition.now)
    assert shown is not None
    return shown.signatories


def later_copy(coalition: Coalition, audience: str) -> str:
    with reading(coalition.engine) as session:
        edition = released_edition(session, coalition.campaign())
        assert edition is not None
        letter = letter_today(session, coalition.keyring, coalition.campaign(), edition)
        return render_text(make_document(make_copy(letter, audience=audience, office=None)))


def frozen_names(coalition: Coalition) -> list[str]:
    with reading(coalition.engine) as session:
        edition = released_edition(session, coalition.campaign())
        assert edition is not None
        return sorted(entry.name for entry in frozen_letter(session, coalition.keyring, edition).roll)


# Leaving, and thinking again


def test_who_withdraws_is_out_of_the_count_at_once_and_back_by_the_same_link(
    coalition: Coalition, lake: Holder
) -> None:
    before = lake.row()

    lake.withdraw()
    lake.withdraw()
    assert coalition.counts().signatories == 2

    coalition.wait(hours=23, minutes=59)
    lake.undo()
    view = lake.undo()

    assert coalition.counts().signatories == 3
    assert view.counts
    after = lake.row()
    assert (after.accepted_at, after.confirmed_at) == (before.accepted_at, before.confirmed_at)


@pytest.mark.parametrize("hours", [24, 25, 1000])
def test_after_a_day_a_withdrawal_stays(coalition: Coalition, lake: Holder, hours: int) -> None:
    lake.withdraw()
    coalition.wait(hours=hours)

    with pytest.raises(Refused, match="24 hours"):
        lake.undo()

    assert lake.look().undo_until is None
    assert coalition.counts().signatories == 2


def test_a_withdrawal_stays_once_the_letter_was_released(coalition: Coalition, lake: Holder) -> None:
    lake.withdraw()
    send(coalition)

    with pytest.raises(Refused, match="gone out"):
        lake.undo()


def test_undoing_gives_back_no_more_than_there_was(engine: Engine, root: RootKey, noon: datetime) -> None:
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "each"'))
    coalition.sign_and_confirm("Lake Alliance")
    lake = holder_of(coalition, "Lake Alliance")

    lake.withdraw()
    lake.undo()

    with reading(engine):
        assert standing(lake.row(), coalition.campaign()) is Standing.AWAITING_ACCEPTANCE


def test_who_signs_again_after_leaving_is_confirmed_and_accepted_anew(
    coalition: Coalition, lake: Holder
) -> None:
    lake.withdraw()
    coalition.sign("Lake Alliance", email="office@lake.example")

    row = lake.row()

    assert row.state is SignatureState.PENDING
    assert (row.accepted_at, row.confirmed_at) == (None, None)
    assert coalition.counts().signatories == 2


# How the name appears


def test_a_change_is_shown_before_it_is_kept_and_then_kept(coalition: Coalition, tenzin: Holder) -> None:
    view = tenzin.look()
    given = replace(view.party, position="Hydrologist")
    with trial(coalition.engine) as session:
        shown = change_line(
            session, coalition.keyring, token=tenzin.token(), given=given, seen=view.seen, now=coalition.now
        )
    assert (shown.before, shown.after) == ("Tenzin Example", "Tenzin Example, Hydrologist")
    assert tenzin.look().printed_line == "Tenzin Example"

    kept = tenzin.change(position="Hydrologist")

    assert kept.after == tenzin.look().printed_line == "Tenzin Example, Hydrologist"
    assert coalition.counts().signatories == 3


def test_an_organization_under_another_name_waits_for_a_look(coalition: Coalition, lake: Holder) -> None:
    assert lake.change(name="LAKE alliance").goes_to_review is False
    assert coalition.counts().signatories == 3

    assert lake.change(name="Ocean Alliance").goes_to_review is True

    assert lake.row().held_reason is HeldReason.CHANGED_NAME
    assert coalition.counts().signatories == 2
    with transaction(coalition.engine) as session:
        decide(session, coalition.keyring, SLUG, [lake.row_id], act="release", by="test", now=coalition.now)
    assert coalition.counts().signatories == 3
    assert holder_of(coalition, "Ocean Alliance").row_id == lake.row_id


def test_a_name_that_another_holds_is_a_second_claim_and_looks_like_any_other(
    coalition: Coalition, lake: Holder
) -> None:
    taken = lake.change(name="River Watch")

    assert lake.row().held_reason is HeldReason.SECOND_CLAIM
    assert coalition.counts().organizations == 1
    free = holder_of(coalition, "Tenzin Example").change(name="Somebody Quite Else")
    assert (taken.goes_to_review, taken.changes_anything) == (free.goes_to_review, free.changes_anything)
    with (
        pytest.raises(Refused, match="decline that one first"),
        transaction(coalition.engine) as session,
    ):
        decide(session, coalition.keyring, SLUG, [lake.row_id], act="release", by="test", now=coalition.now)


def test_a_mailbox_cannot_give_one_name_to_two_of_its_sign_ons(coalition: Coalition, tenzin: Holder) -> None:
    coalition.sign_and_confirm(
        "Dolma Example", kind=Kind.PERSON, visibility=Visibility.PUBLIC, email="tenzin@valley.example"
    )

    with pytest.raises(Refused, match="another sign-on of that name"):
        tenzin.change(name="Dolma Example")

    assert coalition.counts().individuals == 2


def test_a_form_from_before_another_change_must_be_looked_at_again(
    coalition: Coalition, tenzin: Holder
) -> None:
    view = tenzin.look()
    tenzin.change(position="Hydrologist")

    with pytest.raises(Refused, match="changed in the meantime"):
        tenzin.act(change_line, given=view.party, seen=view.seen)


def test_the_line_rests_while_the_letter_is_being_approved_but_a_name_can_be_hidden(
    coalition: Coalition, lake: Holder
) -> None:
    coalition.close().propose()

    with pytest.raises(Refused, match="being approved"):
        lake.change(qualifier="on behalf of its members")
    assert lake.look().may_hide
    lake.hide()

    coalition.approve_all()
    with (
        pytest.raises(Refused, match="changed how they are named"),
        transaction(coalition.engine) as session,
    ):
        release(session, coalition.keyring, SLUG, OUTWARD, by="test", now=coalition.now)
    assert "Lake Alliance" not in [
        entry.name for entry in coalition.propose().letter.roll if entry.shown == "public"
    ]


# After the letter was sent


@pytest.mark.parametrize("leave", ["withdraw", "hide", "erase"])
def test_after_sending_a_name_leaves_page_and_later_copies_and_the_edition_stays(
    coalition: Coalition, lake: Holder, leave: str
) -> None:
    send(coalition)
    fingerprint = frozen_names(coalition)

    getattr(lake, leave)()

    coalition.publish()
    counted = 2 if leave == "withdraw" else 3
    assert page_count(coalition) == counted
    for output in (page_of(coalition), later_copy(coalition, "public"), later_copy(coalition, "full")):
        assert "Lake Alliance" not in output
        assert "River Watch" in output
    assert frozen_names(coalition) == fingerprint


def test_nobody_is_shown_more_widely_than_the_letter_that_was_approved(
    engine: Engine, root: RootKey, noon: datetime
) -> None:
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more=EVERYONE))
    coalition.sign_and_confirm("Lake Alliance", visibility=Visibility.RECIPIENT)
    coalition.sign_and_confirm("River Watch")
    send(coalition)
    lake = holder_of(coalition, "Lake Alliance")
    with pytest.raises(Refused, match="gone out"):
        lake.change(visibility=Visibility.PUBLIC)

    coalition.publish()

    assert "Lake Alliance" not in page_of(coalition)
    assert page_count(coalition) == 2


def test_a_correction_is_asked_only_where_there_is_one_and_the_secretariat_sees_it(
    coalition: Coalition, lake: Holder
) -> None:
    with pytest.raises(Refused):
        lake.correct()
    send(coalition)
    with pytest.raises(Refused):
        lake.correct()

    lake.hide()
    lake.correct()

    assert lake.look().correction_asked
    with reading(coalition.engine) as session:
        listed = list_signatories(session, coalition.keyring, coalition.campaign())
    assert [row["name"] for row in listed if row["correction_asked_at"]] == ["Lake Alliance"]
    lake.correct(wanted=False)
    assert not lake.look().correction_asked


# Erasing


def test_erasing_leaves_nothing_of_a_person(coalition: Coalition, lake: Holder) -> None:
    was = lake.row()

    lake.erase()
    view = lake.erase()

    row = lake.row()
    assert view.erased
    assert (row.name, row.details, row.email, row.condition) == (b"", b"", None, None)
    assert row.name_index != was.name_index
    assert row.email_index != was.email_index
    assert coalition.counts().signatories == 2
    with pytest.raises(Refused, match="erased"):
        lake.undo()
    with reading(coalition.engine) as session:
        purposes = {
            link.purpose for link in session.exec(select(LinkToken).where(LinkToken.row_id == row.id))
        }
        waiting = session.exec(select(Message).where(Message.recipient_ref == row.id)).all()
    assert purposes == {Purpose.MANAGE}
    assert not [message for message in waiting if message.state.value in {"queued", "held", "claimed"}]


def test_who_erased_may_sign_again_as_if_for_the_first_time(coalition: Coalition, lake: Holder) -> None:
    lake.erase()

    coalition.sign_and_confirm("Lake Alliance", email="other@lake.example")

    assert coalition.counts().signatories == 3
    assert holder_of(coalition, "Lake Alliance").row_id != lake.row_id


def test_a_letter_that_was_sent_goes_on_to_count_who_erased_and_not_who_withdrew_first(
    coalition: Coalition, lake: Holder, tenzin: Holder
) -> None:
    send(coalition).publish()

    lake.erase()
    assert page_count(coalition) == 3

    tenzin.withdraw()
    tenzin.erase()
    assert page_count(coalition) == 2
    assert tenzin.row().name == b""


# Consents, data, mail


def test_every_answer_is_kept_with_its_wording_and_its_moment(coalition: Coalition, tenzin: Holder) -> None:
    coalition.wait(hours=1)
    tenzin.change(visibility=Visibility.COUNTED)
    coalition.wait(hours=1)
    tenzin.act(change_mail, wishes=MailWishes(language="fr", wants_news=True, discreet=False))
    tenzin.act(change_mail, wishes=MailWishes(language="es", wants_news=True, discreet=False))

    with reading(coalition.engine) as session:
        found = select(Consent).where(Consent.signature_id == tenzin.row_id).order_by(Consent.at)
        kept = [
            (one.occasion, one.visibility, one.wants_news, bool(one.wording)) for one in session.exec(found)
        ]
    assert kept == [
        (Occasion.FORM, Visibility.PUBLIC, False, True),
        (Occasion.CHANGE, Visibility.COUNTED, False, True),
        (Occasion.CHANGE, Visibility.COUNTED, True, True),
    ]
    assert tenzin.row().language == "es"


def test_discreet_mail_can_be_asked_for_and_left_again_and_its_moment_is_kept(
    coalition: Coalition, tenzin: Holder
) -> None:
    for discreet in (True, True, False):
        coalition.wait(hours=1)
        tenzin.act(change_mail, wishes=MailWishes(language="en", wants_news=False, discreet=discreet))
        assert tenzin.row().discreet is discreet

    with reading(coalition.engine) as session:
        found = select(Consent.occasion).where(Consent.signature_id == tenzin.row_id).order_by(Consent.at)
        assert session.exec(found).all() == [Occasion.FORM, Occasion.CHANGE, Occasion.CHANGE]


def test_the_data_of_a_sign_on_hold_what_it_gave_and_no_notes_about_it(
    coalition: Coalition, tenzin: Holder
) -> None:
    with reading(coalition.engine) as session:
        data = own_data(session, coalition.keyring, token=tenzin.token(), now=coalition.now)

    assert data["sign_on"]["name"] == "Tenzin Example"
    assert data["sign_on"]["email"] == "tenzin@valley.example"
    assert not {"note", "chaser"} & set(data["sign_on"])
    assert [answer["where"] for answer in data["answers"]] == ["form"]
    assert {mail["kind"] for mail in data["mails"]} == {"confirm", "thanks"}


def test_what_a_signatory_did_is_in_the_audit_trail_by_its_id_alone(
    coalition: Coalition, lake: Holder
) -> None:
    lake.change(qualifier="on behalf of its members")
    lake.withdraw()
    lake.undo()
    lake.erase()

    with reading(coalition.engine) as session:
        found = select(AuditEvent).where(AuditEvent.thing == lake.row_id).order_by(AuditEvent.id)
        events = session.exec(found).all()
    assert [event.act for event in events] == [
        "signature.line",
        "signature.withdraw",
        "signature.undo",
        "signature.erase",
    ]
    assert {event.actor for event in events} == {"signatory"}


# A fresh link


def ask(coalition: Coalition, email: str) -> None:
    with transaction(coalition.engine) as session:
        ask_for_link(
            session,
            coalition.keyring,
            slug=SLUG,
            key=coalition.key(),
            email=email,
            asking=Asking(address=None),
            now=coalition.now,
        )


def answer(coalition: Coalition) -> int:
    with transaction(coalition.engine) as session:
        return send_asked_links(session, coalition.keyring, now=coalition.now)


def test_a_link_goes_to_the_mailbox_on_record_and_whoever_asks_leaves_the_same_trace(
    coalition: Coalition, lake: Holder
) -> None:
    coalition.deliver_mail()
    mails = len(coalition.mails())
    for email in ("office@lake.example", "nobody@else.example", "Office@LAKE.example"):
        ask(coalition, email)
    with reading(coalition.engine) as session:
        assert len(session.exec(select(LinkRequest)).all()) == 2

    assert answer(coalition) == 1
    assert answer(coalition) == 0

    coalition.deliver_mail()
    assert [mail.to for mail in coalition.mails()[mails:]] == ["office@lake.example"]
    assert f"/manage/{lake.token()}" in coalition.mails()[-1].text
    with reading(coalition.engine) as session:
        assert session.exec(select(LinkRequest)).all() == []


def test_a_mailbox_is_not_flooded_with_links(coalition: Coalition, lake: Holder) -> None:
    posted = 0
    for _ in range(6):
        ask(coalition, "office@lake.example")
        posted += answer(coalition)
        coalition.wait(minutes=10)

    assert posted == 3
    coalition.wait(hours=24)
    ask(coalition, "office@lake.example")
    assert answer(coalition) == 1


def test_a_link_that_is_over_lives_again_when_it_is_asked_for(coalition: Coalition, lake: Holder) -> None:
    coalition.wait(days=500)
    with pytest.raises(NotFound):
        lake.look()

    ask(coalition, "office@lake.example")
    answer(coalition)

    assert lake.look().name == "Lake Alliance"


def test_who_has_not_confirmed_gets_the_confirming_mail_again_and_no_link(coalition: Coalition) -> None:
    coalition.sign("Dale Union", email="office@dale.example")
    ask(coalition, "office@dale.example")
    coalition.wait(minutes=1)

    answer(coalition)

    row_id = holder_of(coalition, "Dale Union").row_id
    with reading(coalition.engine) as session:
        kinds = [
            message.kind for message in session.exec(select(Message).where(Message.recipient_ref == row_id))
        ]
    assert kinds == [MessageKind.CONFIRM, MessageKind.CONFIRM]


def test_nobody_gets_a_link_to_what_was_erased(coalition: Coalition, lake: Holder) -> None:
    lake.erase()
    ask(coalition, "office@lake.example")

    assert answer(coalition) == 0


def test_the_link_opens_the_erased_page_and_no_other_link_does(coalition: Coalition, lake: Holder) -> None:
    confirming = lake.token(Purpose.CONFIRM)
    lake.erase()

    assert lake.look().erased
    with pytest.raises(NotFound), reading(coalition.engine) as session:
        find_link(session, confirming, Purpose.CONFIRM)
