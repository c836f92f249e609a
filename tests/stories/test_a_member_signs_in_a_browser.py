"""A member signs and confirms in a real browser, on a phone and at a desk, with JavaScript and without."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from service.foundation.sealing import RootKey
from service.store.engine import make_engine
from tests.coalition import Coalition, letter_file
from tests.promises.test_look_alikes import invite
from tests.stories.at_a_browser import served
from tests.stories.visitor import letter_page

pytestmark = pytest.mark.browser

SECONDS = 15
PHONE, DESK = 360, 1280


@dataclass(frozen=True)
class Site:
    """A letter that collects sign-ons, served on loopback."""

    coalition: Coalition
    url: str

    @property
    def letter(self) -> str:
        """The address of the letter, with its key."""
        return self.url + letter_page(self.coalition)

    def newest(self, purpose: str) -> str:
        """Deliver the mail and give the address of its newest link of a kind."""
        self.coalition.deliver_mail()
        return f"{self.url}/{purpose}/{self.coalition.newest_token(purpose)}"


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """Stay on one database: the browser does not see which it is."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def site(engine: Engine, root: RootKey, noon: datetime) -> Iterator[Site]:
    """Serve a letter that takes everyone."""
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))
    with served(coalition) as url:
        yield Site(coalition=coalition, url=url)


@pytest.fixture(params=[(True, PHONE), (False, PHONE), (True, DESK), (False, DESK)], ids=str)
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a window, with and without JavaScript, on a phone and at a desk; nothing may go wrong in it unseen."""
    with_script, width = request.param
    context = browser.new_context(
        java_script_enabled=with_script, viewport={"width": width, "height": 760}, base_url="http://127.0.0.1"
    )
    context.set_default_timeout(SECONDS * 1000)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield page
    # A refused form is a 422, which the console reports; a breach of the content policy must not be there.
    assert [words for words in said if "422" not in words] == []
    context.close()


def test_an_organization_reads_signs_and_confirms(site: Site, page: Page) -> None:
    page.goto(site.letter)
    fits(page)
    page.get_by_role("link", name="Sign this letter").first.click()
    page.get_by_role("link", name="An organization").click()
    fits(page)
    page.get_by_label("Name of the organization").fill("Kızılırmak Derneği")
    page.get_by_label("Representative’s name").fill("Noor Example")
    page.get_by_label("Representative’s role").fill("Chair")
    page.get_by_label("I am that person").check()
    page.get_by_label("Your e-mail address").fill("office@lakes.example")
    page.get_by_role("button", name="Send the sign-on").click()
    page.get_by_role("heading", name="Check your e-mail").wait_for()
    fits(page)

    page.goto(site.newest("confirm"))
    page.get_by_text("Kızılırmak Derneği").first.wait_for()
    fits(page)
    assert site.coalition.counts().signatories == 0
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="The sign-on is confirmed").wait_for()

    assert site.coalition.counts().organizations == 1


def test_a_person_mends_a_mistake_signs_changes_its_mind_and_is_erased(site: Site, page: Page) -> None:
    page.goto(f"{site.url}{letter_page(site.coalition, '/sign', kind='person')}")
    page.get_by_label("Your name", exact=True).fill("ཚེ་རིང་།")
    page.get_by_label("Your e-mail address").fill("tsering@valley")
    page.get_by_role("button", name="Send the sign-on").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    fits(page)
    page.get_by_role("link", name="Choose how you want to be named.").click()
    page.wait_for_url("**#visibility")
    page.get_by_label("Named only to the addressee").check()
    page.get_by_label("Your e-mail address").fill("tsering@valley.example")
    page.get_by_role("button", name="Send the sign-on").click()
    page.get_by_role("heading", name="Check your e-mail").wait_for()

    page.goto(site.newest("confirm"))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="The sign-on is confirmed").wait_for()
    assert site.coalition.counts().individuals == 1

    page.goto(site.newest("manage"))
    own = page.url
    fits(page)
    page.get_by_role("link", name="Change how the name appears").click()
    fits(page)
    page.get_by_label("Position").fill("Hydrologist")
    page.get_by_label("Only counted").check()
    page.get_by_role("button", name="Show the new line").click()
    page.get_by_text("Counted only; the name is printed nowhere.").wait_for()
    fits(page)
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("status").get_by_text("Kept").wait_for()

    page.locator("summary", has_text="Take along").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the file").click()
    assert download.value.suggested_filename == "sign-on.json"

    page.locator("summary", has_text="Withdraw the sign-on").click()
    page.get_by_role("button", name="Withdraw the sign-on").click()
    page.get_by_text("Withdrawn").first.wait_for()
    fits(page)
    assert site.coalition.counts().signatories == 0
    page.get_by_role("button", name="Undo the withdrawal").click()
    page.get_by_role("status").get_by_text("undone").wait_for()
    assert site.coalition.counts().signatories == 1

    page.goto(f"{own}/receipt")
    with page.expect_navigation():
        page.get_by_role("link", name="use the receipt that names nobody").click()
    fits(page)
    assert "ཚེ་རིང" not in page.content()

    page.goto(own)
    page.get_by_role("link", name="Erase it").click()
    fits(page)
    page.get_by_role("button", name="Erase it for good").click()
    page.get_by_text("Erased.").wait_for()
    assert site.coalition.counts().signatories == 0


def test_an_organization_signs_for_members_and_holds_what_it_did_not_sign(site: Site, page: Page) -> None:
    page.goto(f"{site.url}{letter_page(site.coalition, '/sign', kind='organization')}")
    page.get_by_label("Name of the organization").fill("شبكة الأنهار")
    page.locator("summary", has_text="It signs for a network").click()
    page.get_by_label("For itself and the members listed here").check()
    page.get_by_label("Members it signs for").fill("نهر واحد\nLac Foundation")
    page.locator("summary", has_text="It signs under a condition").click()
    page.get_by_label("The condition").fill("If the second ask stays.")
    fits(page)
    page.get_by_label("Representative’s name").fill("Noor Example")
    page.get_by_label("Representative’s role").fill("Chair")
    page.get_by_label("I am that person").check()
    page.get_by_label("Your e-mail address").fill("office@rivers.example")
    page.get_by_role("button", name="Send the sign-on").click()
    page.goto(site.newest("confirm"))
    page.get_by_text("Lac Foundation").first.wait_for()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="The sign-on is confirmed").wait_for()
    assert site.coalition.counts().organizations == 0

    page.goto(site.newest("manage"))
    page.get_by_role("link", name="What speaks for your sign-on").click()
    fits(page)
    page.get_by_label("Second officer’s name").fill("Ben Board")
    page.get_by_label("Second officer’s e-mail address").fill("ben@rivers.example")
    page.get_by_role("button", name="Ask to countersign").click()
    page.get_by_text("A message went to").wait_for()
    page.goto(site.newest("countersign"))
    fits(page)
    page.locator("summary", has_text="It has not").click()
    page.get_by_role("button", name="It was not authorized").click()
    page.get_by_role("heading", name="The sign-on is held").wait_for()
    fits(page)


def test_who_knows_the_organization_says_that_it_did_not_sign(site: Site, page: Page) -> None:
    invite(site.coalition, "organization,Lake Alliance,chair@lakes.example")
    page.goto(site.newest("invitation"))
    fits(page)
    page.get_by_label("Representative’s name").fill("Noor Example")
    page.get_by_label("Representative’s role").fill("Chair")
    page.get_by_label("I am that person").check()
    page.locator("details:has(input[name=approver_email]) > summary").click()
    page.locator("input[name=approver_email]").fill("board@mail.example")
    page.locator("form:has(input[name=approver_email]) button[type=submit]").first.click()
    page.get_by_role("heading", name="Check your e-mail").wait_for()
    page.goto(site.newest("confirm"))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="The sign-on is confirmed").wait_for()
    assert site.coalition.counts().organizations == 1

    page.goto(site.newest("objection"))
    page.get_by_role("heading", name="Was this authorized?").wait_for()
    fits(page)
    assert site.coalition.counts().organizations == 1
    page.get_by_role("button", name="It was not authorized").click()
    page.get_by_role("heading", name="The sign-on is held").wait_for()
    fits(page)

    assert site.coalition.counts().organizations == 0


def test_whoever_looks_like_another_is_answered_like_all_and_held(site: Site, page: Page) -> None:
    site.coalition.sign_and_confirm("Greenpeace", email="office@peace.example")
    page.goto(f"{site.url}{letter_page(site.coalition, '/sign', kind='organization')}")
    # A Cyrillic letter stands in it.
    page.get_by_label("Name of the organization").fill("Greenp\N{CYRILLIC SMALL LETTER IE}ace")
    page.get_by_label("Representative’s name").fill("Mal Example")
    page.get_by_label("Representative’s role").fill("Chair")
    page.get_by_label("I am that person").check()
    page.get_by_label("Your e-mail address").fill("mal@else.example")
    page.get_by_role("button", name="Send the sign-on").click()
    page.get_by_role("heading", name="Check your e-mail").wait_for()

    page.goto(site.newest("confirm"))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="The sign-on is confirmed").wait_for()
    fits(page)

    assert site.coalition.counts().organizations == 1


def test_a_person_signs_and_confirms_from_right_to_left(site: Site, page: Page) -> None:
    page.goto(f"{site.url}{letter_page(site.coalition, '/sign', kind='person', lang='ar')}")
    assert page.evaluate("getComputedStyle(document.documentElement).direction") == "rtl"
    fits(page)
    page.locator("#name").fill("ليلى مثال")
    page.locator("input[name=visibility][value=public]").check()
    page.locator("#email").fill("layla@valley.example")
    page.locator("form:has(#email) button").last.click()
    page.wait_for_url("**/waiting/**")
    assert page.evaluate("getComputedStyle(document.documentElement).direction") == "rtl"
    fits(page)

    page.goto(site.newest("confirm"))
    assert page.evaluate("getComputedStyle(document.documentElement).direction") == "rtl"
    page.get_by_text("ليلى مثال").first.wait_for()
    fits(page)
    page.locator("main form[method=post] button").first.click()
    page.locator("h1.done").wait_for()
    fits(page)

    assert site.coalition.counts().individuals == 1


def test_the_keyboard_reaches_the_skip_link_first(site: Site, page: Page) -> None:
    page.goto(site.letter)
    page.keyboard.press("Tab")

    assert page.locator(":focus").inner_text() == "Skip to the main content"


def fits(page: Page) -> None:
    """Nothing sticks out sideways, and every field has its label."""
    assert page.viewport_size is not None
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    for control in page.locator("input:not([type=hidden]), select, textarea").all():
        name = control.get_attribute("id")
        assert page.locator(f'label[for="{name}"]').count() == 1
