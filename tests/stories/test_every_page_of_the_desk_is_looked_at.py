"""Every page of the desk in a real browser, found by its route: no fault that axe-core finds, nothing sticks out."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine
from sqlmodel import Session

from service.coordinators.permissions import Act
from service.coordinators.sessions import begin_session
from service.foundation.sealing import RootKey
from service.model.coordinator import Role
from service.store.engine import make_engine
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition
from tests.desk import add_colleague
from tests.stories.at_a_browser import served
from tests.stories.looked_at import PICTURES, WIDTHS, faults_in
from tests.stories.test_who_may_do_what_at_the_desk import OBJECTS, rules
from tests.stories.visitor import Door

pytestmark = pytest.mark.browser

NAMES = (
    "Réseau des Sept Rives",
    "ئۇيغۇر دەريا جەمئىيىتى",
    "江河守望者协会",
    "Donaudampfschifffahrtsgesellschaftskapitänsverein",
)
# What answers with a file, or sends on to another page.
NO_PAGES: frozenset[str] = frozenset({"paper_sheet"})


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """Stay on one database: the browser does not see which it is."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


def test_every_page_of_the_desk_is_whole_for_everybody(
    browser: Browser, engine: Engine, root: RootKey, noon: datetime
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    for number, name in enumerate(NAMES):
        coalition.sign(name, email=f"m{number}@members.example")
    coalition.deliver_mail()
    olga = add_colleague(coalition, is_admin=True)
    add_colleague(coalition, Role.EDITOR, name="Édouard al-Example")
    with transaction(engine) as session:
        paths = dict(pages(session, coalition))
        secret = begin_session(
            session, coalition.keyring.desk, coordinator_id=olga.id, device="Firefox on Linux", now=noon
        )
    faults: list[str] = []
    with served(coalition) as url:
        context = browser.new_context()
        context.add_cookies(
            [{"name": "desk", "value": secret, "url": url, "httpOnly": True, "sameSite": "Lax"}]
        )
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        for name, path in paths.items():
            answer = page.goto(url + path)
            assert answer is not None
            if answer.status != 200:
                faults.append(f"{name}: {answer.status}")
                continue
            page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
            for width in WIDTHS:
                page.set_viewport_size({"width": WIDTHS[width], "height": 800})
                faults += [f"{name} on a {width}{fault}" for fault in faults_in(page, f"desk-{name}", width)]
        context.close()
    assert faults + said == []


def pages(session: Session, coalition: Coalition) -> Iterator[tuple[str, str]]:
    """Give the address of each page of the desk, by its name, with things of this letter where it names any."""
    made: dict[str, str] = {}
    for rule, method, act in rules(Door(coalition).app()):
        name = rule.endpoint.removeprefix("desk.")
        parts = rule.arguments - {"slug"}
        if method != "GET" or act is Act.COME_IN or name in NO_PAGES or not parts <= set(OBJECTS):
            continue
        path = rule.rule.replace("<slug>", SLUG)
        for part in parts:
            made[part] = made.get(part) or str(OBJECTS[part](session, coalition, SLUG))
            path = path.replace(f"<{part}>", made[part]).replace(f"<int:{part}>", made[part])
        yield name, path
