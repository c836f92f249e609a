"""As two coordinators in two browsers we release the letter: approved by two, checked by both, a minute to stop it, then evidence."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from service.delivery.follow import follow_deliveries
from service.foundation.sealing import RootKey
from service.model.coordinator import Role
from service.store.transaction import transaction
from tests.coalition import Coalition, letter_file
from tests.desk import add_colleague
from tests.stories.at_a_browser import served
from tests.stories.desk_in_a_browser import LETTER, PHONE, WIDE, come_in, look_at, opened
from tests.stories.test_a_member_signs_in_a_browser import engine

__all__ = ["engine"]
pytestmark = pytest.mark.browser

OFFICE = "president@office.example"


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm("Lake Alliance").sign_and_confirm("Réseau des Sept Rives")
    return coalition.sign("Late Riser").deliver_mail().close()


@pytest.fixture
def url(coalition: Coalition) -> Iterator[str]:
    with served(coalition) as url:
        yield url


@pytest.fixture
def olga(browser: Browser, coalition: Coalition, url: str) -> Iterator[Page]:
    """Give the owner's window: wide, with JavaScript."""
    with opened(browser, width=WIDE) as page:
        come_in(page, coalition, url, add_colleague(coalition))
        page.goto(f"{url}{LETTER}/")
        yield page


@pytest.fixture
def sam(browser: Browser, coalition: Coalition, url: str) -> Iterator[Page]:
    """Give the sender's window: a phone without JavaScript."""
    with opened(browser, width=PHONE, script=False) as page:
        come_in(page, coalition, url, add_colleague(coalition, Role.SENDER, name="Sam Sender"))
        page.goto(f"{url}{LETTER}/")
        yield page


def test_it_leaves_when_two_approved_and_two_checked_after_a_minute_to_stop_it(
    coalition: Coalition, olga: Page, sam: Page
) -> None:
    _proposed(olga)
    _approved_by_two(coalition, olga)
    _cannot_go_by_one_alone(olga)
    _checked(olga)
    _checked(sam)

    _released(sam)
    assert not _arrived(coalition)
    coalition.wait(seconds=59)
    assert not _arrived(coalition)
    olga.goto(sam.url.partition("?")[0])
    assert olga.get_by_text("It leaves in 1 second; until then it can be stopped.").is_visible()
    assert olga.get_by_role("button", name="Stop what has not left yet").is_visible()

    coalition.wait(seconds=1)
    assert _arrived(coalition) == 1
    _evidence_is_seen_by_itself(olga)
    sam.reload()
    _climbed_to(sam, "handed over")
    look_at(sam, "release-evidence")
    assert _arrived(coalition) == 1


def test_one_press_in_that_minute_stops_it(coalition: Coalition, olga: Page, sam: Page) -> None:
    _proposed(olga)
    coalition.approve_all()
    _checked(olga)
    _checked(sam)
    _released(sam)

    coalition.wait(seconds=40)
    olga.goto(sam.url.partition("?")[0])
    olga.get_by_role("button", name="Stop what has not left yet").tap()

    olga.get_by_text("1 copy was stopped before it left.").wait_for()
    assert olga.get_by_text("Stopped: it was never on its way").is_visible()
    look_at(olga, "release-stopped")
    coalition.wait(minutes=5)
    assert not _arrived(coalition)


def _proposed(page: Page) -> None:
    # It was closed before its deadline: nobody has days left.
    assert page.get_by_text("left for sign-ons").count() == 0
    page.get_by_role("link", name="Deliveries", exact=True).tap()
    look_at(page, "release-deliveries")
    page.get_by_role("link", name="See what would be proposed").tap()
    page.get_by_text("Late Riser").wait_for()
    look_at(page, "release-propose")
    page.get_by_role("button", name="Freeze it and ask the approvers").tap()
    page.get_by_text("2 approvers were asked to look at exactly this.").wait_for()
    assert page.get_by_text("Approved by 0 of 2 needed").is_visible()
    look_at(page, "release-proposed")


def _approved_by_two(coalition: Coalition, page: Page) -> None:
    coalition.approve_all()
    page.reload()
    assert page.get_by_text("Approved by 2 of 2 needed").is_visible()
    assert page.get_by_role("link", name="release it").count() == 0


def _cannot_go_by_one_alone(page: Page) -> None:
    """Look at the page of the release before both have checked the recipient: it says why, and has no button."""
    page.goto(page.url.partition("?")[0] + "/release")
    page.get_by_text("two of you have to check these").wait_for()
    assert page.get_by_role("button", name="Release it for real").count() == 0
    look_at(page, "release-not-yet")


def _checked(page: Page) -> None:
    page.get_by_role("link", name="Recipients", exact=True).first.tap()
    page.get_by_role("link", name="Jane Q. Example").tap()
    page.get_by_role("button", name="I have checked it: it is right").tap()
    page.get_by_role("status").wait_for()
    look_at(page, "release-checked")


def _released(page: Page) -> None:
    page.get_by_role("link", name="Deliveries", exact=True).first.tap()
    page.get_by_role("link", name="Look at it once more and release it").tap()
    page.get_by_text("a minute after the press").wait_for()
    assert page.get_by_text("2 organizations").is_visible()
    look_at(page, "release-once-more")
    page.get_by_role("button", name="Release it for real").tap()
    page.get_by_text("Released: 1 copy is about to leave.").wait_for()
    assert page.get_by_text("It leaves in 60 seconds; until then it can be stopped.").is_visible()
    assert page.get_by_role("button", name="Stop what has not left yet").is_visible()
    assert page.locator(".ladder .reached").last.inner_text().startswith("in our outbox")
    look_at(page, "release-minute")


def _evidence_is_seen_by_itself(page: Page) -> None:
    """Wait without a press: the page fetches how far the copy has come."""
    page.locator(".ladder .reached", has_text="handed over").wait_for()
    _climbed_to(page, "handed over")
    assert not page.get_by_role("button", name="Stop what has not left yet").is_visible()
    page.locator("summary", has_text="How we know").tap()
    assert page.get_by_text("Message-ID").is_visible()
    look_at(page, "release-evidence")


def _climbed_to(page: Page, rung: str) -> None:
    """Nothing above the rung that is proven may be called reached."""
    assert page.locator(".ladder .reached").last.inner_text().startswith(rung)
    assert page.locator(".ladder .not-reached", has_text="reported as delivered").count() == 1
    assert page.locator(".sending .tag", has_text="Delivered").count() == 0


def _arrived(coalition: Coalition) -> int:
    """Let the sender do what is due, and count what the office has got."""
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    return sum(mail.to == OFFICE for mail in coalition.mails())
