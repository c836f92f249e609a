"""A kit as its reader sees it: with and without JavaScript, narrow and wide, light and dark; and the pack for a board."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from sqlalchemy import Engine

from service.foundation.sealing import RootKey
from service.store.engine import make_engine
from tests.coalition import Coalition
from tests.stories.gallery import gallery_of
from tests.stories.test_a_member_publishes_the_kit import sent_kits

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parents[2] / "build" / "kit"
LOOKS = {(360, "light", "en"), (1280, "light", "en"), (1280, "dark", "ar"), (360, "dark", "ar")}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """Stay on one database: the browser does not see which it is."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


def test_a_kit_is_whole_for_everybody(
    browser: Browser, engine: Engine, root: RootKey, noon: datetime
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    coalition = Coalition(engine=engine, root=root, now=noon)
    with gallery_of(coalition) as gallery:
        coalition.sign_and_confirm("Lake Alliance", country="IN").deliver_mail()
        invited = f"/invitation/{coalition.newest_token('invitation')}/pack.pdf"
        coalition.close().propose()
        sent_kits(coalition, under_embargo=True)
        coalition.deliver_mail()
        path = f"/kit/{coalition.newest_token('kit')}"
        context = browser.new_context()
        page = context.new_page()
        faults = []
        for width, scheme, language in sorted(LOOKS):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            page.goto(f"{gallery.url}{path}?lang={language}")
            found = Axe().run(page, options=RULES).response["violations"]
            faults += [f"{fault['id']}: {[node['target'] for node in fault['nodes']][:3]}" for fault in found]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append(f"something sticks out at {width}")
            page.screenshot(path=PICTURES / f"kit-{width}-{scheme}-{language}.png", full_page=True)
        page.goto(f"{gallery.url}{path}?lang=en")
        page.click("button[data-copy=paragraph]")
        # The clipboard answers when it likes: copied, or marked to be copied by hand.
        page.wait_for_function(
            "document.querySelector('#paragraph ~ .copy .said').textContent"
            " || document.activeElement.id === 'paragraph'"
        )
        for name in ("share.png", "kit.zip"):
            (PICTURES / name).write_bytes(context.request.get(f"{gallery.url}{path}/{name}").body())
        pack = context.request.get(gallery.url + invited).body()
        (PICTURES / "pack.pdf").write_bytes(pack)
        bare = browser.new_context(java_script_enabled=False)
        plain = bare.new_page()
        plain.goto(gallery.url + path)
        assert "Lake Alliance" in plain.input_value("#paragraph")
        assert not plain.is_visible("button[data-copy=paragraph]")
        bare.close()
        context.close()
    assert pack.startswith(b"%PDF-")
    assert faults == []
