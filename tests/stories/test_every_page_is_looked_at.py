"""Every public page in a real browser: no fault that axe-core finds, nothing sticks out, and a picture of each is kept."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from service.foundation.sealing import RootKey
from service.i18n.languages import OFFERED
from service.store.engine import make_engine
from service.templating import TEMPLATES, _environment
from tests.coalition import Coalition
from tests.constituents import OFFICE, opened, sign_as_person
from tests.doubles.congress import chamber_server
from tests.stories.at_a_browser import served
from tests.stories.gallery import RIVER, gallery_of
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
    "verified-annex": {},
    "link-asked": {},
}
"""What is filled in on a page whose button is then pressed, for what comes after it."""


SENT = {"verified-annex": RIVER.parent / "readings.pdf"}
"""The file that goes along."""

ELSEWHERE = {"public/manage_member.html", "errors/broken.html"}
"""What the river's letter has no page of, which the other test looks at; and what only a fault of ours brings."""


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """Stay on one database: the browser does not see which it is."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


def test_every_page_is_whole_for_everybody(
    browser: Browser, engine: Engine, root: RootKey, noon: datetime
) -> None:
    faults: list[str] = []
    _environment.cache_clear()
    with gallery_of(Coalition(engine=engine, root=root, now=noon)) as gallery:
        for pages in (
            *(gallery.collecting, gallery.attacked, gallery.changed),
            *(gallery.sent, gallery.joined, gallery.failing),
        ):
            faults += look_at(browser, gallery.url, pages())
    assert not faults, "\n".join(faults)
    assert of_the_public() - filled() == ELSEWHERE


def test_the_page_for_a_member_of_congress_is_whole_for_everybody(
    browser: Browser, engine: Engine, root: RootKey, noon: datetime
) -> None:
    coalition = Coalition(engine=engine, root=root, now=noon)
    with chamber_server(offices={OFFICE: ""}) as server:
        opened(coalition, server)
        own = sign_as_person(coalition)
        with served(coalition) as url:
            faults = look_at(browser, url, {"manage-member": f"{own}/member"})
    assert not faults, "\n".join(faults)


def of_the_public() -> set[str]:
    """Give each template of a page that somebody without an account may come to."""
    folders = ("public", "errors", "kit")
    found = (path for folder in folders for path in (TEMPLATES / folder).glob("*.html"))
    return {path.relative_to(TEMPLATES).as_posix() for path in found if is_page(path.read_text())}


def is_page(template: str) -> bool:
    """Tell a page, which fills a frame or is whole by itself, from a part of one."""
    return template.startswith("{% extends") or "<html" in template


def filled() -> set[str]:
    """Give every template that was filled since they were last forgotten, in whatever language."""
    kept = (_environment(language.tag).cache for language in OFFERED)
    return {name for cache in kept if cache is not None for _, name in cache}


def look_at(browser: Browser, url: str, pages: dict[str, str]) -> list[str]:
    """Open each page once, look at it in every width, in light and dark and in both directions; tell what is wrong."""
    faults = []
    PICTURES.mkdir(parents=True, exist_ok=True)
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for name, path in pages.items():
        page.goto(url + path)
        if name in PRESSED:
            for field, text in PRESSED[name].items():
                page.fill(f"#{field}", text)
            if name in SENT:
                page.set_input_files("#file", SENT[name])
            with page.expect_navigation():
                page.click("main form button[type=submit]")
        # Whatever is folded away is looked at as well.
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        for width in WIDTHS:
            page.set_viewport_size({"width": WIDTHS[width], "height": 800})
            faults += [f"{name} on a {width}{fault}" for fault in faults_in(page, name, width)]
    context.close()
    # What is not there, not asked for rightly or not to be had just now answers so; the console reports that.
    known = ("404", "405", "422", "503")
    return faults + [words for words in said if not any(code in words for code in known)]
