"""Every public page in a real browser: no fault that axe-core finds, nothing sticks out, and a picture of each is kept."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from service.foundation.sealing import RootKey
from service.store.engine import make_engine
from tests.coalition import Coalition
from tests.stories.gallery import Gallery, gallery_of
from tests.stories.looked_at import PICTURES, WIDTHS, faults_in

pytestmark = [pytest.mark.browser, pytest.mark.soak]

PRESSED: dict[str, dict[str, str]] = {
    "manage-preview": {"acronym": "DLH"},
    "evidence-wrong": {},
    "ask-wrong": {},
    "waiting-wrong": {"code": "12"},
    "verify-wrong": {"check": "12ab"},
    "verify-other": {"check": "0" * 64},
    "verified": {},
}
"""What is filled in on a page whose button is then pressed, for what comes after it."""


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """Stay on one database: the browser does not see which it is."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


def test_every_page_is_whole_for_everybody(
    browser: Browser, engine: Engine, root: RootKey, noon: datetime
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    with gallery_of(Coalition(engine=engine, root=root, now=noon)) as gallery:
        for pages in (gallery.collecting, gallery.changed, gallery.sent, gallery.joined):
            faults += look_at(browser, gallery, pages())
    assert not faults, "\n".join(faults)


def look_at(browser: Browser, gallery: Gallery, pages: dict[str, str]) -> list[str]:
    """Open each page once, look at it in every width, in light and dark and in both directions; tell what is wrong."""
    faults = []
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for name, path in pages.items():
        page.goto(gallery.url + path)
        if name in PRESSED:
            for field, text in PRESSED[name].items():
                page.fill(f"#{field}", text)
            with page.expect_navigation():
                page.click("main form button[type=submit]")
        # Whatever is folded away is looked at as well.
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        for width in WIDTHS:
            page.set_viewport_size({"width": WIDTHS[width], "height": 800})
            faults += [f"{name} on a {width}{fault}" for fault in faults_in(page, name, width)]
    context.close()
    # Links that are over, or never were, answer 404 or 410, and what comes back unfilled 422; the console reports that.
    return faults + [words for words in said if not any(code in words for code in ("404", "410", "422"))]
