"""Somebody's hands at a real browser: each press, each field typed and each choice counts, and the pages passed are looked at."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Locator, Page

from service.coordinators.sessions import begin_session
from service.store.transaction import transaction
from tests.coalition import PUBLIC_URL, Coalition
from tests.desk import Colleague
from tests.stories.looked_at import PICTURES, axe_faults

PHONE, DESK = 360, 1280
SECONDS = 15


@dataclass
class Tally:
    """How much was done, by everybody of a story together."""

    actions: int = 0


@dataclass(kw_only=True)
class Hands:
    """One person in one browser; `story` names its pictures."""

    page: Page
    url: str
    story: str
    with_script: bool
    tally: Tally
    faults: list[str] = field(default_factory=list)

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press a button that brings a page."""
        self._go((within or self.page.locator("main")).get_by_role("button", name=name, exact=True))

    def follow(self, name: str, *, within: Locator | None = None) -> None:
        """Follow a link of the page."""
        self._go((within or self.page.locator("main")).get_by_role("link", name=name, exact=True))

    def turn_to(self, part: str) -> None:
        """Go to another part of the letter's desk."""
        self.follow(part, within=self.page.get_by_role("navigation", name="Parts of this letter"))

    def open_link(self, address: str) -> None:
        """Follow a link in a mail."""
        self.tally.actions += 1
        self.page.goto(self.url + address.removeprefix(PUBLIC_URL))

    def write(self, label: str, text: str, *, within: Locator | None = None) -> None:
        """Type into a field."""
        self.tally.actions += 1
        (within or self.page.locator("main")).get_by_label(label, exact=True).fill(text)

    def choose(self, label: str, *, within: Locator | None = None) -> None:
        """Choose one of several answers, or tick a box."""
        self.tally.actions += 1
        (within or self.page.locator("main")).get_by_label(label, exact=True).check()

    def pick(self, label: str, option: str) -> None:
        """Choose from a list."""
        self.tally.actions += 1
        self.page.get_by_label(label, exact=True).select_option(label=option)

    def attach(self, label: str, name: str, data: bytes) -> None:
        """Choose a file."""
        self.tally.actions += 1
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        self.page.get_by_label(label, exact=True).set_input_files(file)

    def reads(self, *words: str) -> None:
        """Make sure that these words stand on the page."""
        shown = self.words()
        for one in words:
            assert one in shown, f"{one!r} does not stand in: {shown}"

    def words(self) -> str:
        """Give what the page says."""
        return " ".join(self.page.locator("main").inner_text().split())

    def look(self, name: str) -> None:
        """Keep a picture of the page, and note whatever axe finds and whatever sticks out."""
        assert self.page.viewport_size is not None
        width = self.page.viewport_size["width"]
        if self.page.evaluate("document.documentElement.scrollWidth") > width:
            self.faults.append(f"{name}: something sticks out at {width} px")
        if self.with_script:
            self.faults += [f"{name}: {fault}" for fault in axe_faults(self.page)]
        PICTURES.mkdir(parents=True, exist_ok=True)
        how = "" if self.with_script else "-bare"
        path = PICTURES / f"{self.story}-{name}-{width}{how}.jpg"
        self.page.screenshot(path=path, full_page=True, type="jpeg", quality=85, caret="initial")

    def _go(self, target: Locator) -> None:
        self.tally.actions += 1
        with self.page.expect_navigation():
            target.click()


@contextlib.contextmanager
def hands(
    browser: Browser,
    coalition: Coalition,
    url: str,
    colleague: Colleague | None = None,
    *,
    story: str,
    with_script: bool,
    width: int = DESK,
    tally: Tally | None = None,
) -> Iterator[Hands]:
    """Open a browser, of a coordinator who is signed in or of somebody without an account; no fault may be left in the end."""
    is_phone = width == PHONE
    context = browser.new_context(
        java_script_enabled=with_script,
        viewport={"width": width, "height": 780 if is_phone else 900},
        has_touch=is_phone,
        timezone_id="America/New_York",
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(SECONDS * 1000)
    if colleague is not None:
        with transaction(coalition.engine) as session:
            secret = begin_session(
                session,
                coalition.keyring.desk,
                coordinator_id=colleague.id,
                device="Chromium",
                now=coalition.now,
            )
        context.add_cookies(
            [{"name": "desk", "value": secret, "url": url, "httpOnly": True, "sameSite": "Lax"}]
        )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    mine = Hands(
        page=page,
        url=url,
        story=story,
        with_script=with_script,
        tally=tally if tally is not None else Tally(),
    )
    try:
        yield mine
    finally:
        context.close()
    # A form that is refused, or that waits for a proof, answers so; the console says it.
    assert [words for words in said if "422" not in words and "403" not in words] == []
    assert mine.faults == []
