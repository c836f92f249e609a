"""A coordinator looks after its account: a change of what lets it in ends every other session, and is told."""

from datetime import timedelta

import pyotp
import pytest
from sqlmodel import select

from service.model.audit_event import AuditEvent
from service.store.transaction import reading
from tests.coalition import Coalition
from tests.desk import add_colleague
from tests.equipped import PASSWORD, Browser, Equipped, equip
from tests.stories.visitor import Door, words_of

NEW = "walnut ferry hollow tundra"


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load()


@pytest.fixture
def olga(coalition: Coalition) -> Equipped:
    return equip(coalition, add_colleague(coalition))


@pytest.fixture
def browser(coalition: Coalition, door: Door, olga: Equipped) -> Browser:
    browser = Browser(door.app(), coalition)
    browser.sign_in(olga)
    return browser


@pytest.fixture
def phone(browser: Browser, coalition: Coalition, door: Door, olga: Equipped) -> Browser:
    """Give another browser that is signed in as well."""
    coalition.now += timedelta(minutes=1)
    phone = Browser(door.app(), coalition)
    phone.sign_in(olga)
    return phone


def test_a_new_password_ends_the_other_sessions_and_the_old_password(
    browser: Browser, phone: Browser, olga: Equipped, coalition: Coalition
) -> None:
    page = browser.open("/desk/account/password")
    browser.fill(page, {"password": NEW, "again": NEW}, having="again")

    assert browser.is_in()
    assert not phone.is_in()
    assert phone.give_password(olga).status_code == 422
    assert phone.give_password(olga, password=NEW).status_code == 200
    coalition.deliver_mail()
    assert "password of your account was changed" in " ".join(coalition.mails()[-1].text.split())


def test_codes_come_from_another_device_once_it_has_shown_one(
    browser: Browser, phone: Browser, olga: Equipped, coalition: Coalition
) -> None:
    page = browser.open("/desk/account/device")
    secret = page.text.split('<p class="secret"><code dir="ltr">')[1].split("<")[0].replace(" ", "")
    wrong = browser.fill(page, {"code": "000000"}, having="begun")
    assert (wrong.status_code, phone.is_in()) == (422, True)

    browser.fill(page, {"code": pyotp.TOTP(secret).at(coalition.now)}, having="begun")

    assert browser.is_in()
    assert not phone.is_in()
    coalition.now += timedelta(minutes=1)
    assert phone.sign_in(olga).status_code == 422
    assert phone.sign_in(olga, code=pyotp.TOTP(secret).at(coalition.now)).status_code == 303


def test_new_recovery_codes_make_the_old_ones_worthless(
    browser: Browser, phone: Browser, olga: Equipped
) -> None:
    mark = browser.open("/desk/account").text.split('name="csrf" value="')[1].split('"')[0]

    page = browser.post("/desk/account/recovery-codes", {"csrf": mark})

    new = page.text.split('<ul class="codes">')[1].split('<code dir="ltr">')[1].split("<")[0]
    assert not phone.is_in()
    assert phone.sign_in(olga, code=olga.recovery[0]).status_code == 422
    assert phone.sign_in(olga, code=new).status_code == 303


def test_what_lets_in_is_changed_only_after_a_fresh_proof_and_nothing_typed_is_lost(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    page = browser.open("/desk/account/password")
    coalition.now += timedelta(minutes=6)

    asked = browser.fill(page, {"password": NEW, "again": NEW}, having="again")
    assert asked.status_code == 403
    assert NEW not in asked.text
    wrong = browser.fill(asked, {"password": "wrong", "code": browser.code(olga)}, having="code")
    assert wrong.status_code == 422
    proved = browser.fill(wrong, {"password": PASSWORD, "code": browser.code(olga)}, having="code")
    assert "not sent yet" in words_of(proved)
    sent = browser.fill(proved, {}, having="carried")

    assert sent.status_code == 303
    assert browser.give_password(olga, password=NEW).status_code == 200


def test_a_carried_form_goes_to_its_own_page_only(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    page = browser.open("/desk/account/password")
    coalition.now += timedelta(minutes=6)
    asked = browser.fill(page, {"password": NEW, "again": NEW}, having="again")
    sealed = asked.text.split('name="carried" value="')[1].split('"')[0]
    mark = asked.text.split('name="csrf" value="')[1].split('"')[0]

    assert browser.post("/desk/account", {"csrf": mark, "carried": sealed}).status_code == 403


def test_a_button_that_asked_for_a_proof_can_be_pressed_on(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    mark = browser.open("/desk/account").text.split('name="csrf" value="')[1].split('"')[0]
    coalition.now += timedelta(minutes=6)

    sent_to = browser.post("/desk/account/recovery-codes", {"csrf": mark})
    page = browser.open(sent_to.location)
    proved = browser.fill(page, {"password": PASSWORD, "code": browser.code(olga)}, having="code")
    done = browser.fill(proved, {}, having="carried")

    assert "recovery codes" in words_of(done)


def test_a_code_that_was_used_to_come_in_is_no_proof(browser: Browser, olga: Equipped) -> None:
    page = browser.open("/desk/prove")

    answer = browser.fill(page, {"password": PASSWORD, "code": browser.code(olga)}, having="code")

    assert answer.status_code == 422


def test_one_other_session_all_others_or_all_are_ended(
    browser: Browser, phone: Browser, coalition: Coalition, door: Door, olga: Equipped
) -> None:
    mark = phone.open("/desk/account").text.split('name="csrf" value="')[1].split('"')[0]
    phone.post("/desk/account/sessions/end-others", {"csrf": mark})
    assert (browser.is_in(), phone.is_in()) == (False, True)

    coalition.now += timedelta(minutes=1)
    browser.sign_in(olga)
    sessions = phone.open("/desk/account").text.split('name="session" value="')[1:]
    ids = {part.split('"')[0] for part in sessions}
    assert len(ids) == 2
    mine = phone.post("/desk/account/sessions/end-all", {"csrf": mark})
    assert mine.location == "/desk/sign-in"
    assert (browser.is_in(), phone.is_in()) == (False, False)
    with reading(coalition.engine) as session:
        kept = session.exec(select(AuditEvent.thing).where(AuditEvent.act == "session.end")).all()
    assert kept == ["1", "2"], "so many each time"


def test_a_session_of_another_is_not_ended(browser: Browser, coalition: Coalition, door: Door) -> None:
    pete = equip(coalition, add_colleague(coalition, name="Pete Editor"))
    other = Browser(door.app(), coalition)
    other.sign_in(pete)
    theirs = other.open("/desk/account").text.split('name="session" value="')[1].split('"')[0]
    mark = browser.open("/desk/account").text.split('name="csrf" value="')[1].split('"')[0]

    assert browser.post("/desk/account/sessions/end", {"csrf": mark, "session": theirs}).status_code == 404
    assert other.is_in()
