"""Somebody is invited to the secretariat, and comes in: once, in the role that was meant, and by nobody else."""

from datetime import timedelta

import pyotp
import pytest
from werkzeug.test import TestResponse

from service.campaigns.first_owner import offer_first_owner
from service.campaigns.queries import get_campaign
from service.coordinators.accounts import find_coordinator, role_in
from service.coordinators.factors import recover
from service.coordinators.invitations import Offer, invite
from service.foundation.errors import Refused
from service.model.coordinator import Role
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import add_colleague
from tests.equipped import PASSWORD, Browser, Equipped, equip
from tests.stories.visitor import Door, words_of

EDDIE = "eddie@secretariat.example"


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load()


@pytest.fixture
def browser(coalition: Coalition, door: Door) -> Browser:
    return Browser(door.app(), coalition)


def invited(coalition: Coalition, email: str = EDDIE, role: Role = Role.EDITOR) -> str:
    """Invite somebody; gives the path of the link in the mail."""
    with transaction(coalition.engine) as session:
        offer = Offer(campaign_id=get_campaign(session, SLUG).id, role=role)
        keys = coalition.keyring.desk
        invite(session, keys, email=email, offer=offer, by="test", now=coalition.now)
    coalition.deliver_mail()
    return f"/desk/invitation/{coalition.newest_token('desk/invitation')}"


def take_up(browser: Browser, path: str, *, password: str = PASSWORD, again: str = "") -> TestResponse:
    page = browser.open(path)
    values = {"name": "Eddie Editor", "password": password, "again": again or password}
    return browser.fill(page, values, having="password", path=path)


def give_code(browser: Browser, page: TestResponse) -> TestResponse:
    secret = page.text.split('<p class="secret"><code dir="ltr">')[1].split("<")[0].replace(" ", "")
    return browser.fill(page, {"code": pyotp.TOTP(secret).at(browser.coalition.now)}, having="begun")


def role_of(coalition: Coalition, email: str) -> Role | None:
    with reading(coalition.engine) as session:
        row = find_coordinator(session, coalition.keyring.desk, email)
        campaign = get_campaign(session, SLUG)
        return role_in(session, coordinator_id=row.id, campaign_id=campaign.id) if row else None


def test_three_steps_from_the_mail_to_the_desk(browser: Browser, coalition: Coalition) -> None:
    path = invited(coalition)
    assert "Keep the river open" in words_of(browser.open(path))

    page = give_code(browser, take_up(browser, path))

    codes = page.text.split('<ul class="codes">')[1].split("</ul>")[0].count("<li>")
    assert codes == 10
    assert browser.open(f"/desk/letters/{SLUG}/").status_code == 200
    assert role_of(coalition, EDDIE) is Role.EDITOR


def test_a_wrong_first_code_keeps_nothing_and_may_be_typed_again(
    browser: Browser, coalition: Coalition
) -> None:
    path = invited(coalition)
    page = take_up(browser, path)

    wrong = browser.fill(page, {"code": "000000"}, having="begun")

    assert wrong.status_code == 422
    assert role_of(coalition, EDDIE) is None
    assert give_code(browser, wrong).status_code == 200


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "", "at least 15"),
        ("passwordpassword123", "", "guess"),
        ("eddie editor eddie", "", "guess"),
        (PASSWORD, PASSWORD + "x", "not the same"),
    ],
)
def test_a_weak_password_is_refused_and_the_name_stays(
    browser: Browser, coalition: Coalition, password: str, again: str, said: str
) -> None:
    page = take_up(browser, invited(coalition), password=password, again=again)

    assert page.status_code == 422
    assert said in words_of(page)
    assert 'value="Eddie Editor"' in page.text


def test_after_too_many_tries_the_form_comes_back_with_the_name(
    browser: Browser, coalition: Coalition
) -> None:
    path = invited(coalition)
    for _ in range(10):
        assert take_up(browser, path).status_code == 200

    refused = take_up(browser, path)

    assert "too many tries" in words_of(refused)
    assert 'value="Eddie Editor"' in refused.text


def test_each_invitation_that_is_over_says_why(browser: Browser, door: Door, coalition: Coalition) -> None:
    first = invited(coalition)
    second = invited(coalition.wait(minutes=1))
    assert "newer one" in words_of(browser.open(first))

    give_code(browser, take_up(browser, second))
    other = Browser(door.app(), coalition)
    assert "used already" in words_of(other.open(second))
    assert "used already" in words_of(other.post(second, {"name": "Eve"}))

    third = invited(coalition, "frida@secretariat.example")
    coalition.now += timedelta(hours=49)
    assert "is over" in words_of(other.open(third))
    assert other.open("/desk/invitation/" + "A" * 43).status_code == 404


def test_two_who_race_for_one_invitation_make_one_account(
    browser: Browser, door: Door, coalition: Coalition
) -> None:
    path, other = invited(coalition), Browser(door.app(), coalition)
    mine, theirs = take_up(browser, path), take_up(other, path)

    assert give_code(browser, mine).status_code == 200
    assert give_code(other, theirs).status_code == 422
    assert not other.is_in()


def test_whoever_has_an_account_accepts_by_one_button_and_is_not_let_in_by_it(
    browser: Browser, coalition: Coalition
) -> None:
    pete = equip(coalition, add_colleague(coalition, None, name="Pete Editor"))
    path = invited(coalition, pete.email, Role.MODERATOR)

    answer = browser.post(path, {})

    assert answer.location == f"/desk/letters/{SLUG}/"
    assert not browser.is_in()
    assert role_of(coalition, pete.email) is Role.MODERATOR


def test_the_role_is_the_one_that_was_offered(browser: Browser, coalition: Coalition) -> None:
    path = invited(coalition, role=Role.AUDITOR)
    page = take_up(browser, path)
    secret = page.text.split('<p class="secret"><code dir="ltr">')[1].split("<")[0].replace(" ", "")
    sealed = page.text.split('name="begun" value="')[1].split('"')[0]
    code = pyotp.TOTP(secret).at(coalition.now)

    browser.post(f"{path}/code", {"begun": sealed, "code": code, "role": "owner", "is_admin": "1"})

    assert role_of(coalition, EDDIE) is Role.AUDITOR


def test_what_was_begun_for_one_invitation_is_good_for_no_other(
    browser: Browser, coalition: Coalition
) -> None:
    page = take_up(browser, invited(coalition))
    sealed = page.text.split('name="begun" value="')[1].split('"')[0]
    other = invited(coalition, "frida@secretariat.example", Role.OWNER)

    answer = browser.post(f"{other}/code", {"begun": sealed, "code": "000000"})

    assert "open for too long" in words_of(answer)


def test_whoever_lost_everything_is_recovered_by_the_operator(browser: Browser, coalition: Coalition) -> None:
    olga: Equipped = equip(coalition, add_colleague(coalition))
    browser.sign_in(olga)
    with transaction(coalition.engine) as session:
        recover(session, coalition.keyring.desk, olga.email, by="test", now=coalition.now)
    assert not browser.is_in()
    assert browser.give_password(olga).status_code == 422
    coalition.deliver_mail()

    path = f"/desk/invitation/{coalition.newest_token('desk/invitation')}"
    page = give_code(browser, take_up(browser, path))

    assert page.status_code == 200
    assert role_of(coalition, olga.email) is Role.OWNER


def test_the_first_owner_is_of_the_only_letter_and_administers_the_service(coalition: Coalition) -> None:
    with reading(coalition.engine) as session:
        first, letter = offer_first_owner(session), get_campaign(session, SLUG).id
    assert first.offer == Offer(campaign_id=letter, role=Role.OWNER, is_admin=True)

    add_colleague(coalition)
    coalition.load(letter_file().replace(SLUG.encode(), b"second-letter"))
    with reading(coalition.engine) as session:
        assert (offer_first_owner(session).slug, offer_first_owner(session).offer.is_admin) == (
            "second-letter",
            False,
        )

    coalition.load(letter_file().replace(SLUG.encode(), b"third-letter"))
    with reading(coalition.engine) as session, pytest.raises(Refused, match="which one"):
        offer_first_owner(session)
