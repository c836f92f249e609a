"""A coordinator sets up a letter in a real browser, from an empty desk to open, in fewer than forty actions of all."""

from collections.abc import Iterator
from datetime import datetime

import pyotp
import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from service.coordinators.trial import diverting
from service.foundation.sealing import RootKey
from service.foundation.sentence import Sentence
from service.mail.domain.checks import Finding, Weight
from service.store.engine import make_engine
from tests.coalition import SLUG, Coalition
from tests.desk import Colleague, add_colleague
from tests.equipped import PASSWORD, Equipped, equip
from tests.stories.at_a_browser import served
from tests.stories.hands import DESK, PHONE, Hands, Tally, hands
from tests.stories.visitor import letter_page

pytestmark = pytest.mark.browser

MOST_ACTIONS = 40
STORY = "set-up"
GOOD = Finding(weight=Weight.GOOD, sentence=Sentence("rivers.example has an SPF record."))


@pytest.fixture
def coalition(sqlite_url: str, root: RootKey, noon: datetime) -> Iterator[Coalition]:
    """Give a service without any letter; it stays on one database, for the browser does not see which it is."""
    engine: Engine = make_engine(sqlite_url)
    coalition = Coalition(engine=engine, root=root, now=noon)
    coalition.divert = diverting(coalition.keyring.desk)
    yield coalition
    engine.dispose()


@pytest.mark.parametrize(
    ("with_script", "width"), [(True, DESK), (False, PHONE)], ids=["script", "phone without a script"]
)
def test_a_letter_goes_from_nothing_to_open_in_fewer_than_forty_actions(
    browser: Browser, coalition: Coalition, *, with_script: bool, width: int
) -> None:
    olga, paul = add_colleague(coalition, None), add_colleague(coalition, None, name="Paul Second")
    tally, device = Tally(), equip(coalition, olga)
    # The second one has an account, and signs in as ever, when the invitation comes.
    equip(coalition, paul)
    way = {"story": STORY, "with_script": with_script, "width": width, "tally": tally}
    with (
        served(coalition, look_at_sender=lambda: (GOOD,)) as url,
        hands(browser, coalition, url, olga, **way) as mine,
    ):
        mine.page.goto(f"{url}/desk/")
        mine.look("1-empty-desk")
        begin(mine, coalition, paul, device)
        write(mine)
        ask_for_a_second_look(mine)
        measure(mine, coalition)
        with hands(browser, coalition, url, paul, **way) as theirs:
            approve(theirs, coalition)
            open_it(mine)
            assert coalition.campaign().state.value == "open"
            # Who reads it now can sign it now.
            theirs.page.goto(url + letter_page(coalition, "/sign", kind="organization"))
            theirs.page.get_by_role("button", name="Send the sign-on").wait_for()

    how = "with JavaScript" if with_script else "without JavaScript, on a phone"
    print(f"\nFrom nothing to open, {how}: {tally.actions} actions of both people")
    assert coalition.campaign().trial_since is None
    assert tally.actions < MOST_ACTIONS


def begin(mine: Hands, coalition: Coalition, paul: Colleague, device: Equipped) -> None:
    mine.follow("Begin a letter")
    mine.write("Headline", "Clean river")
    mine.write("Salutation", "Dear President Example,")
    mine.write("Text", "On behalf of ((signatories)) we write to you about the river.")
    mine.write("Name", "Jane Q. Example")
    mine.write("E-mail address (optional)", "president@office.example")
    mine.write("Name of the coalition", "Coalition for Open Rivers")
    mine.write("E-mail address of the secretariat", "letter@rivers.example")
    if not mine.with_script:
        mine.pick("Time zone", "America/New_York")
    mine.write("E-mail address of a second owner (optional)", paul.email)
    mine.write("Second approver: name", "Ben Approver")
    mine.write("Second approver: e-mail address", "ben@rivers.example")
    mine.look("2-begin")
    # All that takes its time, and whoever invites somebody has to have shown lately who it is.
    coalition.wait(minutes=8)
    mine.press("Begin the letter")
    mine.look("3-prove")
    mine.write("Your password", PASSWORD)
    mine.write("The six digits that your device shows", pyotp.TOTP(device.secret).at(coalition.now))
    mine.press("Go on")
    mine.look("4-send-on")
    mine.press("Send it on")
    mine.reads("the second owner's invitation is on its way", "In trial: mail reaches your team only")
    mine.look("5-draft")
    campaign = coalition.campaign()
    assert (campaign.slug, campaign.time_zone) == (SLUG, "America/New_York")


def write(mine: Hands) -> None:
    mine.turn_to("Text")
    mine.write("Request 1", "Open the archives.")
    mine.press("Save the text")
    mine.reads("The text is saved.")
    mine.look("6-text")
    mine.turn_to("Settings")
    mine.write("Goal: number of sign-ons", "60")
    mine.press("Save the settings")
    mine.reads("1 was changed")
    mine.look("7-settings")
    mine.turn_to("Recipients")
    mine.look("8-recipients")
    mine.follow("Jane Q. Example")
    mine.press("I have checked it: it is right")
    mine.look("9-recipient")


def ask_for_a_second_look(mine: Hands) -> None:
    mine.turn_to("Overview")
    mine.follow("Make the text final")
    mine.look("10-life")
    mine.press("Ask a second coordinator")
    mine.reads("Somebody else of your team has to approve the text")
    mine.look("11-asked")


def measure(mine: Hands, coalition: Coalition) -> None:
    mine.follow("Going live")
    mine.look("12-live")
    mine.press("Measure all, and send a test mail")
    coalition.deliver_mail()
    mine.open_link(newest(coalition, "/live/arrived?t="))
    mine.look("13-test-mail")
    mine.press("It has arrived")
    mine.reads(
        "The sender's DNS is in order",
        "A test mail arrived, and its button was pressed.",
        "The fonts can print the text",
        "Nobody else of the team can check the recipients",
    )
    mine.look("14-measured")


def approve(theirs: Hands, coalition: Coalition) -> None:
    theirs.open_link(newest(coalition, "/desk/invitation/"))
    theirs.look("15-invited")
    theirs.press("Accept")
    theirs.look("16-second-owner")
    theirs.follow("Look at it")
    theirs.reads("On behalf of", "Open the archives.")
    theirs.look("17-second-look")
    theirs.press("Approve and make it final")
    theirs.reads("The text is final")
    theirs.look("18-final")


def open_it(mine: Hands) -> None:
    mine.press("Switch it live")
    mine.reads("The letter is live", "The text is final, and two have looked at it.", "two owners or more")
    mine.look("19-live")
    mine.press("Open for sign-ons")
    mine.reads("The letter collects sign-ons", "Nobody has been asked yet")
    # What only a script can do is not offered without one.
    assert mine.page.locator("[data-copies=address]").is_visible() is mine.with_script
    mine.look("20-open")


def newest(coalition: Coalition, part: str) -> str:
    """Give the newest link of a kind in the mail there is."""
    return [word for text in coalition.mail_texts() for word in text.split() if part in word][-1]
