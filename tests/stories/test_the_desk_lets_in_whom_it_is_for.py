"""The desk lets in whom a page is for, and for nobody else is there anything."""

from datetime import timedelta

import pytest

from service.coordinators.permissions import ROLES_OF, Act
from service.model.coordinator import Role
from tests.coalition import SLUG, Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, Visitor, words_of


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load()


def test_an_owner_sees_the_letter(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    assert "Your letters" in words_of(olga.open("/desk/"))
    assert olga.open("").status_code == 200


def test_whoever_is_not_signed_in_is_sent_to_sign_in(coalition: Coalition, visitor: Visitor) -> None:
    answer = visitor.open("/desk/")

    assert (answer.status_code, answer.location) == (303, "/desk/sign-in?then=/desk/")


def test_a_letter_of_others_is_not_there(coalition: Coalition, door: Door) -> None:
    stranger = AtTheDesk(door.app(), coalition, add_colleague(coalition, None, name="Stran Ger"))

    other, none = stranger.open(""), stranger.open("/desk/letters/no-such-letter/")

    assert (other.status_code, none.status_code) == (404, 404)
    assert other.data == none.data


def test_a_session_that_was_not_used_for_half_an_hour_is_over(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    coalition.now += timedelta(minutes=29)
    assert olga.open("/desk/").status_code == 200
    coalition.now += timedelta(minutes=29)
    assert olga.open("/desk/").status_code == 200
    coalition.now += timedelta(minutes=31)

    assert olga.open("/desk/").status_code == 303


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    for _ in range(35):
        coalition.now += timedelta(minutes=20)
        assert olga.open("/desk/").status_code == 200
    coalition.now += timedelta(minutes=20)

    assert olga.open("/desk/").status_code == 303


def test_whoever_signs_out_is_out(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    olga.send("/desk/", to="/desk/sign-out")

    olga.bring(olga.secret)
    assert olga.open("/desk/").status_code == 303


def test_a_form_without_the_mark_of_the_session_does_nothing(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    answer = olga.post("/desk/sign-out", {"csrf": "0" * 64})

    assert answer.status_code == 403
    assert olga.open("/desk/").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "back"),
    [
        ("propose", 403, ""),
        ("settings/never-was", 404, None),
        ("members/import", 403, "members"),
        ("/desk/letters/no-such-letter/settings", 404, None),
    ],
)
def test_what_is_refused_is_said_on_a_page_of_the_desk_with_a_way_back(
    coalition: Coalition, door: Door, path: str, status: int, back: str | None
) -> None:
    auditor = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.AUDITOR, name="Aud Itor"))

    answer = auditor.open(path)

    assert answer.status_code == status
    # What is not there looks as it does to everybody.
    assert ("Sign out" in words_of(answer)) is (back is not None)
    if back is not None:
        assert "Your role in this letter does not include this" in words_of(answer)
        assert f'href="/desk/letters/{SLUG}/{back}">Go back' in answer.text


def test_a_button_that_cannot_be_pressed_any_more_leads_back_to_its_page(
    coalition: Coalition, door: Door
) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    answer = olga.post("signatories/batch", {"csrf": olga.mark(), "does": "hold"})

    assert answer.status_code == 422
    assert "Tick the sign-ons that are meant" in words_of(answer)
    assert f'href="/desk/letters/{SLUG}/signatories">Go back' in answer.text


def test_an_auditor_changes_nothing() -> None:
    changing = {act for act in ROLES_OF if Role.AUDITOR in ROLES_OF[act]}

    assert changing == {Act.LOOK, Act.SEE_NAMES, Act.SEE_HISTORY, Act.SEE_SECOND, Act.SEE_EXPORTS}
