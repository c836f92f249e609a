"""As a sender I remind the missing twelve from my browser, stop it in mid-send, see where it stands, and let it go on."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from service.foundation.sealing import RootKey
from service.mail.envelope import Envelope
from service.mail.transport import Receipt
from service.model.coordinator import Role
from tests.coalition import Coalition
from tests.desk import add_colleague
from tests.doubles.postbox import Postbox
from tests.reminding import pass_time
from tests.stories.at_a_browser import served
from tests.stories.desk_in_a_browser import LETTER, PHONE, WIDE, come_in, look_at, opened
from tests.stories.test_a_member_signs_in_a_browser import engine

__all__ = ["engine"]
pytestmark = pytest.mark.browser

MISSING = [f"member{number}@members.example" for number in range(12)]
SUBJECT = "Are you with us?"
_BEFORE = 5
_PATIENCE = 60


class HaltingPostbox(Postbox):
    """A relay that takes some mails and is then busy with the next one until it is let go on."""

    def __init__(self, kept: list[Envelope]) -> None:
        super().__init__()
        self.kept = kept
        self.is_busy, self.may_go_on = threading.Event(), threading.Event()

    def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
        if self.tries == _BEFORE:
            self.is_busy.set()
            assert self.may_go_on.wait(_PATIENCE)
        return super().send(envelope, before_data=before_data)


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    for number, email in enumerate(MISSING):
        coalition.sign(f"Organization {number + 1}", email=email)
    coalition.deliver_mail().wait(days=2)
    coalition.postbox.kept.clear()
    return coalition


def reminded(coalition: Coalition) -> Counter[str]:
    return Counter(mail.to for mail in coalition.mails() if mail.subject == SUBJECT)


def numbers(page: Page) -> dict[str, int]:
    """Read what the page says became of the mails, number by number."""
    rows = page.locator("#progress tbody tr").all()
    return {
        row.locator("th").inner_text(): int(row.locator("td.number").inner_text().split()[-1]) for row in rows
    }


@pytest.mark.parametrize("window", [{"width": WIDE}, {"width": PHONE, "script": False}], ids=str)
def test_it_is_foretold_rests_in_mid_send_and_each_gets_exactly_one(
    browser: Browser, coalition: Coalition, window: dict[str, int]
) -> None:
    sena = add_colleague(coalition, Role.SENDER, name="Sena Sender")
    with served(coalition) as url, opened(browser, **window) as page:
        come_in(page, coalition, url, sena)
        draft = _composed(page, url)
        _planned(page, day=coalition.now + timedelta(days=1))
        _foretold(page)

        coalition.wait(days=1, hours=3)
        come_in(page, coalition, url, sena)
        lead = timedelta(days=1)
        assert pass_time(coalition.engine, coalition.keyring, lead=lead, now=coalition.now) == 12
        _paused_in_mid_send(coalition, page, draft)
        assert _BEFORE <= sum(reminded(coalition).values()) < 12

        coalition.wait(minutes=20).deliver_mail()
        page.goto(draft)
        gone = sum(reminded(coalition).values())
        assert page.locator("#progress").get_by_text("Paused", exact=True).is_visible()
        assert page.get_by_text(f"{gone} of 12 have gone").is_visible()
        assert numbers(page) == {"Gone: our relay took it": gone, "Waits for its turn": 0, "Held": 12 - gone}
        # Another moment would write to all of them anew.
        assert page.get_by_text("Give it another moment").count() == 0
        look_at(page, "reminder-paused")

        page.get_by_role("button", name="Resume").tap()
        page.get_by_text("nobody gets it twice").wait_for()
        look_at(page, "reminder-resumed")
        coalition.deliver_mail()
        page.goto(draft)
        assert page.get_by_text("12 of 12 have gone").is_visible()
        look_at(page, "reminder-done")
    assert reminded(coalition) == Counter(MISSING)


def _composed(page: Page, url: str) -> str:
    """Compose the reminder, and give the address of its draft."""
    page.goto(f"{url}{LETTER}/")
    page.get_by_role("link", name="Planned sendings").tap()
    look_at(page, "reminder-list")
    page.get_by_role("link", name="Remind who is missing").tap()
    page.locator("#subject-en").fill(SUBJECT)
    page.locator("#body-en").fill(
        "The letter ((title)) goes on **Monday**, and we would like to have you on it."
    )
    look_at(page, "reminder-compose")
    page.get_by_role("button", name="Keep it and look at it").tap()
    page.get_by_text("to 12 readers").first.wait_for()
    assert page.get_by_text("The letter Keep the river open goes on").is_visible()
    look_at(page, "reminder-draft")
    return page.url.partition("?")[0]


def _planned(page: Page, *, day: datetime) -> None:
    page.get_by_label("Day", exact=True).fill(f"{day:%Y-%m-%d}")
    page.get_by_label("Time of the day", exact=True).fill("09:00")
    page.get_by_role("button", name="Send it then").tap()
    page.get_by_text("Planned: it goes by itself at its time.").wait_for()
    assert page.get_by_text("to 12 readers").first.is_visible()
    look_at(page, "reminder-planned")


def _foretold(page: Page) -> None:
    """See by name who would get it, and in the forecast when and to how many."""
    page.get_by_role("link", name="Who?").tap()
    page.get_by_role("heading", name="Who would get it").wait_for()
    assert page.locator("ul.named li").count() == 12
    look_at(page, "reminder-readers")
    page.get_by_role("link", name="Back to the sending").tap()
    page.get_by_role("link", name="Forecast").tap()
    page.get_by_role("heading", name="Forecast").wait_for()
    assert page.get_by_text("12 readers").first.is_visible()
    look_at(page, "reminder-forecast")


def _paused_in_mid_send(coalition: Coalition, page: Page, draft: str) -> None:
    """Press Pause while the relay is busy with the sixth mail."""
    relay = HaltingPostbox(coalition.postbox.kept)
    sender = threading.Thread(target=coalition.deliver_mail, kwargs={"by": relay})
    sender.start()
    try:
        assert relay.is_busy.wait(_PATIENCE)
        page.goto(draft)
        assert page.get_by_text("Going out now").is_visible()
        look_at(page, "reminder-going")
        page.get_by_role("button", name="Pause").tap()
        page.get_by_text("Paused: nothing more of it goes until it is resumed.").wait_for()
    finally:
        relay.may_go_on.set()
        sender.join(_PATIENCE)
    assert not sender.is_alive()
