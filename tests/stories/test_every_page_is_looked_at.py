"""Every public page in a real browser: no fault that axe-core finds, nothing sticks out, and a picture of each is kept."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
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
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """Stay on one database: the browser does not see which it is."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Start the system's Chromium; without it this story is left out, or fails where a browser is demanded."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        needed = os.environ.get("UNDERSIGNED_REQUIRE_BROWSER") == "1"  # noqa: TID251 -- the tests' own switch
        (pytest.fail if needed else pytest.skip)("No Chromium on this machine: install it to see this story.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def test_every_page_is_whole_for_everybody(
    browser: Browser, engine: Engine, root: RootKey, noon: datetime
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    with gallery_of(Coalition(engine=engine, root=root, now=noon)) as gallery:
        for pages in (gallery.collecting, gallery.published):
            named = pages()
            for width in WIDTHS:
                faults += look_at(browser, gallery, named, width)
    assert faults == []


def look_at(browser: Browser, gallery: Gallery, pages: dict[str, str], width: str) -> list[str]:
    """Open each page once, look at it in light and dark and in both directions, and tell what is wrong."""
    faults = []
    context = browser.new_context(viewport={"width": WIDTHS[width], "height": 800})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for name, path in pages.items():
        page.goto(gallery.url + path)
        page.emulate_media(color_scheme=AXE_IN[width])
        faults += [f"{name} on a {width}: {fault}" for fault in axe_faults(page)]
        for scheme, direction in LOOKS[width]:
            page.emulate_media(color_scheme=scheme)
            page.evaluate("direction => { document.documentElement.dir = direction }", direction)
            if page.evaluate("document.documentElement.scrollWidth") > WIDTHS[width]:
                faults.append(f"{name} on a {width}, {direction}: something sticks out")
            picture = PICTURES / f"{name}-{width}-{scheme}-{direction}.png"
            page.screenshot(path=picture, full_page=True)
    context.close()
    # The pages for what is not there are a 404, which the console reports; a breach of the content policy must not be.
    return faults + [words for words in said if "404" not in words]


def axe_faults(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{fault['id']}: {[node['target'] for node in fault['nodes']][:3]}" for fault in found]
