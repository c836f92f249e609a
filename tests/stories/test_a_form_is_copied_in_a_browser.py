"""As the secretariat I describe an office's form in my browser, and later copy from a page what goes into each of its fields."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from service.foundation.sealing import RootKey
from tests.coalition import Coalition, letter_file
from tests.desk import add_colleague
from tests.stories.at_a_browser import served
from tests.stories.desk_in_a_browser import LETTER, PHONE, WIDE, come_in, look_at, opened
from tests.stories.test_a_letter_is_brought_by_hand import page as page_of
from tests.stories.test_a_letter_is_entered_into_a_form import file_with
from tests.stories.test_a_member_signs_in_a_browser import engine

__all__ = ["engine"]
pytestmark = pytest.mark.browser


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon)


@pytest.mark.parametrize("window", [{"width": WIDE}, {"width": PHONE, "script": False}], ids=str)
def test_each_field_is_copied_by_a_button_or_by_hand(
    browser: Browser, coalition: Coalition, window: dict[str, int]
) -> None:
    coalition.open(file_with()).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    olga = add_colleague(coalition)
    with (
        served(coalition) as url,
        opened(browser, permissions=["clipboard-read", "clipboard-write"], **window) as page,
    ):
        come_in(page, coalition, url, olga)

        page.goto(f"{url}{LETTER}/{page_of(coalition, 'webform')}")

        look_at(page, "a-form-to-copy")
        message = page.get_by_label("Your message")
        assert message.input_value() == "1 organization ask you to speak of <b>the river</b>."
        button = page.get_by_role("button", name=re.compile("Copy.*Your message"))
        assert button.is_visible() is window.get("script", True)
        if button.is_visible():
            button.click()
            page.get_by_text("Copied.").wait_for()
            assert page.evaluate("navigator.clipboard.readText()") == message.input_value()


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_the_form_of_an_office_is_described_field_by_field(
    browser: Browser, coalition: Coalition, width: int
) -> None:
    coalition.load(letter_file())
    with served(coalition) as url, opened(browser, width=width) as page:
        come_in(page, coalition, url, add_colleague(coalition))
        page.goto(f"{url}{LETTER}/recipients/new")
        page.get_by_label("Name of the person or office").fill("Minister of Water")
        page.get_by_label("E-mail addresses").fill("water@ministry.example")
        page.get_by_text("The form on its site").click()
        page.get_by_label("Address of the form").fill("https://ministry.example/write")
        first = page.get_by_role("group", name="Field 1")
        first.get_by_label("What it is called there").fill("Your message")
        first.get_by_label("Its text").fill("((signatories)) ask you to speak of the river.")
        first.get_by_label("It takes at most").fill("many")
        page.get_by_text("A statement to the UN Human Rights Council").click()
        page.get_by_text("A submission to a UN review").click()
        look_at(page, "describing-a-form")

        page.get_by_role("button", name="Keep it").click()

        assert page.get_by_role("link", name="Give how much it takes").is_visible()
        look_at(page, "describing-a-form-wrong")
        first.get_by_label("It takes at most").fill("500")
        page.get_by_role("button", name="Keep it").click()
        page.get_by_text("The recipient was added").wait_for()
        assert page.get_by_text("https://ministry.example/write").is_visible()
        look_at(page, "a-recipient-with-a-form")
