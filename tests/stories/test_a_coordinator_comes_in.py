"""A coordinator comes in by a password and a code, and nobody else does."""

from datetime import timedelta
from io import BytesIO
from secrets import token_hex

import pytest
from flask import request

from service.coordinators.factors import disable
from service.model.coordinator import Role
from service.store.transaction import transaction
from service.web.desk.carrying import FIELD, carry, open_carried, put_back
from tests.coalition import PUBLIC_URL, Coalition
from tests.desk import add_colleague
from tests.equipped import CHROME, PASSWORD, Browser, Equipped, equip
from tests.stories.visitor import Door, words_of


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load()


@pytest.fixture
def browser(coalition: Coalition, door: Door) -> Browser:
    return Browser(door.app(), coalition)


@pytest.fixture
def olga(coalition: Coalition) -> Equipped:
    return equip(coalition, add_colleague(coalition))


def test_password_and_code_let_in(browser: Browser, olga: Equipped) -> None:
    answer = browser.sign_in(olga)

    assert (answer.status_code, answer.location) == (303, "/desk/")
    assert browser.is_in()


def test_the_page_that_was_wanted_is_come_back_to(browser: Browser, olga: Equipped) -> None:
    sent_to = browser.open("/desk/letters/clean-river/").location

    assert browser.sign_in(olga, path=sent_to).location == "/desk/letters/clean-river/"


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example/", "https://evil.example/", "/desk/\\evil", "/letters/x", "/desk/%0d%0aX-Evil: y"],
)
def test_no_other_site_is_gone_on_to(browser: Browser, olga: Equipped, elsewhere: str) -> None:
    assert browser.sign_in(olga, path=f"/desk/sign-in?then={elsewhere}").location == "/desk/"


def test_a_wrong_password_and_an_unknown_address_look_the_same(browser: Browser, olga: Equipped) -> None:
    nobody = Equipped(email="nobody@secretariat.example", secret=olga.secret, recovery=())

    wrong = browser.give_password(olga, password="not the password")
    unknown = browser.give_password(nobody)

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.text.replace(olga.email, "…") == unknown.text.replace(nobody.email, "…")


def test_a_new_session_begins_at_each_sign_in_and_the_old_cookie_is_worthless(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    browser.bring("A" * 43)
    browser.sign_in(olga)
    first = browser.cookie()
    coalition.now += timedelta(minutes=1)
    browser.sign_in(olga)
    second = browser.cookie()

    assert len({"A" * 43, first, second}) == 3
    browser.bring(first)
    assert not browser.is_in()


@pytest.mark.parametrize("forged", ["", "x", "A" * 43, "A" * 4000, "../../etc", "é" * 43])
def test_a_forged_cookie_opens_nothing(browser: Browser, forged: str) -> None:
    browser.client.set_cookie("__Host-desk", forged, domain="letters.example", secure=True)

    assert browser.open("/desk/").status_code == 303


def test_a_code_is_good_once(browser: Browser, olga: Equipped, door: Door, coalition: Coalition) -> None:
    code = browser.code(olga)
    browser.sign_in(olga, code=code)
    other = Browser(door.app(), coalition)

    again = [other.sign_in(olga, code=form) for form in (code, f" {code} ", f"{code[:3]} {code[3:]}")]

    assert {answer.status_code for answer in again} == {422}
    assert not other.is_in()


def test_a_used_code_stays_used_after_a_failed_sign_in(
    browser: Browser, olga: Equipped, door: Door, coalition: Coalition
) -> None:
    code = browser.code(olga)
    browser.sign_in(olga, code=code)
    other = Browser(door.app(), coalition)
    other.sign_in(olga, code="000000")

    assert other.sign_in(olga, code=code).status_code == 422
    assert other.sign_in(olga, code=f"\t{code}\n").status_code == 422


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_differ_by_half_a_minute(browser: Browser, olga: Equipped, steps: int) -> None:
    assert browser.sign_in(olga, code=browser.code(olga, later=steps)).status_code == 303


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_of_another_minute_is_wrong(browser: Browser, olga: Equipped, steps: int) -> None:
    assert browser.sign_in(olga, code=browser.code(olga, later=steps)).status_code == 422


def test_each_recovery_code_is_good_once(browser: Browser, olga: Equipped) -> None:
    assert browser.sign_in(olga, code=f" {olga.recovery[3].upper()} ").status_code == 303
    assert browser.sign_in(olga, code=olga.recovery[3]).status_code == 422
    assert browser.sign_in(olga, code=olga.recovery[4]).status_code == 303


def test_the_second_step_lives_for_minutes_and_for_five_tries(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    page = browser.give_password(olga)
    for _ in range(5):
        browser.fill(page, {"code": "000000"}, having="code")
    assert browser.fill(page, {"code": browser.code(olga)}, having="code").status_code == 422

    page = browser.give_password(olga)
    coalition.now += timedelta(minutes=11)
    assert browser.fill(page, {"code": browser.code(olga)}, having="code").status_code == 422
    assert not browser.is_in()


def test_a_step_is_used_once(browser: Browser, olga: Equipped, coalition: Coalition) -> None:
    page = browser.give_password(olga)
    browser.fill(page, {"code": browser.code(olga)}, having="code")
    coalition.now += timedelta(minutes=1)

    assert browser.fill(page, {"code": browser.code(olga)}, having="code").status_code == 422


def test_too_many_tries_wait_and_do_not_lock_out_whoever_came_in_here_before(
    browser: Browser, olga: Equipped, door: Door, coalition: Coalition
) -> None:
    browser.sign_in(olga)
    coalition.now += timedelta(minutes=5)
    thief = Browser(door.app(), coalition)
    answers = [thief.give_password(olga, password="a wrong one").status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]
    assert thief.give_password(olga).status_code == 429
    assert browser.sign_in(olga).status_code == 303
    coalition.now += timedelta(minutes=31)
    assert thief.give_password(olga).status_code == 200


def test_whoever_is_disabled_does_not_come_in(browser: Browser, olga: Equipped, coalition: Coalition) -> None:
    browser.sign_in(olga)
    with transaction(coalition.engine) as session:
        disable(session, coalition.keyring.desk, olga.email, by="test", now=coalition.now)

    assert not browser.is_in()
    assert browser.give_password(olga).status_code == 422


def test_a_stolen_cookie_is_shown_out_in_another_browser_and_its_owner_is_told(
    browser: Browser, olga: Equipped, door: Door, coalition: Coalition
) -> None:
    browser.sign_in(olga)
    thief = Browser(door.app(), coalition, agent=CHROME)
    thief.bring(browser.cookie())

    assert thief.open("/desk/").status_code == 303
    assert not browser.is_in(), "nobody knows which of the two is the thief"
    coalition.deliver_mail()
    told = coalition.mails()[-1]
    assert told.to == olga.email
    assert "another browser" in told.text


def test_a_newer_version_of_the_same_browser_is_the_same(browser: Browser, olga: Equipped) -> None:
    browser.sign_in(olga)
    browser.agent = browser.agent.replace("140.0", "141.0")

    assert browser.is_in()


def test_a_new_browser_is_told_of_once(
    browser: Browser, olga: Equipped, door: Door, coalition: Coalition
) -> None:
    browser.sign_in(olga)
    coalition.now += timedelta(minutes=1)
    browser.sign_in(olga)
    coalition.deliver_mail()
    assert coalition.mails() == []

    coalition.now += timedelta(minutes=1)
    other = Browser(door.app(), coalition)
    other.sign_in(olga)
    coalition.deliver_mail()

    assert [mail.to for mail in coalition.mails()] == [olga.email]


def test_what_was_written_is_sent_on_after_the_session_was_over(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    browser.sign_in(olga)
    page = browser.open("/desk/account")
    coalition.now += timedelta(hours=1)

    page = browser.fill(page, {"name": "Olga Öwner"}, having="name")
    assert page.status_code == 403
    page = browser.fill(page, {"email": olga.email, "password": PASSWORD}, having="password")
    page = browser.fill(page, {"code": browser.code(olga)}, having="code")
    assert "not sent yet" in words_of(page)
    done = browser.fill(page, {}, having="carried")

    assert done.status_code == 303
    assert "Olga Öwner" in browser.open(done.location).text


def test_what_was_written_is_not_sent_on_by_another(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    pete = equip(coalition, add_colleague(coalition, Role.EDITOR, name="Pete Editor"))
    browser.sign_in(olga)
    page = browser.open("/desk/account")
    coalition.now += timedelta(hours=1)
    page = browser.fill(page, {"name": "Olga Öwner"}, having="name")
    carried = page

    page = browser.fill(page, {"email": pete.email, "password": PASSWORD}, having="password")
    page = browser.fill(page, {"code": browser.code(pete)}, having="code")

    assert "another account" in words_of(page)
    mark = browser.open("/desk/").text.split('name="csrf" value="')[1].split('"')[0]
    sealed = carried.text.split('name="carried" value="')[1].split('"')[0]
    assert browser.post("/desk/account", {"csrf": mark, "carried": sealed}).status_code == 403
    assert "Pete Editor" in browser.open("/desk/account").text


def test_a_form_of_another_site_is_not_carried(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    browser.sign_in(olga)
    coalition.now += timedelta(hours=1)

    answer = browser.post("/desk/account", {"csrf": "0" * 64, "name": "Eve"})

    assert (answer.status_code, answer.location) == (303, "/desk/sign-in")


def test_a_form_of_another_window_is_sent_on_after_a_new_sign_in(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    browser.sign_in(olga)
    window = browser.open("/desk/account")
    coalition.now += timedelta(hours=1)
    browser.sign_in(olga)

    page = browser.fill(window, {"name": "Olga Öwner"}, having="name")
    assert page.status_code == 403
    browser.fill(page, {}, having="carried")

    assert "Olga Öwner" in browser.open("/desk/account").text


def test_five_wrong_codes_behind_the_right_password_are_told_once_a_day(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    for _ in range(2):
        page = browser.give_password(olga)
        for _ in range(5):
            browser.fill(page, {"code": "000000"}, having="code")
    coalition.deliver_mail()

    assert ["five wrong codes" in " ".join(mail.text.split()) for mail in coalition.mails()] == [True]


def test_a_recovery_code_that_was_used_is_told(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    browser.sign_in(olga, code=olga.recovery[0])
    coalition.deliver_mail()

    assert "recovery codes was used" in " ".join(coalition.mails()[-1].text.split())


def test_a_file_goes_along_as_well(door: Door) -> None:
    app, sent = (
        door.app(),
        {"csrf": "mark", "name": "Zoë", "file": (BytesIO(b"kind,name\r\n"), "members.csv")},
    )
    with app.test_request_context("/desk/x?y=1", method="POST", data=sent, base_url=PUBLIC_URL):
        written = carry("coordinator")
    again = {"csrf": "newer", FIELD: written}

    with app.test_request_context("/desk/x?y=1", method="POST", data=again, base_url=PUBLIC_URL):
        carried = open_carried(written)
        assert carried is not None
        put_back(carried)
        assert dict(request.form) == {"csrf": "newer", "name": "Zoë"}
        assert (request.files["file"].filename, request.files["file"].read()) == (
            "members.csv",
            b"kind,name\r\n",
        )
        assert open_carried(written[:-8] + "AAAAAAAA") is None
    assert carried.address == "/desk/x?y=1"


def test_what_is_too_large_is_not_half_carried(door: Door) -> None:
    with door.app().test_request_context(
        "/desk/x", method="POST", data={"a": token_hex(100_000)}, base_url=PUBLIC_URL
    ):
        assert carry("coordinator") == ""
