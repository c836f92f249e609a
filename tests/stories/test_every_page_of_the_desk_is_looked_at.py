"""Every page of the desk in a real browser, found by its route: no fault that axe-core finds, nothing sticks out."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine
from sqlmodel import Session, select

from service.campaigns.queries import get_campaign
from service.coordinators.permissions import Act
from service.coordinators.sessions import begin_session
from service.delivery.dossier.asked import KEPT_FOR, SILENT
from service.delivery.offices.checks import keep_check
from service.delivery.offices.overview import offices_seen
from service.foundation.sealing import RootKey
from service.model.coordinator import Role
from service.model.delivery import Delivery
from service.model.dossier import Dossier
from service.model.edition import Edition
from service.store.engine import make_engine
from service.store.transaction import transaction
from tests.coalition import OUTWARD, SLUG, Coalition, letter_file
from tests.desk import Colleague, add_colleague
from tests.desk_scenes import NO_PAGES
from tests.holding import send_form
from tests.stories.at_a_browser import served
from tests.stories.looked_at import axe_faults
from tests.stories.test_who_may_do_what_at_the_desk import OBJECTS, rules
from tests.stories.visitor import Door

pytestmark = [pytest.mark.browser, pytest.mark.soak]

NAMES = (
    "Réseau des Sept Rives",
    "ئۇيغۇر دەريا جەمئىيىتى",
    "江河守望者协会",
    "Donaudampfschifffahrtsgesellschaftskapitänsverein",
)
LATER = frozenset({"edition", "sending", "question", "picture", "receipt"})
"""Things that there are only once the letter is closed."""


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """Stay on one database: the browser does not see which it is."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


def test_every_page_of_the_desk_is_whole_for_everybody(
    browser: Browser, engine: Engine, root: RootKey, noon: datetime
) -> None:
    coalition = Coalition(engine=engine, root=root, now=noon)
    coalition.open(letter_file(more='admit = "everyone"').replace(b'["email"]', b'["email", "post"]'))
    for number, name in enumerate(NAMES):
        coalition.sign(name, email=f"m{number}@members.example")
    coalition.sign_and_confirm("Lake Alliance")
    send_form(coalition, 1, at="203.0.113.7", trapped=True)
    coalition.take_in().deliver_mail()
    olga = add_colleague(coalition, is_admin=True)
    eddie = add_colleague(coalition, Role.EDITOR, name="Édouard al-Example")
    with transaction(engine) as session:
        paths = dict(pages(session, coalition, lambda part: make_thing(session, coalition, part)))
        secret = begin_session(
            session, coalition.keyring.desk, coordinator_id=olga.id, device="Firefox on Linux", now=noon
        )
    # What is proposed has an edition; a page of one needs more than a row.
    coalition.close().propose()
    coalition.deliver_mail()
    with transaction(engine) as session:
        edition = session.exec(select(Edition.id)).one()
        paths |= dict(pages(session, coalition, lambda part: edition if part == "edition" else ""))
    faults: list[str] = []
    with served(coalition) as url:
        context = browser.new_context()
        context.add_cookies(
            [{"name": "desk", "value": secret, "url": url, "httpOnly": True, "sameSite": "Lax"}]
        )
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        # A script that is broken says so here alone, for every page works without it.
        page.on("pageerror", lambda error: said.append(str(error)))
        for name, path in paths.items():
            faults += [f"{name}{fault}" for fault in faults_at(page, url + path)]
        for name, path in released(coalition, edition, checkers=[olga, eddie]).items():
            faults += [f"{name} of what was released{fault}" for fault in faults_at(page, url + path)]
        context.close()
    assert faults + said == []


def released(coalition: Coalition, edition: str, *, checkers: Sequence[Colleague]) -> dict[str, str]:
    """Release the letter, and give the pages that show how far its copies have come."""
    now = coalition.now
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        for office in offices_seen(session, coalition.keyring, campaign, OUTWARD, now=now):
            for one in checkers:
                keep_check(session, coalition.keyring, SLUG, office.key, seen=office.data, by=one.by, now=now)
    coalition.approve_all().release()
    with transaction(coalition.engine) as session:
        by_hand = session.exec(select(Delivery.id).where(Delivery.channel == "post")).one()
        add_dossiers(session, edition, now=now)
    base = f"/desk/letters/{SLUG}"
    return {
        "edition": f"{base}/editions/{edition}",
        "deliveries": f"{base}/deliveries",
        "by_hand": f"{base}/sendings/{by_hand}/by-hand",
        "dossiers": f"{base}/dossiers",
    }


def add_dossiers(session: Session, edition: str, *, now: datetime) -> None:
    """Add a proof of delivery that waits, one that was not made, one that can be saved, and one that the terminal made."""
    common = {"campaign_id": get_campaign(session, SLUG).id, "edition_id": edition, "asked_at": now}
    kept = {"made_at": now, "listed_sha256": "a" * 64}
    session.add(Dossier(**common, asked_by="cli:ada"))
    session.add(Dossier(**common, asked_by="cli:ada", failed=SILENT))
    session.add(Dossier(**common, **kept, asked_by="cli:ada", is_signed=True, is_stamped=True))
    session.add(
        Dossier(
            **common, **kept, asked_by="cli:ada", sha256="b" * 64, size=2_500_000, file_until=now + KEPT_FOR
        )
    )


def faults_at(page: Page, address: str) -> list[str]:
    """Open a page and tell what is wrong with it."""
    answer = page.goto(address)
    assert answer is not None
    if answer.status != 200:
        return [f": {answer.status}"]
    # A browser would wait for ever for what is asked of such a page.
    if "sandbox" in answer.headers.get("content-security-policy", ""):
        return [": no script may run here, so it belongs to what is no page"]
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    return faults_of(page)


def faults_of(page: Page) -> list[str]:
    """Tell what axe finds on a phone, and what sticks out there and on a wide page from the right."""
    faults = []
    for width, direction in ((360, "ltr"), (1280, "rtl")):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("direction => { document.documentElement.dir = direction }", direction)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f" at {width} px, {direction}: something sticks out")
        if width == 360:
            faults += [f": {fault}" for fault in axe_faults(page)]
    return faults


def make_thing(session: Session, coalition: Coalition, part: str) -> str:
    """Make what a part of an address names; "" for what comes later."""
    return "" if part in LATER else str(OBJECTS[part](session, coalition, SLUG))


def pages(session: Session, coalition: Coalition, make: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Give the address of each page of the desk, by its name, with things of this letter where it names any."""
    made: dict[str, str] = {}
    for rule, method, act in rules(Door(coalition).app()):
        name = rule.endpoint.removeprefix("desk.")
        parts = rule.arguments - {"slug"}
        if method != "GET" or act is Act.COME_IN or name in NO_PAGES:
            continue
        path = rule.rule.replace("<slug>", SLUG)
        for part in parts:
            made[part] = made.get(part) or make(part)
            path = path.replace(f"<{part}>", made[part]).replace(f"<int:{part}>", made[part])
        if all(made[part] for part in parts):
            yield name, path
