"""As an owner I plan in my browser when my members are invited, and to whom a reminder goes."""

from datetime import datetime

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from service.campaigns import life
from service.foundation.sealing import RootKey
from service.signing.invite import import_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.at_a_browser import served
from tests.stories.desk_in_a_browser import LETTER, PHONE, WIDE, come_in, look_at, opened
from tests.stories.test_a_member_signs_in_a_browser import engine
from tests.stories.visitor import Door

__all__ = ["engine"]
pytestmark = pytest.mark.browser

MEMBERS = b"kind,name,email,status\norganization,Lake Alliance,office@lakes.example,invited\norganization,River Watch,office@rivers.example,intends\n"


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    coalition = Coalition(engine=engine, root=root, now=noon)
    coalition.load(letter_file())
    with transaction(engine) as session:
        life.freeze(session, coalition.keyring, SLUG, by="test", now=noon)
        rows = read_signatories(MEMBERS, attested=False)
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=noon)
    return coalition


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_invitations_get_another_moment_and_a_reminder_other_readers(
    browser: Browser, coalition: Coalition, door: Door, width: int
) -> None:
    olga = add_colleague(coalition)
    AtTheDesk(door.app(), coalition, olga).send("team", to="team/sheet")
    with served(coalition) as url, opened(browser, width=width) as page:
        come_in(page, coalition, url, olga)
        page.goto(f"{url}{LETTER}/sends")
        page.get_by_role("button", name="Change them before it opens").click()
        page.get_by_role("link", name="Invitations", exact=True).click()
        assert page.get_by_role("button", name="Leave the next time out").count() == 0
        page.get_by_label("Day", exact=True).fill("2026-12-01")
        page.get_by_label("Time of the day").fill("09:00")
        page.get_by_role("button", name="Change the moment").click()
        page.get_by_text("It has another moment.").wait_for()
        look_at(page, "invitations-moved")

        page.get_by_role("link", name="Forecast", exact=True).click()
        page.get_by_text("to 2 readers").first.wait_for()
        look_at(page, "invitations-foretold")
        page.goto(f"{url}{LETTER}/life")
        page.get_by_text("2 invitations go out.").wait_for()
        page.get_by_role("button", name="Open for sign-ons").click()
        page.get_by_text("The letter is open; 2 invitations go out on").wait_for()
        assert coalition.deliver_mail().mails() == []

        page.goto(f"{url}{LETTER}/sends")
        page.get_by_role("link", name="Last reminder before the deadline for sign-ons").click()
        page.get_by_role("link", name="Change its readers").click()
        page.get_by_text("Only some of them").click()
        page.get_by_label("If it comes late").select_option(
            label="It goes while it is no later than so many hours"
        )
        look_at(page, "rule")
        page.get_by_role("button", name="Change it", exact=True).click()
        page.get_by_text("Write a whole number of hours").first.wait_for()
        page.locator("[name=hours]").fill("3")
        page.get_by_label("Said that they decide later").uncheck()
        page.get_by_role("button", name="Change it", exact=True).click()
        page.get_by_text("It has another rule from now on.").wait_for()
        page.get_by_text("to 1 reader").wait_for()
