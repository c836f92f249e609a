"""As an owner I want whoever stole my cookie shown out at the first page, my session ended, and to hear of it at once."""

from collections.abc import Iterator
from datetime import datetime

import pyotp
import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from service.foundation.sealing import RootKey
from service.web.desk.cookie import cookie_name
from tests.coalition import Coalition, Mail
from tests.desk import add_colleague
from tests.equipped import CHROME, FIREFOX, Equipped, equip
from tests.stories.at_a_browser import served
from tests.stories.desk_in_a_browser import LETTER, PHONE, bring, look_at, opened
from tests.stories.test_a_member_signs_in_a_browser import engine

__all__ = ["engine"]
pytestmark = pytest.mark.browser

SECRETS = ("Keep the river open", "Lake Alliance", "lake@members.example", "Olga Owner")


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    return coalition.sign_and_confirm("Lake Alliance")


@pytest.fixture
def olga(coalition: Coalition) -> Equipped:
    return equip(coalition, add_colleague(coalition))


@pytest.fixture
def url(coalition: Coalition) -> Iterator[str]:
    with served(coalition) as url:
        yield url


@pytest.fixture
def owner(browser: Browser, coalition: Coalition, url: str, olga: Equipped) -> Iterator[Page]:
    """Give the owner's window, signed in by password and code, at the page of the letter."""
    with opened(browser, user_agent=FIREFOX) as page:
        sign_in(page, coalition, url, olga)
        coalition.deliver_mail().postbox.kept.clear()
        yield page


def sign_in(page: Page, coalition: Coalition, url: str, olga: Equipped) -> None:
    page.goto(f"{url}{LETTER}/")
    page.get_by_label("Your e-mail address").fill(olga.email)
    page.get_by_label("Your password").fill(olga.password)
    page.get_by_role("button", name="Go on").tap()
    page.get_by_label("The six digits").fill(pyotp.TOTP(olga.secret).at(coalition.now))
    page.get_by_role("button", name="Sign in", exact=True).tap()
    page.get_by_role("heading", name="Overview").wait_for()


def cookie_of(page: Page, url: str) -> str:
    return next(one["value"] for one in page.context.cookies() if one["name"] == cookie_name(url))


def told(coalition: Coalition) -> list[Mail]:
    coalition.deliver_mail()
    return [mail for mail in coalition.mails() if "another browser" in mail.text]


def test_the_thief_sees_nothing_the_session_ends_and_the_owner_hears_of_it(
    browser: Browser, coalition: Coalition, url: str, olga: Equipped, owner: Page
) -> None:
    secret = cookie_of(owner, url)
    with opened(browser, user_agent=CHROME, width=PHONE, script=False) as thief:
        bring(thief.context, url, secret)
        for path in (f"{LETTER}/signatories", f"{LETTER}/", "/desk/account"):
            thief.goto(url + path)
            thief.get_by_role("heading", name="Sign in to the secretariat").wait_for()
            assert [words for words in SECRETS if words in thief.content()] == []
        look_at(thief, "thief-shown-out")
        # Not even in the shape of the browser that it was stolen from: the session is over for good.
        with opened(browser, user_agent=FIREFOX) as disguised:
            bring(disguised.context, url, secret)
            disguised.goto(f"{url}{LETTER}/signatories")
            disguised.get_by_role("heading", name="Sign in to the secretariat").wait_for()

    owner.reload()
    owner.get_by_role("heading", name="Sign in to the secretariat").wait_for()
    [mail] = told(coalition)
    assert mail.to == olga.email
    assert "The session was ended at once" in " ".join(mail.text.split())
    assert "change your password" in " ".join(mail.text.split())

    coalition.wait(minutes=2)
    sign_in(owner, coalition, url, olga)
    assert cookie_of(owner, url) != secret
    owner.goto(f"{url}/desk/account")
    assert owner.get_by_text("Firefox on Linux").count() >= 1
    assert owner.get_by_text("Chrome on Windows").count() == 0
    look_at(owner, "thief-account")
    assert len(told(coalition)) == 1


def test_what_the_thief_sends_is_not_done(
    browser: Browser, coalition: Coalition, url: str, owner: Page
) -> None:
    """Even with the mark of the stolen session's own forms: a copy of the whole page was stolen."""
    mark = owner.locator('form[action="/desk/sign-out"] input[name=csrf]').input_value()
    with opened(browser, user_agent=CHROME) as thief:
        bring(thief.context, url, cookie_of(owner, url))

        answer = thief.request.post(
            f"{url}{LETTER}/emergency", form={"csrf": mark, "meant": "hide"}, max_redirects=0
        )

    assert answer.status in {303, 403}
    assert coalition.campaign().emergency_at is None
    assert len(told(coalition)) == 1
    owner.reload()
    owner.get_by_role("heading", name="Sign in to the secretariat").wait_for()
