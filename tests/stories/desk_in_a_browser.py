"""A coordinator at the desk in a real browser: signed in, on a phone or at a wide screen, with JavaScript or without."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from service.coordinators.sessions import begin_session
from service.store.transaction import transaction
from service.web.desk.cookie import cookie_name
from tests.coalition import SLUG, Coalition
from tests.desk import Colleague
from tests.stories.looked_at import PICTURES, axe_faults

LETTER = f"/desk/letters/{SLUG}"
PHONE, WIDE = 360, 1280
_SECONDS = 15


@dataclass
class Thumb:
    """Somebody at a phone with one hand: each tap is counted, what is typed or pasted is not."""

    page: Page
    taps: int = 0

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.tap()
        self.page.wait_for_load_state()


@contextlib.contextmanager
def opened(browser: Browser, *, width: int = WIDE, script: bool = True, **more: Any) -> Iterator[Page]:
    """Open a window in which nothing may go wrong unseen: no error of a script, no breach of the content policy."""
    context = browser.new_context(
        viewport={"width": width, "height": 760}, has_touch=True, java_script_enabled=script, **more
    )
    context.set_default_timeout(_SECONDS * 1000)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    # What is refused on purpose is a 422, and a page that is not one's own a 403; the console reports both.
    assert [words for words in said if not any(code in words for code in ("403", "422"))] == []


def come_in(page: Page, coalition: Coalition, url: str, colleague: Colleague) -> None:
    """Have the window bring a session that began just now: a coordinator who has proved who it is."""
    with transaction(coalition.engine) as session:
        secret = begin_session(
            session,
            coalition.keyring.desk,
            coordinator_id=colleague.id,
            device="Chrome on Linux",
            now=coalition.now,
        )
    bring(page.context, url, secret)


def bring(context: BrowserContext, url: str, secret: str) -> None:
    """Let a window bring this secret from now on."""
    cookie = {"name": cookie_name(url), "value": secret, "url": url, "httpOnly": True, "sameSite": "Lax"}
    context.add_cookies([cookie])


def look_at(page: Page, name: str) -> None:
    """Keep a picture of an open page; nothing sticks out of it, and axe finds nothing where it can run."""
    assert page.viewport_size is not None
    width = page.viewport_size["width"]
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"story-{name}-{width}.jpg", full_page=True, type="jpeg", quality=85)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    if runs_scripts(page):
        assert axe_faults(page) == [], name


def runs_scripts(page: Page) -> bool:
    """Tell whether pages may run scripts in this window."""
    return bool(page.evaluate("matchMedia('(scripting: enabled)').matches"))
