"""As a coordinator at a phone I have the parts of a letter in one row, the one I am at in view, with a script or without."""

from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from service.foundation.sealing import RootKey
from service.model.coordinator import Coordinator
from service.store.transaction import transaction
from tests.coalition import Coalition, letter_file
from tests.desk import add_colleague
from tests.stories.at_a_browser import served
from tests.stories.desk_in_a_browser import LETTER, PHONE, WIDE, come_in, look_at, opened
from tests.stories.test_a_member_signs_in_a_browser import engine

__all__ = ["engine"]
pytestmark = pytest.mark.browser

ROW = ".desk-head .parts ul"
PRESENT = f"{ROW} a[aria-current=page]"


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon).open(letter_file())


def edges(page: Page, which: str) -> tuple[float, float, float]:
    """Give where the first thing of a kind begins and ends, from the left, and how high it is."""
    box = page.locator(which).first.bounding_box()
    assert box is not None
    return box["x"], box["x"] + box["width"], box["height"]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("part", ["", "sends", "settings"])
def test_on_a_phone_they_are_one_row_with_the_present_one_in_view(
    browser: Browser, coalition: Coalition, language: str, part: str, *, script: bool
) -> None:
    olga = add_colleague(coalition)
    with transaction(coalition.engine) as session:
        session.get_one(Coordinator, olga.id).language = language
    with served(coalition) as url, opened(browser, width=PHONE, script=script) as page:
        come_in(page, coalition, url, olga)
        page.goto(f"{url}{LETTER}/{part}")
        page.wait_for_timeout(400)

        first, last, height = edges(page, PRESENT)
        assert 0 <= first < last <= PHONE
        assert edges(page, ROW)[2] < 2 * height
        look_at(page, f"parts-{language}-{part or 'overview'}{'' if script else '-no-script'}")


def test_the_keyboard_brings_each_part_into_view_and_leads_there(
    browser: Browser, coalition: Coalition
) -> None:
    olga = add_colleague(coalition)
    with served(coalition) as url, opened(browser, width=PHONE, script=False) as page:
        come_in(page, coalition, url, olga)
        page.goto(f"{url}{LETTER}/")
        page.wait_for_timeout(400)
        links = page.locator(f"{ROW} a")
        links.first.focus()
        for _ in range(links.count() - 1):
            page.keyboard.press("Tab")
        first, last, _ = edges(page, f"{ROW} a:focus")
        assert 0 <= first < last <= PHONE

        page.keyboard.press("Enter")
        page.wait_for_url(f"{url}{LETTER}/settings")


def test_on_a_wide_screen_all_of_them_are_in_view(browser: Browser, coalition: Coalition) -> None:
    olga = add_colleague(coalition)
    with served(coalition) as url, opened(browser, width=WIDE) as page:
        come_in(page, coalition, url, olga)
        page.goto(f"{url}{LETTER}/")
        look_at(page, "parts-wide")

        assert edges(page, f"{ROW} li:last-child")[1] <= WIDE
