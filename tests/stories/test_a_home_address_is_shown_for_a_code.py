"""As a signatory I see the home address that I gave, and whoever else got hold of my link does not."""

import json
import re
from collections.abc import Iterator

import pytest
from sqlmodel import select

from service.model.signature import Signature
from service.signing.codes import try_code, typed_code
from service.store.transaction import transaction
from tests.coalition import Coalition
from tests.constituents import (
    ASKED,
    OFFICE,
    OTHER_OFFICE,
    SECRETS,
    carry_all,
    opened,
    release,
    rows,
    sign_as_person,
)
from tests.doubles.congress import ChamberOnServer, Trouble, chamber_server
from tests.stories.test_nothing_is_legible_at_rest import bytes_at_rest, found_in
from tests.stories.visitor import Visitor, form_of, words_of

CODE = re.compile(r"(?<!\d)(\d{3} \d{3})(?!\d)")
WRONG = "This is not the code"
SHOWN = "All that you gave"
OF_THE_ADDRESS = ("Hidden Hollow", "Apartment 9Z", "Arlington", "22205-4077", "703-555-0102")


@pytest.fixture
def house() -> Iterator[ChamberOnServer]:
    with chamber_server(offices={OFFICE: "", OTHER_OFFICE: ""}) as server:
        yield server


@pytest.fixture
def letter(coalition: Coalition, house: ChamberOnServer) -> Coalition:
    return opened(coalition, house)


@pytest.fixture
def own(letter: Coalition, visitor: Visitor) -> str:
    """Let a signatory ask a Member; gives the path of its own page."""
    own = sign_as_person(letter)
    assert visitor.send(f"{own}/member", ASKED, having="city").status_code == 303
    return own


def mailed(letter: Coalition, visitor: Visitor, own: str) -> str:
    """Ask for a code, and read it in the mail."""
    answer = visitor.send(f"{own}/member", {}, answer="code")
    assert "on its way to your mailbox" in words_of(visitor.open(answer.headers["Location"]))
    return newest_code(letter)


def newest_code(letter: Coalition) -> str:
    subject = "Your code to see what you gave"
    mail = [one for one in letter.deliver_mail().mails() if one.subject.startswith(subject)][-1]
    found = CODE.search(mail.text)
    assert found, mail.text
    return found[1]


def show(visitor: Visitor, own: str, code: str):
    return visitor.send(f"{own}/member", {"code": code}, answer="show")


def data_of(visitor: Visitor, own: str) -> dict:
    return json.loads(visitor.send(own, {}, answer="data").data)


def test_the_own_data_has_all_but_where_somebody_lives_and_says_so(own, visitor) -> None:
    answer = visitor.send(own, {}, answer="data")
    data = json.loads(answer.data)["asked_of_a_member_of_congress"]

    assert not [secret for secret in OF_THE_ADDRESS if secret in answer.text]
    assert data["office"] == OFFICE
    assert data["given"] == {
        name: ASKED[name] for name in ("prefix", "first_name", "last_name", "state", "own_words")
    }
    assert data["kept_and_not_in_here"] == ["address", "address_2", "city", "phone", "zip"]
    assert all(data[key].endswith(".") for key in ("kept_until", "to_see_the_rest", "to_erase_it"))


def test_once_the_address_is_deleted_nothing_is_said_to_be_kept(own, visitor, letter) -> None:
    release(letter)
    carry_all(letter)

    data = data_of(visitor, own)["asked_of_a_member_of_congress"]

    assert (data["given"], data["kept_and_not_in_here"]) == ({}, [])
    assert "kept_until" not in data
    assert "See all that you gave" not in words_of(visitor.open(f"{own}/member"))


def test_the_code_of_the_mail_shows_all_of_it_once(own, visitor, letter) -> None:
    code = mailed(letter, visitor, own)
    text = letter.mails()[-1].text

    page = show(visitor, own, code)

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert SHOWN in words_of(page)
    assert not [
        text for name, text in ASKED.items() if name not in {"office", "phone"} and text not in words_of(page)
    ]
    assert "703-555-0102" in words_of(page)
    assert not [secret for secret in SECRETS if secret in text]
    again = show(visitor, own, code)
    assert (again.status_code, WRONG in words_of(again)) == (422, True)
    assert not [secret for secret in SECRETS if secret in again.text]


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "abcdef", "x" * 5000])
def test_any_other_code_shows_nothing(own, visitor, letter, code) -> None:
    right = typed_code(mailed(letter, visitor, own))

    page = show(visitor, own, code if code != right else "000001")

    assert (page.status_code, WRONG in words_of(page)) == (422, True)
    assert not [secret for secret in SECRETS if secret in page.text]


def test_after_five_tries_the_right_one_shows_nothing_either_and_another_does(own, visitor, letter) -> None:
    code = mailed(letter, visitor, own)
    wrong = f"{(int(typed_code(code)) + 1) % 10**6:06}"
    for _ in range(5):
        show(visitor, own, wrong)

    assert WRONG in words_of(show(visitor, own, code))
    letter.wait(minutes=1)
    assert SHOWN in words_of(show(visitor, own, mailed(letter, visitor, own)))


def test_a_code_works_for_ninety_minutes(own, visitor, letter) -> None:
    code = mailed(letter, visitor, own)
    letter.wait(minutes=91)

    assert WRONG in words_of(show(visitor, own, code))


def test_a_newer_code_takes_the_place_of_the_one_before(own, visitor, letter) -> None:
    first = mailed(letter, visitor, own)
    letter.wait(minutes=1)
    second = mailed(letter, visitor, own)

    assert WRONG in words_of(show(visitor, own, first))
    assert SHOWN in words_of(show(visitor, own, second))


def test_no_more_than_three_such_mails_go_out_in_a_day(own, visitor, letter) -> None:
    before = len(letter.deliver_mail().mails())
    for _ in range(5):
        visitor.send(f"{own}/member", {}, answer="code")
        letter.wait(minutes=1)

    assert len(letter.deliver_mail().mails()) - before == 3


def test_the_code_of_another_sign_on_shows_nothing(own, visitor, letter) -> None:
    other = sign_as_person(letter, "Pema Example")
    visitor.send(f"{other}/member", {**ASKED, "first_name": "Pema"}, having="city")
    mailed(letter, visitor, own)
    of_other = mailed(letter, visitor, other)

    assert WRONG in words_of(show(visitor, own, of_other))


def test_neither_kind_of_code_is_ever_the_other(own, visitor, letter) -> None:
    confirmed_by = next(CODE.search(mail.text)[1] for mail in letter.mails() if CODE.search(mail.text))
    mailed_now = mailed(letter, visitor, own)

    assert WRONG in words_of(show(visitor, own, confirmed_by))
    with transaction(letter.engine) as session:
        row = session.exec(select(Signature).where(Signature.id == rows(letter)[0].signature_id)).one()
        keys = letter.keyring.of(session, row.campaign_id)
        assert try_code(session, keys, row, typed_code(mailed_now), now=letter.now) is None
    assert SHOWN in words_of(show(visitor, own, mailed_now))


def test_where_nothing_is_kept_no_code_is_mailed_and_none_shows_anything(letter, visitor) -> None:
    own = sign_as_person(letter)
    ready = dict(form_of(visitor.open(f"{own}/member"), having="city").filled({}))
    before = len(letter.deliver_mail().mails())

    answers = [
        visitor.post(f"{own}/member", {**ready, "answer": answer, "code": "123456"})
        for answer in ("code", "show")
    ]

    assert [one.status_code for one in answers] == [422, 422]
    assert all("Nothing of what you gave for a Member is kept any more." in words_of(one) for one in answers)
    assert len(letter.deliver_mail().mails()) == before


def test_what_has_left_is_shown_until_the_office_has_it(own, visitor, letter, house) -> None:
    house.troubles.append(Trouble(takes=True))
    release(letter)
    carry_all(letter)

    assert SHOWN in words_of(show(visitor, own, mailed(letter, visitor, own)))


def test_a_code_lies_nowhere_in_the_clear(own, visitor, letter) -> None:
    code = typed_code(mailed(letter, visitor, own))

    assert not found_in(bytes_at_rest(letter.engine), [code, *OF_THE_ADDRESS])


def test_who_withdraws_after_asking_for_a_code_gets_no_mail(own, visitor, letter) -> None:
    before = len(letter.deliver_mail().mails())
    visitor.send(f"{own}/member", {}, answer="code")
    visitor.send(own, {}, answer="withdraw")

    mails = letter.deliver_mail().mails()[before:]

    assert [mail.subject for mail in mails if "Your code" in mail.subject] == []
    assert rows(letter) == []
