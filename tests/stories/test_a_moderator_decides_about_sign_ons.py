"""A moderator finds a sign-on, sees its line and its mail, and decides about it."""

import pytest
from sqlmodel import select

from service.model.coordinator import Role
from service.model.signature import Signature
from service.store.transaction import reading
from tests.coalition import Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, words_of


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    coalition.open()
    coalition.sign_and_confirm("Lake Alliance", country="FR")
    coalition.sign("River Keepers")
    return coalition.deliver_mail()


def id_of(coalition: Coalition, place: int = 0) -> str:
    with reading(coalition.engine) as session:
        return session.exec(select(Signature.id).order_by(Signature.id)).all()[place]


def test_a_sign_on_is_found_and_accepted(coalition: Coalition, door: Door) -> None:
    mo = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.MODERATOR, name="Mo Derator"))
    table = words_of(mo.open("signatories"))
    assert "Lake Alliance" in table
    assert "Awaiting acceptance: 1" in table
    found = words_of(mo.send("signatories", {"words": "alliance"}, having="words"))
    assert "Lake Alliance" in found
    assert "River Keepers" not in found
    page = f"signatories/{id_of(coalition)}"
    shown = words_of(mo.open(page))
    assert "lake@members.example" not in shown
    assert "Please confirm" in shown

    mo.follow(mo.post(f"{page}/act", {"csrf": mo.mark(), "does": "accept"}))

    assert coalition.counts().signatories == 1
