"""A member reads what changed in a real browser, on a phone and at a desk, in both directions, and answers."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from service.foundation.sealing import RootKey
from tests.changing import file_of, revised
from tests.coalition import Coalition
from tests.house.repository import ROOT
from tests.stories.at_a_browser import served
from tests.stories.test_a_letter_speaks_several_languages import ARABIC, FRENCH
from tests.stories.test_a_member_signs_in_a_browser import DESK, PHONE, SECONDS, Site, engine, fits

__all__ = ["engine"]
pytestmark = pytest.mark.browser

LONG = (
    b"""We write to you about the river. Its water feeds three million people, and nobody asked them.

When the dam was planned in 2019, your government promised to hear the villages; it has heard none of them.

We know that you will speak at the Basin Summit.""",
    b"""We write to you about the old river. Its water feeds nearly three million people, and nobody asked them.

When the first dam was planned in 2019, your government promised to hear all the villages; it has heard two.

The fishing grounds at the mouth of the river are lost already.""",
)
OF_THE_RIVER = b"we write to you about the river."
SIGNED_ARABIC = ARABIC.replace("title =", 'status = "authentic"\ntitle =')
NEW_ARABIC = SIGNED_ARABIC.replace("عن النهر", "عن النهر القديم وعن مصبّه").replace(
    "ادعوا القرى", "ادعوا جميع القرى والبلدات"
)


@pytest.fixture
def site(engine: Engine, root: RootKey, noon: datetime) -> Iterator[Site]:
    """Serve a letter whose English and Arabic words have changed, with somebody who is asked and somebody who keeps."""
    coalition = Coalition(engine=engine, root=root, now=noon).open(
        file_of((OF_THE_RIVER, LONG[0]), tables=SIGNED_ARABIC + FRENCH)
    )
    coalition.sign_and_confirm("Keeping Watch", keeps_on_change=True)
    coalition.sign_and_confirm("Asking Alliance")
    changed = file_of(
        (OF_THE_RIVER, LONG[1]),
        (b'"Invite the villages."', b'"Invite all villages and towns.", "Publish the survey of 2019."'),
        (b'closing = "Respectfully,"', b'closing = "Yours respectfully,"'),
        tables=NEW_ARABIC.replace('القرى والبلدات."', 'القرى والبلدات.", "انشروا المسح."')
        + FRENCH.replace('villages."', 'villages.", "Publiez l’étude."'),
    )
    revised(coalition, changed, reason="The villages asked us to name the mouth of the river as well.")
    with served(coalition) as url:
        yield Site(coalition=coalition, url=url)


@pytest.fixture(params=[(PHONE, "light"), (DESK, "dark")], ids=["phone", "desk"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a window without JavaScript, on a phone and at a desk."""
    width, scheme = request.param
    context = browser.new_context(
        java_script_enabled=True, viewport={"width": width, "height": 760}, color_scheme=scheme
    )
    context.set_default_timeout(SECONDS * 1000)
    yield context.new_page()
    context.close()


def is_accessible(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


def keep_picture(page: Page, name: str) -> None:
    assert page.viewport_size is not None
    folder = Path(ROOT) / "build" / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}-{page.viewport_size['width']}.png", full_page=True)


def test_a_member_reads_every_change_and_agrees(site: Site, page: Page) -> None:
    page.goto(site.newest("change"))
    fits(page)
    keep_picture(page, "change-asked")
    is_accessible(page)
    english = page.locator('.words[lang="en"]')
    assert english.first.evaluate("node => getComputedStyle(node).direction") == "ltr"
    arabic = page.locator('.words[lang="ar"]')
    assert arabic.first.evaluate("node => getComputedStyle(node).direction") == "rtl"
    for mark, line in (("del", "line-through"), ("ins", "underline")):
        drawn = page.locator(f".words {mark}").first.evaluate(
            "node => getComputedStyle(node).textDecorationLine"
        )
        assert drawn == line
    page.get_by_role("heading", name="Request 3 new").wait_for()
    assert site.coalition.counts().signatories == 0

    page.get_by_role("button", name="Agree to version 2").click()
    page.get_by_role("heading", name="Your sign-on stands").wait_for()
    fits(page)
    keep_picture(page, "change-agreed")

    assert site.coalition.counts().signatories == 1


def test_a_member_who_keeps_its_name_objects(site: Site, page: Page) -> None:
    site.coalition.deliver_mail()
    page.goto(f"{site.url}/change/{site.coalition.tokens('change')[0]}")
    page.get_by_text("unless you object before").wait_for()
    keep_picture(page, "change-told")
    page.locator("summary", has_text="Object").click()
    page.get_by_role("button", name="Object, and withdraw the sign-on").click()
    page.get_by_text("Withdrawn").first.wait_for()
    fits(page)

    assert site.coalition.counts().signatories == 0


def test_a_reader_changes_the_language_of_the_letter(site: Site, page: Page) -> None:
    page.goto(site.letter)
    texts = page.get_by_role("navigation", name="The letter in other languages")
    texts.get_by_role("link", name="العربية").click()
    page.get_by_role("heading", name="أبقوا النهر مفتوحًا", level=1).wait_for()
    fits(page)
    keep_picture(page, "letter-arabic")
    is_accessible(page)
    assert page.locator("article.letter").evaluate("node => getComputedStyle(node).direction") == "rtl"
    texts.get_by_role("link", name="français").click()
    page.get_by_role("heading", name="Gardez le fleuve ouvert", level=1).wait_for()
