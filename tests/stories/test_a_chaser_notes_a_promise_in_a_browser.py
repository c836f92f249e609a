"""A chaser on a phone, in a real browser: sees its own alone, copies a message, notes what they said; the secretariat sees it."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Locator
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.foundation.sealing import RootKey
from service.model.chaser import Chaser
from service.model.signature import Signature
from service.signing.invite import import_signatories
from service.signing.invitees.chasers import assign
from service.signing.roll_file import read_signatories
from service.store.engine import make_engine
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition
from tests.desk import add_colleague
from tests.desk_objects_members import make_chaser
from tests.stories.at_a_browser import served
from tests.stories.hands import PHONE, Hands, hands

pytestmark = pytest.mark.browser

INVITED = """kind,name,email,language
organization,Réseau des Sept Rives,bureau@septrives.example,fr
organization,Dale Union,office@dale.example,en
organization,Verein Flussnachbarn am Tamarel,buero@flussnachbarn.example,es
organization,Island Watch,office@island.example,en
organization,Stone Gauges,office@gauges.example,en
"""
OWN, OTHERS = 4, ("Stone Gauges",)


@pytest.fixture
def coalition(sqlite_url: str, root: RootKey, noon: datetime) -> Iterator[Coalition]:
    """Invite five organizations, and give four of them to a chaser."""
    engine = make_engine(sqlite_url)
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    with transaction(engine) as session:
        rows = read_signatories(INVITED.encode(), attested=False)
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=noon)
        campaign = get_campaign(session, SLUG)
        chaser = session.get_one(Chaser, make_chaser(session, coalition, SLUG))
        ids = session.exec(select(Signature.id).order_by(Signature.id)).all()
        assign(session, campaign, ids[:OWN], chaser, by="test", now=noon)
    yield coalition.deliver_mail()
    engine.dispose()


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no script"])
def test_a_promise_is_noted_on_a_phone_and_seen_by_the_secretariat(
    browser: Browser, coalition: Coalition, *, with_script: bool
) -> None:
    olga = add_colleague(coalition)
    way = {"story": "chase", "with_script": with_script, "width": PHONE}
    with (
        served(coalition) as url,
        hands(browser, coalition, url, **way) as cora,
        hands(browser, coalition, url, olga, **way) as mine,
    ):
        cora.open_link(f"/chase/{coalition.newest_token('chase')}")
        shown = cora.page.content()
        for hidden in (*OTHERS, "@dale.example", "@septrives.example", "/invitation/"):
            assert hidden not in shown
        cora.look("1-own")
        copy_in_their_language(cora)

        dale = of(cora, "Dale Union")
        cora.choose("says yes", within=dale)
        cora.write("Note (optional)", "Anna signs on Monday", within=dale)
        cora.press("Note it", within=dale)
        assert "Noted, thank you" in of(cora, "Dale Union").inner_text()
        assert "says yes" in of(cora, "Dale Union").inner_text()
        # The page stands where it was noted.
        assert in_sight(of(cora, "Dale Union"))
        cora.look("3-yes")

        verein = of(cora, "Verein Flussnachbarn am Tamarel")
        cora.choose("the board decides", within=verein)
        cora.press("Note it", within=verein)
        cora.reads("Give the day on which their board decides")
        cora.look("4-which-day")
        verein = of(cora, "Verein Flussnachbarn am Tamarel")
        cora.write("The day on which the board decides (optional)", "2026-12-01", within=verein)
        cora.press("Note it", within=verein)
        cora.reads("board on December 1, 2026")

        mine.page.goto(f"{url}/desk/letters/{SLUG}/members")
        mine.reads("says yes", "Anna signs on Monday", "board on December 1, 2026", "Cora Chaser")
        mine.look("5-members")
        assert coalition.counts().signatories == 0


def copy_in_their_language(cora: Hands) -> None:
    """Copy the message to a member that is written to in French."""
    rives = of(cora, "Réseau des Sept Rives")
    message = rives.get_by_label("A message to copy").input_value()
    assert "Réseau des Sept Rives" in message
    assert rives.locator("textarea[lang=fr]").count() == 1
    assert "invité" in message
    button = rives.get_by_role("button", name="Copy")
    assert button.is_visible() is cora.with_script
    if cora.with_script:
        button.click()
        rives.get_by_text("Copied").wait_for()
        assert cora.page.evaluate("navigator.clipboard.readText()") == message
        cora.look("2-copied")


def of(cora: Hands, name: str) -> Locator:
    """Find what stands of one member."""
    return cora.page.locator("section.group", has=cora.page.get_by_role("heading", name=name))


def in_sight(section: Locator) -> bool:
    box = section.bounding_box()
    return box is not None and -200 < box["y"] < 700
