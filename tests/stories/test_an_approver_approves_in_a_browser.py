"""An approver on a phone, in a real browser: a link and a code open the exact letter; one approves, another asks first."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser

from service.foundation.sealing import RootKey
from service.store.engine import make_engine
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import add_colleague
from tests.stories.at_a_browser import served
from tests.stories.hands import PHONE, Hands, hands

pytestmark = pytest.mark.browser

PRESS = """
[[recipients]]
role = "cc"
name = "The Office of the Basin Commission"
emails = ["basin@commission.example"]
channels = ["email"]
"""
HIDDEN = ("Lake Alliance", "Hidden Spring", "Keep the river open", "Jane Q. Example", "Ada Approver")


@pytest.fixture
def coalition(sqlite_url: str, root: RootKey, noon: datetime) -> Iterator[Coalition]:
    """Propose a letter with three signatories, one of them named to the addressee alone."""
    engine = make_engine(sqlite_url)
    coalition = Coalition(engine=engine, root=root, now=noon)
    coalition.open(letter_file(more='admit = "everyone"', tables=PRESS))
    coalition.sign_and_confirm("Lake Alliance").sign_and_confirm("Réseau des Sept Rives")
    coalition.sign_and_confirm("Hidden Spring", visibility="recipient").close()
    coalition.propose()
    yield coalition.deliver_mail()
    engine.dispose()


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no script"])
def test_one_approves_and_another_asks_on_a_phone(
    browser: Browser, coalition: Coalition, *, with_script: bool
) -> None:
    olga = add_colleague(coalition)
    way = {"story": "approve", "with_script": with_script, "width": PHONE}
    links = coalition.tokens("approve")
    with (
        served(coalition) as url,
        hands(browser, coalition, url, **way) as ada,
        hands(browser, coalition, url, **way) as ben,
        hands(browser, coalition, url, olga, **way) as mine,
    ):
        come_in(ada, coalition, links[0])
        see_exactly_what_goes_out(ada)
        ada.follow("Go to the decision")
        assert ada.page.get_by_role("heading", name="Your decision").is_visible()
        ada.choose("I approve it")
        ada.press("Send the decision")
        ada.reads("You approved this edition on")
        ada.look("4-approved")

        come_in(ben, coalition, links[1])
        ben.choose("I have a question first")
        ben.press("Send the decision")
        ben.look("5-which-question")
        assert ben.page.locator(".summary").count() == 1
        ben.write("Note or question to the secretariat (optional)", "Why is the second request so late?")
        ben.press("Send the decision")
        ben.reads("Your question is with the secretariat", "Why is the second request so late?")
        ben.look("6-asked")

        mine.page.goto(f"{url}/desk/letters/{SLUG}/approvers")
        mine.reads("Ben Approver", "Why is the second request so late?")
        mine.look("7-approvers")


def come_in(who: Hands, coalition: Coalition, token: str) -> None:
    """Open the link, have the code mailed, and type it."""
    who.open_link(f"/approve/{token}")
    shown = who.page.content()
    for one in HIDDEN:
        assert one not in shown
    who.look("1-closed")
    who.press("Mail me the code")
    who.reads("The code is on its way to your mailbox")
    coalition.deliver_mail()
    [code] = re.findall(r"\b\d{3} \d{3}\b", coalition.mails()[-1].text)
    who.write("Code", "000 000" if code != "000 000" else "111 111")
    who.press("Show me the letter")
    who.reads("This is not the code")
    who.look("2-wrong-code")
    who.write("Code", code)
    who.press("Show me the letter")


def see_exactly_what_goes_out(who: Hands) -> None:
    who.reads(
        "below is the letter exactly as it would be sent",
        "3 organizations",
        "Jane Q. Example",
        "The Office of the Basin Commission",
        "Hidden Spring",
        "Open the archives.",
        "Fingerprint",
    )
    who.look("3-letter")
