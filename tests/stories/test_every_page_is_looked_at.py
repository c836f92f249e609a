"""Every public page in a real browser: no fault that axe-core finds, nothing sticks out, and a picture of each is kept."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from service.foundation.sealing import RootKey
from service.store.engine import make_engine
from tests.coalition import Coalition
from tests.stories.gallery import Gallery, gallery_of

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parents[2] / "build" / "pages"
WIDTHS = {"phone": 360, "desk": 1280}
# Each of width, scheme and direction is seen with each of the others.
LOOKS = {"phone": (("light", "ltr"), ("dark", "rtl")), "desk": (("dark", "ltr"), ("light", "rtl"))}
AXE_IN = {"phone": "dark", "desk": "light"}
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
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


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
            page.click("main form button[type=submit]")
        # Whatever is folded away is looked at as well.
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        for width in WIDTHS:
            page.set_viewport_size({"width": WIDTHS[width], "height": 800})
            faults += [f"{name} on a {width}{fault}" for fault in faults_in(page, name, width)]
    context.close()
    # Links that are over, or never were, answer 404 or 410, and what comes back unfilled 422; the console reports that.
    return faults + [words for words in said if not any(code in words for code in ("404", "410", "422"))]


def faults_in(page: Page, name: str, width: str) -> list[str]:
    faults = []
    for scheme, direction in LOOKS[width]:
        page.emulate_media(color_scheme=scheme)
        page.evaluate("direction => { document.documentElement.dir = direction }", direction)
        if scheme == AXE_IN[width]:
            faults += [f": {fault}" for fault in axe_faults(page)]
        if page.evaluate("document.documentElement.scrollWidth") > WIDTHS[width]:
            faults.append(f", {direction}: something sticks out")
        picture = PICTURES / f"{name}-{width}-{scheme}-{direction}.jpg"
        # This takes much less time than a PNG does.
        page.screenshot(path=picture, full_page=True, type="jpeg", quality=85, caret="initial")
    return faults


def axe_faults(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{fault['id']}: {[node['target'] for node in fault['nodes']][:3]}" for fault in found]
