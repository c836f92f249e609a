"""The page on which a signatory asks a Member of Congress, in a real browser: empty, wrong and kept; nothing sticks out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from service.store.engine import make_engine
from tests.coalition import Coalition
from tests.constituents import (
    ASKED,
    OFFICE,
    OTHER_OFFICE,
    SETTINGS,
    list_offices,
    opened,
    set_up,
    sign_as_person,
)
from tests.stories.at_a_browser import served
from tests.stories.looked_at import PICTURES, WIDTHS, faults_in
from tests.stories.test_a_home_address_is_shown_for_a_code import newest_code

pytestmark = pytest.mark.browser


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """Stay on one database: the browser does not see which it is."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


def test_every_look_of_the_page_is_whole(browser: Browser, coalition: Coalition) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    set_up(opened(coalition), "cwc", SETTINGS)
    list_offices(coalition, SETTINGS, OFFICE, OTHER_OFFICE)
    own = sign_as_person(coalition)
    with served(coalition) as url:
        page = browser.new_page()
        page.goto(url + own)
        faults = look_at(page, "manage-of-constituent")
        page.get_by_role("link", name="Ask your Member to raise this letter").click()
        faults += look_at(page, "manage-member")
        send(page)
        faults += look_at(page, "manage-member-wrong")
        assert page.locator(".summary li").count() == 8, "all that is missing is said at once"
        fill(page)
        send(page)
        page.get_by_text("Kept: your message goes to your Member").wait_for()
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        faults += look_at(page, "manage-member-asked")
        page.get_by_role("button", name="Mail me a code").click()
        page.get_by_text("A code is on its way to your mailbox").wait_for()
        page.locator("#code").fill("000000")
        page.get_by_role("button", name="Show it").click()
        page.get_by_role("link", name="This is not the code").wait_for()
        faults += look_at(page, "manage-member-wrong-code")
        page.locator("#code").fill(newest_code(coalition))
        page.get_by_role("button", name="Show it").click()
        page.get_by_text(ASKED["address"]).wait_for()
        faults += look_at(page, "manage-member-shown")
        page.get_by_role("button", name="Take it back and delete my address").click()
        page.get_by_text("your address is deleted").wait_for()
    assert not faults, "\n".join(faults)


def look_at(page: Page, name: str) -> list[str]:
    faults: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": WIDTHS[width], "height": 800})
        faults += [f"{name} on a {width}{fault}" for fault in faults_in(page, name, width)]
    page.emulate_media(color_scheme="light")
    return faults


def fill(page: Page) -> None:
    for name, text in ASKED.items():
        field = page.locator(f"#{name}")
        if name in {"office", "prefix", "state"}:
            field.select_option(text)
        else:
            field.fill(text)


def send(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Ask my Member").click()
