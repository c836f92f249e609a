"""A passkey lets in by one button, through the real verification; a copy, another site and a replay do not."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.authenticator import Authenticator
from tests.coalition import PUBLIC_URL, Coalition
from tests.desk import add_colleague
from tests.equipped import PASSWORD, Browser, Equipped, equip
from tests.stories.visitor import Door, words_of

HOST = PUBLIC_URL.removeprefix("https://")


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load()


@pytest.fixture
def browser(coalition: Coalition, door: Door) -> Browser:
    return Browser(door.app(), coalition)


@pytest.fixture
def olga(coalition: Coalition) -> Equipped:
    return equip(coalition, add_colleague(coalition))


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator(origin=PUBLIC_URL, host=HOST)


def mark(browser: Browser) -> str:
    return browser.open("/desk/").text.split('name="csrf" value="')[1].split('"')[0]


def add(browser: Browser, phone: Authenticator, **changes: str) -> TestResponse:
    csrf = mark(browser)
    asked: Any = browser.post("/desk/account/passkeys/ask", {"csrf": csrf}).json
    given = {"csrf": csrf, "name": "my phone", "step": asked["step"]}
    return browser.post(
        "/desk/account/passkeys", {**given, "credential": phone.make(asked["options"]), **changes}
    )


def ask(browser: Browser) -> Any:
    return browser.post("/desk/sign-in/passkey/ask", {}).json


def come_in(browser: Browser, phone: Authenticator, asked: Any = None, **sign: str) -> TestResponse:
    asked = asked or ask(browser)
    return browser.post(
        "/desk/sign-in/passkey", {"step": asked["step"], "credential": phone.sign(asked["options"], **sign)}
    )


@pytest.fixture
def added(
    browser: Browser, olga: Equipped, phone: Authenticator, door: Door, coalition: Coalition
) -> Browser:
    """Give another browser, after the phone's key was added to the account."""
    browser.sign_in(olga)
    assert add(browser, phone).status_code == 303
    return Browser(door.app(), coalition)


def test_one_button_lets_in(added: Browser, phone: Authenticator) -> None:
    phone.counts = 1

    answer = come_in(added, phone)

    assert (answer.status_code, answer.location) == (303, "/desk/")
    assert added.is_in()


def test_the_account_names_its_passkeys_and_whoever_added_one_is_told(
    added: Browser, browser: Browser, coalition: Coalition
) -> None:
    assert "my phone" in words_of(browser.open("/desk/account"))
    coalition.deliver_mail()
    assert "A passkey was added" in coalition.mails()[-1].text


@pytest.mark.parametrize(
    "claims",
    [
        {"origin": "https://letters.examp1e"},
        {"origin": "http://letters.example"},
        {"host": "examp1e"},
        {"verifies_user": False},
    ],
    ids=str,
)
def test_another_site_or_an_unknown_user_neither_makes_a_key_nor_lets_in(
    added: Browser, browser: Browser, phone: Authenticator, claims: dict[str, Any]
) -> None:
    for name, value in claims.items():
        setattr(phone, name, value)

    assert come_in(added, phone).status_code == 422
    assert not added.is_in()
    phone.credential_id = b"another key of this phone"
    assert add(browser, phone).status_code == 422


def test_a_challenge_is_good_once_and_only_its_own(added: Browser, phone: Authenticator) -> None:
    first, second = ask(added), ask(added)

    assert come_in(added, phone, first, challenge=second["options"]["challenge"]).status_code == 422
    assert come_in(added, phone, first).status_code == 422, "it was used up by the wrong answer"
    assert come_in(added, phone, second).status_code == 303
    assert come_in(added, phone, second).status_code == 422


def test_a_key_that_counts_backwards_is_refused_and_told(
    added: Browser, phone: Authenticator, coalition: Coalition, door: Door
) -> None:
    phone.counts = 7
    assert come_in(added, phone).status_code == 303
    copy = Browser(door.app(), coalition)

    answers = []
    for counts in (7, 6, 0):
        phone.counts = counts
        answers.append(come_in(copy, phone).status_code)

    assert answers == [422] * 3
    coalition.deliver_mail()
    assert any("counts fewer uses" in " ".join(mail.text.split()) for mail in coalition.mails())


def test_a_stranger_s_key_lets_nobody_in(added: Browser, phone: Authenticator) -> None:
    stranger = Authenticator(origin=PUBLIC_URL, host=HOST, credential_id=phone.credential_id, user=phone.user)

    assert come_in(added, stranger).status_code == 422


@pytest.mark.parametrize("garbage", ["", "{", "[]", "null", '{"id": 1}', "x" * 30_000, "[" * 900])
def test_garbage_is_refused(added: Browser, garbage: str) -> None:
    answer = added.post("/desk/sign-in/passkey", {"step": ask(added)["step"], "credential": garbage})

    assert answer.status_code == 422


def test_a_passkey_is_a_fresh_proof_for_its_own_account_only(
    browser: Browser, olga: Equipped, phone: Authenticator, coalition: Coalition, door: Door
) -> None:
    browser.sign_in(olga)
    add(browser, phone)
    pete = equip(coalition, add_colleague(coalition, name="Pete Owner"))
    other = Browser(door.app(), coalition)
    other.sign_in(pete)
    coalition.wait(minutes=6)

    def prove(who: Browser) -> TestResponse:
        asked = ask(who)
        given = {"csrf": mark(who), "step": asked["step"], "credential": phone.sign(asked["options"])}
        return who.post("/desk/prove/passkey", given)

    assert browser.open("/desk/account/password").status_code == 303
    assert prove(other).status_code == 422
    assert prove(browser).status_code == 303
    assert browser.open("/desk/account/password").status_code == 200


def test_a_key_that_is_taken_off_lets_nobody_in(
    added: Browser, browser: Browser, phone: Authenticator
) -> None:
    page = browser.open("/desk/account")

    assert browser.fill(page, {}, having="key").status_code == 303
    assert come_in(added, phone).status_code == 422


def test_password_and_code_stay_good(added: Browser, olga: Equipped, coalition: Coalition) -> None:
    coalition.wait(minutes=1)

    assert added.sign_in(olga).status_code == 303
    assert PASSWORD not in added.open("/desk/account").text
