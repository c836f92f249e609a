"""A moderator reaches the owner of any sign-on that waits: by another address, a code read out, or the secretariat's word."""

import re

import pytest

from service.model.coordinator import Role
from service.model.signature import ConfirmedBy
from service.model.states import SignatureState
from tests.coalition import Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, words_of
from tests.waiting_page import rows, send_form, type_code

SECTION = "If our mail does not reach them"


@pytest.fixture
def waiting(coalition: Coalition) -> str:
    """Let somebody sign whose confirming mail went out, and was never seen; gives the token of the page that waits."""
    coalition.open()
    token = send_form(coalition)
    coalition.deliver_mail()
    return token


@pytest.fixture
def mo(coalition: Coalition, waiting: str, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.MODERATOR, name="Mo Derator"))


def page_of(coalition: Coalition) -> str:
    return f"signatories/{rows(coalition)[0].id}"


def test_the_confirming_mail_goes_to_another_address(coalition: Coalition, mo: AtTheDesk) -> None:
    page = page_of(coalition)

    after = mo.follow(mo.send(page, {"email": "chair@lakes.example"}, to=f"{page}/reach/address"))

    coalition.deliver_mail()
    assert coalition.mails()[-1].to == "chair@lakes.example"
    assert "written to another address, Mo Derator" in words_of(after)
    assert "chair@lakes.example" not in words_of(after)
    coalition.confirm(coalition.newest_token("confirm"))
    assert rows(coalition)[0].state is SignatureState.CONFIRMED


def test_what_is_no_address_comes_back_as_it_was_typed(coalition: Coalition, mo: AtTheDesk) -> None:
    page, before = page_of(coalition), len(coalition.mails())

    wrong = mo.send(page, {"email": "chair at lakes"}, to=f"{page}/reach/address")
    same = mo.send(page, {"email": "office@lakes.example"}, to=f"{page}/reach/address")

    assert (wrong.status_code, same.status_code) == (422, 422)
    assert 'value="chair at lakes"' in wrong.text
    assert 'href="#email"' in wrong.text
    assert "The e-mail address is not one" in words_of(wrong)
    assert "has this address already" in words_of(same)
    assert len(coalition.deliver_mail().mails()) == before


def test_a_code_that_is_read_out_confirms(coalition: Coalition, mo: AtTheDesk, waiting: str) -> None:
    page = page_of(coalition)

    shown = mo.send(page, to=f"{page}/reach/code")

    [code] = re.findall(r"\b\d{3} \d{3}\b", words_of(shown))
    assert f"/{page}" in shown.text
    assert type_code(coalition, waiting, code.replace(" ", "")).confirmed is not None
    assert rows(coalition)[0].confirmed_by is ConfirmedBy.READ_OUT
    again = mo.open(page)
    assert "code made, to be read out, Mo Derator" in words_of(again)
    assert code not in words_of(again)


def test_it_stands_on_the_secretariats_word_and_keeps_only_what_is_printed(
    coalition: Coalition, mo: AtTheDesk
) -> None:
    page = page_of(coalition)
    assert mo.send(page, {"how": " "}, to=f"{page}/reach/vouch").status_code == 422
    assert coalition.counts().signatories == 0

    after = mo.follow(mo.send(page, {"how": "by Signal to Mo"}, to=f"{page}/reach/vouch"))

    said = words_of(after)
    assert coalition.counts().signatories == 1
    assert "added by the secretariat: by Signal to Mo" in said
    assert "never; it stands on the secretariat" in said
    assert "let stand on the secretariat's word, Mo Derator" in said
    assert SECTION not in said
    assert "@" not in words_of(mo.post(f"{page}/address", {"csrf": mo.mark()}))
    before = len(coalition.mails())
    assert len(coalition.deliver_mail().mails()) == before


def test_whoever_only_looks_and_whoever_has_confirmed_has_no_such_form(
    coalition: Coalition, door: Door, mo: AtTheDesk
) -> None:
    page = page_of(coalition)
    ada = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.AUDITOR, name="Ada Auditor"))
    assert SECTION in words_of(mo.open(page))
    assert SECTION not in words_of(ada.open(page))
    coalition.confirm(coalition.newest_token("confirm"))

    assert SECTION not in words_of(mo.open(page))
    for way, entries in (
        ("address", {"email": "x@y.example"}),
        ("code", {}),
        ("vouch", {"how": "by phone"}),
    ):
        assert mo.post(f"{page}/reach/{way}", {"csrf": mo.mark(), **entries}).status_code == 422
        assert ada.post(f"{page}/reach/{way}", {"csrf": ada.mark(), **entries}).status_code == 403
    assert rows(coalition)[0].confirmed_by is ConfirmedBy.BUTTON
