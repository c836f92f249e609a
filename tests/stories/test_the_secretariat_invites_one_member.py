"""As a secretariat I invite one member by a short form, in time or late, and hear where it is a member already."""

import pytest
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.coordinators.permissions import ROLES_OF, Act
from service.model.schedule import Action, Schedule
from service.model.signature import Signature, Visibility
from service.model.states import ScheduleState, SignatureState
from service.model.suppression import Suppression, SuppressionReason
from service.schedules.invitations import invitation
from service.schedules.opening import invite_at_opening
from service.signing.party import email_index
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.promises.test_no_mail_to_a_domain import silence
from tests.stories.visitor import Door, Visitor, words_of

ENTRIES = {"name": "Dale Union", "kind": "organization", "email": "office@dale.example", "language": "fr"}
LETTER = letter_file(more='admit = "everyone"')
KNOWN = "known to the letter already"


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load(LETTER)


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def rows(coalition: Coalition) -> list[Signature]:
    with reading(coalition.engine) as session:
        return list(session.exec(select(Signature).order_by(Signature.id)).all())


def mails_to(coalition: Coalition, address: str) -> int:
    coalition.deliver_mail()
    return sum(address in mail.to for mail in coalition.mails())


def test_one_is_invited_in_their_language_and_signs_by_the_link(
    coalition: Coalition, door: Door, olga: AtTheDesk
) -> None:
    coalition.open(LETTER)

    sent = olga.send("members/new", ENTRIES, having="email")

    assert "the invitation is on its way" in words_of(olga.follow(sent))
    assert mails_to(coalition, "office@dale.example") == 1
    [row] = rows(coalition)
    assert row.invited
    assert row.state is SignatureState.INVITED
    assert "Dale Union" in words_of(olga.open("members"))
    page = Visitor(door.app()).open(f"/invitation/{coalition.newest_token('invitation')}")
    assert 'lang="fr"' in page.text


def test_its_invitation_is_not_counted_at_the_time_of_the_others_and_that_is_said(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    coalition.open(LETTER)
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        invite_at_opening(session, coalition.keyring, campaign, now=coalition.now)
    olga.send("members/new", ENTRIES, having="email")
    coalition.deliver_mail()
    with reading(coalition.engine) as session:
        row = session.exec(select(Schedule.id).where(Schedule.action == Action.INVITE)).one()

    assert "0 at its time; the page of the sending counts whoever was invited one by one too" in words_of(
        olga.open("sends")
    )
    page = words_of(olga.open(f"sends/{row}"))
    assert "1 of 1 have gone. Whoever was invited one by one is counted here too." in page


def test_who_is_only_invited_has_not_chosen_how_to_be_named(
    coalition: Coalition, olga: AtTheDesk, door: Door
) -> None:
    coalition.open(LETTER).sign("Lake Alliance", visibility=Visibility.COUNTED)
    olga.send("members/new", ENTRIES, having="email")
    page = next(f"signatories/{row.id}" for row in rows(coalition) if row.invited)

    assert "Nothing chosen yet" in words_of(olga.open("signatories?stands=invited"))
    assert "Nothing chosen yet" in words_of(olga.open(page))
    assert "Dale Union" not in words_of(olga.open("signatories?named=counted"))
    assert "Lake Alliance" in words_of(olga.open("signatories?named=counted"))


def test_who_is_on_the_list_already_is_shown_and_hears_nothing(coalition: Coalition, olga: AtTheDesk) -> None:
    coalition.open(LETTER)
    olga.send("members/new", ENTRIES, having="email")

    again = olga.send("members/new", ENTRIES | {"name": "DALE  UNION"}, having="email")

    assert KNOWN in words_of(olga.follow(again))
    assert len(rows(coalition)) == 1
    assert mails_to(coalition, "office@dale.example") == 1


def test_who_signed_by_the_open_page_is_shown_where_it_stands(coalition: Coalition, olga: AtTheDesk) -> None:
    coalition.open(LETTER).sign("Lake Alliance", email="lake@alliance.example")

    sent = olga.send(
        "members/new", {"name": "Lake Alliance", "email": "other@elsewhere.example"}, having="email"
    )

    assert "/signatories/" in sent.location
    assert KNOWN in words_of(olga.follow(sent))
    assert mails_to(coalition, "other@elsewhere.example") == 0


def test_a_mailbox_that_has_signed_under_another_name_is_told_of_once(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    coalition.open(LETTER).sign("Lake Alliance", email=ENTRIES["email"])
    coalition.sign("Hill Union", email="hill@union.example")

    told = olga.send("members/new", ENTRIES, having="email")

    assert told.status_code == 422
    assert "Somebody has signed from this mailbox already, under another name." in words_of(told)
    first, second = rows(coalition)
    assert f"/signatories/{first.id}" in told.text
    form = form_of(told, having="nevertheless")
    assert dict(form.filled({}))["name"] == ENTRIES["name"]
    # It was said of this mailbox: another one is told of anew.
    other = olga.post(
        "members/new", {**dict(form.filled({"nevertheless": "yes"})), "email": "hill@union.example"}
    )
    assert other.status_code == 422
    assert f"/signatories/{second.id}" in other.text
    assert "checked" not in other.text.partition('name="nevertheless"')[2].partition(">")[0]
    assert len(rows(coalition)) == 2

    sent = olga.post("members/new", dict(form.filled({"nevertheless": "yes"})))

    assert "the invitation is on its way" in words_of(olga.follow(sent))
    assert [row.invited for row in rows(coalition)] == [False, False, True]


def test_who_was_only_invited_from_a_mailbox_is_no_reason_to_ask(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    coalition.open(LETTER)
    olga.send("members/new", ENTRIES, having="email")

    sent = olga.send("members/new", ENTRIES | {"name": "Hill Union"}, having="email")

    assert "the invitation is on its way" in words_of(olga.follow(sent))


def test_who_may_not_see_contacts_is_told_nothing_of_a_mailbox(
    coalition: Coalition, olga: AtTheDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    coalition.open(LETTER).sign("Lake Alliance", email=ENTRIES["email"])
    monkeypatch.setitem(ROLES_OF, Act.SEE_CONTACTS, frozenset())

    sent = olga.send("members/new", ENTRIES, having="email")

    assert "the invitation is on its way" in words_of(olga.follow(sent))


def test_to_a_domain_that_is_listed_no_invitation_is_said_to_go(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    coalition.open(LETTER)
    silence(coalition, "dale.example")

    sent = olga.send("members/new", ENTRIES, having="email")

    said = words_of(olga.follow(sent))
    assert "Added to the members. Not sent: no mail of this letter goes to its domain." in said
    assert "on its way" not in said
    assert mails_to(coalition, "office@dale.example") == 0


def test_to_a_domain_that_was_listed_since_nobody_is_asked_once_more(
    coalition: Coalition, olga: AtTheDesk, door: Door
) -> None:
    coalition.open(LETTER)
    page = olga.send("members/new", ENTRIES, having="email").location.partition("?")[0]
    assert mails_to(coalition, "office@dale.example") == 1
    silence(coalition, "dale.example")
    coalition.wait(hours=2)
    olga = AtTheDesk(door.app(), coalition, olga.colleague)

    refused = olga.send(page, to=f"{page}/again")

    assert "Not sent: no mail of this letter goes to its domain." in words_of(
        olga.follow(refused) if refused.status_code == 303 else refused
    )
    assert mails_to(coalition, "office@dale.example") == 1


def test_to_a_domain_that_is_listed_no_late_link_is_said_to_go(coalition: Coalition, olga: AtTheDesk) -> None:
    coalition.open(LETTER).sign_and_confirm("Lake Alliance").close()
    silence(coalition, "dale.example")

    sent = olga.send("members/new", ENTRIES, having="email")

    said = words_of(olga.follow(sent))
    assert "Not sent: no mail of this letter goes to its domain." in said
    assert "A late link is on its way" not in said
    assert mails_to(coalition, "office@dale.example") == 0


def test_before_the_letter_opens_the_invitation_waits(coalition: Coalition, olga: AtTheDesk) -> None:
    sent = olga.send("members/new", ENTRIES, having="email")

    assert "when the letter takes sign-ons" in words_of(olga.follow(sent))
    assert mails_to(coalition, "office@dale.example") == 0


def test_while_invitations_are_paused_nobody_is_told_that_one_goes(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    with transaction(coalition.engine) as session:
        planned = invitation(coalition.campaign(), since=coalition.now, by="test", now=coalition.now)
        planned.state = ScheduleState.PAUSED
        session.add(planned)
    before = olga.send("members/new", ENTRIES, having="email")
    coalition.open(LETTER)
    after = olga.send("members/new", ENTRIES | {"name": "Hill Union"}, having="email")

    for sent in (before, after):
        said = words_of(olga.follow(sent))
        assert "1 added to the members" in said
        assert "when the letter takes sign-ons" not in said
    assert mails_to(coalition, "office@dale.example") == 0


def test_whose_mail_is_stopped_is_not_said_to_be_on_its_way(coalition: Coalition, olga: AtTheDesk) -> None:
    coalition.open(LETTER)
    with transaction(coalition.engine) as session:
        keys = coalition.keyring.of(session, coalition.campaign().id)
        session.add(
            Suppression(
                campaign_id=keys.campaign,
                email_index=email_index(keys, ENTRIES["email"]),
                reason=SuppressionReason.UNSUBSCRIBED,
                created_at=coalition.now,
            )
        )

    sent = olga.send("members/new", ENTRIES, having="email")

    assert sent.status_code == 422
    assert "Mail to this address is stopped" in words_of(sent)
    assert rows(coalition) == []


def test_after_the_deadline_one_signs_by_a_late_link_alone(
    coalition: Coalition, door: Door, olga: AtTheDesk
) -> None:
    coalition.open(LETTER).sign_and_confirm("Lake Alliance").close()
    assert "late link" in words_of(olga.open("members/new"))

    sent = olga.send("members/new", ENTRIES, having="email")

    assert "A late link is on its way" in words_of(olga.follow(sent))
    assert mails_to(coalition, "office@dale.example") == 1
    token = coalition.newest_token("invitation")
    assert Visitor(door.app()).open(f"/invitation/{token}").status_code == 200
    late = [row.late_until for row in rows(coalition) if row.late_until]
    assert len(late) == 1


def test_a_late_link_goes_to_who_never_confirmed_but_to_no_other_mailbox(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    coalition.open(LETTER).sign("Lake Alliance", email="lake@alliance.example")
    coalition.deliver_mail().close()
    there = {"name": "Lake Alliance", "kind": "organization"}

    wrong = olga.send("members/new", there | {"email": "other@elsewhere.example"}, having="email")
    assert KNOWN in words_of(olga.follow(wrong))
    assert [row.late_until for row in rows(coalition)] == [None]
    right = olga.send("members/new", there | {"email": "lake@alliance.example"}, having="email")

    assert "A late link is on its way" in words_of(olga.follow(right))
    assert mails_to(coalition, "other@elsewhere.example") == 0
    assert all(row.late_until for row in rows(coalition))


def test_what_is_missing_is_told_beside_its_field_and_a_refusal_keeps_what_was_written(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    coalition.open(LETTER)

    empty = olga.send("members/new", {"name": "…", "email": "nowhere"}, having="email")

    assert empty.status_code == 422
    assert "Enter the name of the member" in words_of(empty)
    assert "email-error" in empty.text
    coalition.sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    late = olga.send("members/new", ENTRIES, having="email")
    assert late.status_code == 422
    assert "Dale Union" in late.text
    assert len(rows(coalition)) == 1
