"""As a coordinator with a phone in one hand I add who said yes in the other, in four taps, and they hear how they stand."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine
from sqlmodel import select

from service.foundation.sealing import RootKey
from service.model.agreed_source import AgreedSource
from service.store.transaction import reading
from tests.coalition import Coalition
from tests.desk import add_colleague
from tests.desk_objects_members import chased
from tests.stories.at_a_browser import served
from tests.stories.desk_in_a_browser import LETTER, PHONE, Thumb, come_in, look_at, opened
from tests.stories.test_a_member_signs_in_a_browser import engine

__all__ = ["engine"]
pytestmark = pytest.mark.browser

NAMES = (
    "Dale Union",
    "Delta Listening House",
    "Friends of the Stone Gauges",
    "Island Watch",
    "Réseau des Sept Rives",
    "Upper Village Water Committee",
)
CALL = "Anna rang back on 24 November: the board said yes.\nNamed publicly is fine."


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    chased(coalition, *NAMES)
    coalition.deliver_mail().postbox.kept.clear()
    return coalition


@pytest.fixture(params=[True, False], ids=["with a script", "without"])
def page(browser: Browser, coalition: Coalition, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open the letter on the phone of its owner."""
    olga = add_colleague(coalition)
    with served(coalition) as url, opened(browser, width=PHONE, script=request.param) as page:
        come_in(page, coalition, url, olga)
        page.goto(url + LETTER + "/")
        yield page


def test_it_takes_four_taps_counts_at_once_and_they_are_told(coalition: Coalition, page: Page) -> None:
    look_at(page, "four-taps-home")
    thumb = Thumb(page)

    thumb.tap(page.get_by_role("link", name="Add a sign-on"))
    page.get_by_label("How they agreed").fill(CALL)
    thumb.tap(page.get_by_label("Friends of the Stone Gauges"))
    thumb.tap(page.get_by_label("Named publicly"))
    look_at(page, "four-taps-form")
    thumb.tap(page.get_by_role("button", name="Add the sign-on"))

    page.get_by_text("Added: it counts now.").wait_for()
    look_at(page, "four-taps-added")
    assert thumb.taps == 4
    assert coalition.counts().organizations == 1
    page.goto(page.url.partition(LETTER)[0] + LETTER + "/")
    assert page.locator(".numbers dd").first.inner_text() == "1"

    with reading(coalition.engine) as session:
        [kept] = session.exec(select(AgreedSource)).all()
    assert b"Anna" not in kept.words
    [mail] = coalition.deliver_mail().mails()
    assert mail.to == "office@friends.example"
    assert "Signed as: Friends of the Stone Gauges" in mail.text
    assert "Nothing more is needed. Is something wrong?" in mail.text
    page.goto(page.url.partition("/desk")[0] + f"/manage/{coalition.newest_token('manage')}")
    page.get_by_text("Friends of the Stone Gauges").first.wait_for()
    look_at(page, "four-taps-told")


def test_a_name_that_is_new_takes_no_more(coalition: Coalition, page: Page) -> None:
    thumb = Thumb(page)

    thumb.tap(page.get_by_role("link", name="Add a sign-on"))
    page.get_by_label("How they agreed").fill(CALL)
    thumb.tap(page.locator("summary", has_text="not on the list"))
    page.get_by_label("Name", exact=True).fill("Kızılırmak Derneği")
    page.get_by_label("E-mail address").fill("bilgi@kizilirmak.example")
    thumb.tap(page.get_by_label("Only counted"))
    thumb.tap(page.get_by_role("button", name="Add the sign-on"))

    page.get_by_text("Added: it counts now.").wait_for()
    assert thumb.taps == 4
    assert coalition.counts().organizations == 1
    [mail] = coalition.deliver_mail().mails()
    assert mail.to == "bilgi@kizilirmak.example"


def test_what_is_missing_is_said_and_nothing_typed_is_lost(coalition: Coalition, page: Page) -> None:
    page.get_by_role("link", name="Add a sign-on").tap()
    page.get_by_label("How they agreed").fill(CALL)
    page.get_by_role("button", name="Add the sign-on").tap()

    page.get_by_role("heading", name="There is a problem").wait_for()
    look_at(page, "four-taps-wrong")
    assert page.get_by_label("How they agreed").input_value() == CALL
    page.get_by_role("link", name="Choose how they are named.").tap()
    assert page.url.endswith("#visibility")
    assert coalition.counts().signatories == 0
