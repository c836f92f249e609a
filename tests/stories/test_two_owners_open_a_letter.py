"""As two owners we bring a letter from its first form to open: one invites the other with it, and nothing is looked at twice."""

from datetime import UTC, datetime

import pytest
from werkzeug.test import TestResponse

from service.campaigns.contents import open_file
from service.coordinators.trial import diverting
from service.model.coordinator import Role
from service.store.transaction import reading
from tests.coalition import SLUG, Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.stories.test_a_secretariat_begins_a_letter import FORM
from tests.stories.visitor import Door, Visitor, letter_page, words_of

NEW = "/desk/letters/new"
PAUL = "paul@secretariat.example"
WITH_PAUL = {**FORM, "second_owner": PAUL}


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    coalition.divert = diverting(coalition.keyring.desk)
    return coalition


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, None))


def test_the_second_owner_is_invited_with_the_form(coalition: Coalition, olga: AtTheDesk) -> None:
    told = olga.follow(olga.send(NEW, WITH_PAUL, to=NEW))

    assert "the second owner's invitation is on its way" in words_of(told)
    [mail] = coalition.deliver_mail().mails()
    assert (mail.to, "/desk/invitation/" in mail.text) == (PAUL, True)
    assert PAUL in words_of(olga.open("team"))


@pytest.mark.parametrize("address", ["nobody", "olga@secretariat.example"])
def test_who_cannot_be_invited_is_told_at_the_field_and_nothing_is_begun(
    coalition: Coalition, olga: AtTheDesk, address: str
) -> None:
    answer = olga.send(NEW, {**FORM, "second_owner": address}, to=NEW)

    assert (answer.status_code, 'id="second_owner-error"' in answer.text) == (422, True)
    assert f'value="{address}"' in answer.text
    assert olga.open("").status_code == 404
    assert coalition.deliver_mail().mails() == []


def test_an_invitation_asks_for_a_fresh_proof_and_a_letter_alone_does_not(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    olga.mark()
    coalition.wait(minutes=6)

    asked = olga.send(NEW, WITH_PAUL, to=NEW)

    assert asked.status_code == 403
    assert "Show that it is you" in words_of(asked)
    assert olga.open("").status_code == 404
    assert olga.send(NEW, FORM, to=NEW).status_code == 303


def test_whoever_begins_it_is_its_first_approver_by_default(coalition: Coalition, olga: AtTheDesk) -> None:
    mine = {name: value for name, value in FORM.items() if not name.startswith("approver1")}

    olga.send(NEW, mine, to=NEW)

    with reading(coalition.engine) as session:
        first = open_file(session, coalition.keyring, coalition.campaign()).approvers[0]
    assert (first.name, first.email) == (olga.colleague.name, olga.colleague.email)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
@pytest.mark.parametrize("hour", [1, 12, 23])
def test_an_open_letter_takes_sign_ons_whatever_zone_was_chosen(
    coalition: Coalition, door: Door, visitor: Visitor, olga: AtTheDesk, zone: str, hour: int
) -> None:
    coalition.now = datetime(2026, 11, 24, hour, tzinfo=UTC)
    olga = AtTheDesk(door.app(), coalition, olga.colleague)
    wanted = {name: value for name, value in FORM.items() if name not in {"opens", "deadline"}}
    olga.send(NEW, {**wanted, "time_zone": zone}, to=NEW)
    paul = AtTheDesk(door.app(), coalition, add_colleague(coalition, name="Paul Second"))
    finish(olga, paul)

    assert "Send the sign-on" in visitor.open(letter_page(coalition, "/sign", kind="organization")).text


def test_the_second_one_reads_the_letter_where_it_approves(
    coalition: Coalition, door: Door, olga: AtTheDesk
) -> None:
    olga.send(NEW, FORM, to=NEW)
    paul = AtTheDesk(door.app(), coalition, add_colleague(coalition, name="Paul Second"))
    assert 'id="letter"' not in paul.open("life").text
    olga.send("life", to="life/freeze/ask")

    page = words_of(paul.open("life"))

    assert "On behalf of" in page
    assert "Dear President Example," in page
    assert "On behalf of" not in words_of(olga.open("life"))
    auditor = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.AUDITOR, name="Audrey"))
    assert "Approve and make it final" not in words_of(auditor.open("life"))


def test_all_is_measured_at_once_and_two_checks_at_the_desk_are_enough(
    coalition: Coalition, door: Door, olga: AtTheDesk
) -> None:
    olga.send(NEW, FORM, to=NEW)
    assert "Nobody else of the team can check the recipients" in words_of(olga.open("live"))
    paul = AtTheDesk(door.app(), coalition, add_colleague(coalition, name="Paul Second"))
    assert "One recipient is not checked yet" in words_of(olga.open("live"))

    links = olga.open("recipients").text.split(f"{SLUG}/recipients/")[1:]
    key = next(part.partition('"')[0] for part in links if not part.startswith("new"))
    olga.send(f"recipients/{key}", to=f"recipients/{key}/check")
    assert "One recipient is not checked yet" in words_of(olga.open("live"))
    paul.send(f"recipients/{key}", to=f"recipients/{key}/check")
    olga.send("live", to="live/all")

    page = words_of(olga.open("live"))
    assert "Two of you have newly checked each recipient against its source." in page
    assert "A test mail is on its way." in page
    assert "The fonts can print the text and all names there were." in page
    assert [mail.to for mail in coalition.deliver_mail().mails()] == [olga.colleague.email]
    assert door.look_at_sender is None
    assert "no mail can be sent yet" in page
    # A check lasts so long and no longer.
    coalition.wait(days=91)
    later = AtTheDesk(door.app(), coalition, olga.colleague)
    assert "One recipient is not checked yet" in words_of(later.open("live"))


def test_a_letter_without_requests_has_room_for_the_first(coalition: Coalition, olga: AtTheDesk) -> None:
    olga.send(NEW, FORM, to=NEW)
    assert 'name="ask-1"' in olga.open("text").text

    olga.send("text", {"title": "Keep it", "do": "save"}, having="body")
    assert asks(coalition) == ()
    olga.send("text", {"ask-1": "Open the archives.", "do": "save"}, having="body")

    assert asks(coalition) == ("Open the archives.",)
    assert 'name="ask-2"' not in olga.open("text").text


def asks(coalition: Coalition) -> tuple[str, ...]:
    with reading(coalition.engine) as session:
        return tuple(open_file(session, coalition.keyring, coalition.campaign()).letter.asks)


def test_opening_says_from_when_sign_ons_are_taken(coalition: Coalition, door: Door, olga: AtTheDesk) -> None:
    olga.send(NEW, {**FORM, "opens": "2026-11-25T09:00"}, to=NEW)
    paul = AtTheDesk(door.app(), coalition, add_colleague(coalition, name="Paul Second"))

    assert "takes sign-ons from November 25, 2026" in words_of(olga.follow(finish(olga, paul)))


def finish(olga: AtTheDesk, paul: AtTheDesk) -> TestResponse:
    """Make the text final by two, switch the letter live, and open it from the same page."""
    olga.send("life", to="life/freeze/ask")
    paul.send("life", {"verdict": "approved"}, to="life/freeze/decide")
    olga.send("live", to="live")
    return olga.send("live", to="life/open")
