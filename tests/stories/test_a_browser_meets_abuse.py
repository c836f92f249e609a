"""A browser that only opens links confirms nothing; and while a letter is under attack a browser proves its work."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine
from sqlmodel import select

from service.foundation.sealing import RootKey
from service.model.campaign import Campaign
from service.model.intake import Intake
from service.model.tables import metadata
from service.signing.abuse.attack import start_attack_mode
from service.signing.invite import import_signatories
from service.signing.roll_file import read_signatories
from service.store.engine import make_engine
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.stories.at_a_browser import served
from tests.stories.visitor import PERSON, Door, Visitor, letter_page

pytestmark = pytest.mark.browser

SECONDS = 20


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """Stay on one database: the browser does not see which it is."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    """Give a letter that takes everyone."""
    return Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))


@pytest.fixture
def url(coalition: Coalition) -> Iterator[str]:
    """Serve it on loopback."""
    with served(coalition) as url:
        yield url


@pytest.fixture(params=[True, False], ids=["with scripts", "without"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a window of a phone's size; nothing may go wrong in it unseen."""
    context = browser.new_context(java_script_enabled=request.param, viewport={"width": 360, "height": 760})
    context.set_default_timeout(SECONDS * 1000)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield page
    assert said == []
    context.close()


def test_a_browser_that_loads_each_link_with_its_scripts_and_presses_nothing_changes_nothing(
    coalition: Coalition, url: str, page: Page
) -> None:
    rows = read_signatories(b"kind,name,email\norganization,Dale Union,office@dale.example\n", attested=False)
    with transaction(coalition.engine) as session:
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
    coalition.sign_and_confirm("Dale Union", email="x@mail.example")
    waiting = (
        Visitor(Door(coalition).app()).send(letter_page(coalition, "/sign", kind="person"), PERSON).location
    )
    coalition.sign_and_confirm("Standing Stone").sign("Pending Pond").deliver_mail()
    before = everything(coalition)
    links = {
        purpose: f"/{purpose}/{coalition.newest_token(purpose)}"
        for purpose in ("confirm", "manage", "not-me", "invitation", "unsubscribe", "objection")
    }
    for link in (*links.values(), waiting):
        page.goto(url + link, wait_until="networkidle")
        # Scanners scroll and hover as well, to look alive.
        page.mouse.wheel(0, 2000)
        for button in page.locator("button:visible").all()[:3]:
            button.hover()

    assert everything(coalition.deliver_mail()) == before
    assert coalition.counts().signatories == 1


def everything(coalition: Coalition) -> dict[str, list[str]]:
    with coalition.engine.connect() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for table in metadata.sorted_tables
        }


def test_under_attack_a_browser_proves_its_work_and_one_without_scripts_is_told_and_held(
    coalition: Coalition, url: str, page: Page
) -> None:
    with transaction(coalition.engine) as session:
        campaign = session.get(Campaign, coalition.campaign().id)
        assert campaign is not None
        start_attack_mode(session, campaign, by="test", now=coalition.now)
    page.goto(url + letter_page(coalition, "/sign", kind="person"))
    has_scripts = not page.get_by_text("Nothing is lost.").is_visible()
    page.get_by_label("Your name", exact=True).fill("Tenzin Example")
    page.get_by_label("Your e-mail address").fill("tenzin@valley.example")
    page.get_by_label("Named publicly").check()
    page.get_by_role("button", name="Send the sign-on").click()
    page.get_by_role("heading", name="Check your e-mail").wait_for()

    assert urlsplit(page.url).path.startswith("/waiting/")
    with reading(coalition.engine) as session:
        (row,) = session.exec(select(Intake)).all()
    assert (row.reason is None) is has_scripts
    assert len(coalition.deliver_mail().mails()) == int(has_scripts)
