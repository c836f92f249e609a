"""An editor writes in a real browser: the first page follows, what is typed is kept, and a lost line loses nothing."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from service.coordinators.sessions import begin_session
from service.foundation.sealing import RootKey
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition
from tests.desk import add_colleague
from tests.stories.at_a_browser import served
from tests.stories.test_a_member_signs_in_a_browser import engine

__all__ = ["engine"]
pytestmark = pytest.mark.browser

TEXT = f"/desk/letters/{SLUG}/text"
_SOON = 60_000


@pytest.fixture
def page(engine: Engine, root: RootKey, noon: datetime, browser: Browser) -> Iterator[Page]:
    """Open the text of a draft as its owner."""
    coalition = Coalition(engine=engine, root=root, now=noon).load()
    olga = add_colleague(coalition)
    with transaction(engine) as session:
        desk = coalition.keyring.desk
        secret = begin_session(session, desk, coordinator_id=olga.id, device="Firefox", now=noon)
    with served(coalition) as url:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies(
            [{"name": "desk", "value": secret, "url": url, "httpOnly": True, "sameSite": "Lax"}]
        )
        page = context.new_page()
        page.goto(url + TEXT)
        yield page
        context.close()


def status(page: Page) -> str:
    return page.locator("#text-beside [role=status]").inner_text()


def test_what_is_typed_is_kept_and_seen_and_outlives_a_lost_line(page: Page) -> None:
    before = page.locator("#first-page img").get_attribute("src")
    page.fill("#body", "Typed ((cuont)).")
    page.wait_for_function(
        "src => document.querySelector('#first-page img').getAttribute('src') !== src",
        arg=before,
        timeout=_SOON,
    )
    assert "((cuont)) stands for nothing" in page.locator("#text-beside").inner_text()
    assert page.evaluate("document.querySelector('#first-page img').naturalWidth") > 0

    page.context.set_offline(True)
    page.fill("#body", "Typed on a train.")
    page.wait_for_function(
        "() => /could not be kept/.test(document.querySelector('#text-beside [role=status]').textContent)",
        timeout=_SOON,
    )
    page.context.set_offline(False)
    page.fill("#body", "Typed on a train, all of it.")
    page.wait_for_function(
        "() => /Kept at/.test(document.querySelector('#text-beside [role=status]').textContent)",
        timeout=_SOON,
    )
    page.reload()

    assert page.input_value("#body") == "Typed on a train, all of it."
    assert "You have unsaved changes from" in page.inner_text("main")
    assert Axe().run(page).response["violations"] == []


def test_a_button_that_is_pressed_twice_is_sent_once_and_another_or_other_words_still_are(page: Page) -> None:
    # Nothing leaves the page: what would have been sent is told by which events were let pass.
    sent = page.evaluate(
        """() => {
            const sent = [];
            addEventListener("submit", (event) => {
                if (!event.defaultPrevented) sent.push(event.submitter.value);
                event.preventDefault();
            });
            for (const name of ["save", "save", "show"]) document.querySelector(`.save [value=${name}]`).click();
            document.getElementById("body").value += " More.";
            document.querySelector(".save [value=show]").click();
            return sent;
        }"""
    )

    assert sent == ["save", "show", "show"]
