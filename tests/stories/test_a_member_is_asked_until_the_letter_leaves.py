"""As a signatory I can still ask my Member of Congress after the release while the letter waits to leave; then the page says why not."""

import pytest

from service.delivery.release import stop
from service.delivery.steps import edition_may_have_left, may_have_left
from service.model.states import CampaignState, DeliveryState
from service.store.transaction import reading, transaction
from tests.carrying import follow, set_up
from tests.coalition import SLUG, Coalition, letter_file
from tests.constituents import (
    ASKED,
    OFFICE,
    OTHER_OFFICE,
    SECRETS,
    SETTINGS,
    carry_all,
    file_to_members,
    list_offices,
    release,
    rows,
    sendings,
    sign_as_person,
)
from tests.desk import AtTheDesk, add_colleague
from tests.doubles.congress import Trouble, chamber_server, part_of
from tests.stories.test_nothing_is_legible_at_rest import bytes_at_rest, found_in
from tests.stories.visitor import Visitor, form_of, words_of

OVER = "nobody can ask through it any more"
LINK = "Ask your Member to raise this letter"


@pytest.fixture
def house():
    with chamber_server(offices={OFFICE: "", OTHER_OFFICE: ""}) as server:
        yield server


@pytest.fixture
def letter(coalition: Coalition, house) -> Coalition:
    """Give a letter that leaves days after its release."""
    coalition.open(file_to_members("send_at = 2026-12-07T09:00:00"))
    settings = {**SETTINGS, "base": house.base}
    set_up(coalition, "cwc", settings)
    list_offices(coalition, settings, *house.offices)
    return coalition


def ask(visitor: Visitor, own: str, **changes: str):
    return visitor.send(f"{own}/member", {**ASKED, **changes}, having="city")


def leave(letter: Coalition, house) -> None:
    """Let the planned day come, and everything leave."""
    letter.wait(days=14)
    list_offices(letter, {**SETTINGS, "base": house.base}, *house.offices)
    carry_all(letter)
    letter.deliver_mail()
    follow(letter)


@pytest.mark.parametrize("others", [0, 1])
def test_a_message_that_is_asked_for_after_the_release_leaves_with_the_letter(
    letter, visitor, door, house, others
) -> None:
    own = sign_as_person(letter)
    for number in range(others):
        ask(visitor, sign_as_person(letter, f"Pema{number} Example"), first_name="Pema")
    made = release(letter)
    assert LINK in words_of(visitor.open(own))

    answer = ask(visitor, own)

    assert "goes to your Member with the letter, which has not left yet" in words_of(visitor.follow(answer))
    assert not found_in(bytes_at_rest(letter.engine), SECRETS)
    assert carry_all(letter) == 0
    assert house.letters == []
    leave(letter, house)
    assert len(house.letters) == others + 1
    assert {part_of(one, "Recipient/MemberOffice") for one in house.letters} == {OFFICE}
    assert ASKED["first_name"] in {part_of(one, "Constituent/FirstName") for one in house.letters}
    assert len({part_of(one, "Delivery/DeliveryId") for one in house.letters}) == others + 1
    assert {one.state for one in sendings(letter)} == {DeliveryState.ACCEPTED}
    assert {one.details for one in rows(letter)} == {b""}
    assert letter.campaign().state is CampaignState.SENT
    olga = AtTheDesk(door.app(), letter, add_colleague(letter))
    count = f"{others + 1} of {others + 1} message"
    assert count in words_of(olga.open(f"editions/{made[0].edition_id}"))


def test_once_the_letter_has_left_the_page_says_why_nobody_can_ask(letter, visitor, house) -> None:
    own, other = sign_as_person(letter), sign_as_person(letter, "Pema Example")
    ask(visitor, other, first_name="Pema")
    release(letter)
    ready = dict(form_of(visitor.open(f"{own}/member"), having="city").filled(ASKED))
    leave(letter, house)

    shown = words_of(visitor.open(own))
    assert (OVER in shown, LINK in shown) == (True, False)
    page = visitor.open(f"{own}/member")
    assert OVER in words_of(page)
    assert "ZIP code" not in words_of(page)
    late = visitor.post(f"{own}/member", ready)
    assert (late.status_code, OVER in words_of(late)) == (422, True)
    assert len(rows(letter)) == 1
    assert OVER not in words_of(visitor.open(other))


def test_while_the_chamber_is_closed_its_messages_wait_and_one_more_can_be_asked_for(
    letter, visitor, house
) -> None:
    own, other = sign_as_person(letter), sign_as_person(letter, "Pema Example")
    ask(visitor, other, first_name="Pema")
    release(letter)
    house.troubles.append(Trouble(status=503))
    leave(letter, house)
    assert house.letters == []

    assert ask(visitor, own).status_code == 303

    letter.wait(hours=1)
    list_offices(letter, {**SETTINGS, "base": house.base}, *house.offices)
    carry_all(letter)
    assert len(house.letters) == 2


def test_what_was_asked_after_the_release_is_taken_back_and_asked_anew(letter, visitor, house) -> None:
    own = sign_as_person(letter)
    release(letter)
    ask(visitor, own)
    assert "ZIP code" not in words_of(visitor.open(f"{own}/member"))

    visitor.send(f"{own}/member", {}, answer="back")
    assert rows(letter) == []
    ask(visitor, own, first_name="Alex")
    leave(letter, house)

    assert [part_of(one, "Constituent/FirstName") for one in house.letters] == ["Alex"]
    states = sorted(one.state.value for one in sendings(letter))
    assert states == [DeliveryState.ACCEPTED.value, DeliveryState.CANCELLED.value]


def test_after_a_stop_it_waits_for_the_next_release_like_the_others(letter, visitor, house) -> None:
    own = sign_as_person(letter)
    release(letter)
    ask(visitor, own)

    with transaction(letter.engine) as session:
        stop(session, SLUG, by="test", now=letter.now)

    (row,) = rows(letter)
    assert (row.delivery_id, row.settled_at) == (None, None)
    assert [one.state for one in sendings(letter)] == [DeliveryState.CANCELLED]
    letter.propose()
    letter.approve_all().release()
    leave(letter, house)
    assert len(house.letters) == 1


def test_of_a_letter_without_members_nothing_is_said(coalition, visitor) -> None:
    coalition.open(letter_file(more='admit = "everyone"'))
    own = sign_as_person(coalition)
    release(coalition)
    coalition.wait(minutes=1).deliver_mail()

    assert "Member of Congress" not in words_of(visitor.open(own))
    assert "cannot ask a Member of Congress now" in words_of(visitor.open(f"{own}/member"))


def test_more_messages_than_a_database_takes_values_are_asked_about(letter, visitor, house) -> None:
    """So that a letter that very many constituents wrote with can be stopped."""
    ask(visitor, sign_as_person(letter))
    release(letter)
    (one,) = sendings(letter)

    with reading(letter.engine) as session:
        before = may_have_left(session, [one] * 300_000), edition_may_have_left(session, one.edition_id)
    leave(letter, house)
    with reading(letter.engine) as session:
        after = may_have_left(session, [one] * 300_000), edition_may_have_left(session, one.edition_id)

    assert (before, after) == ((False, False), (True, True))
