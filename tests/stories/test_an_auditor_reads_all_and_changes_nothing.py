"""As an auditor I read every page of the letter in my browser, meet no button that is not mine, and can change nothing."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine
from sqlmodel import select

from service.coordinators.permissions import OF_NO_LETTER, ROLES_OF, Act
from service.foundation.sealing import RootKey
from service.model.coordinator import Role
from service.model.edition import Edition
from service.store.transaction import transaction
from service.web.desk.blueprint import ACTS
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import add_colleague
from tests.stories.at_a_browser import served
from tests.stories.desk_in_a_browser import LETTER, WIDE, come_in, look_at, opened
from tests.stories.test_a_member_signs_in_a_browser import engine
from tests.stories.test_every_page_of_the_desk_is_looked_at import make_thing, pages
from tests.stories.test_who_may_do_what_at_the_desk import NEVER, rules, state
from tests.stories.visitor import Door

__all__ = ["engine"]
pytestmark = pytest.mark.browser

PICTURED = ("overview", "signatories", "signatory", "edition", "history", "sending")
FORBIDDEN = 403


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))
    coalition.sign("Late Riser").sign_and_confirm("Lake Alliance")
    return coalition.deliver_mail()


@pytest.fixture
def places(coalition: Coalition) -> dict[str, str]:
    """Give every page of the desk that concerns the letter, by its name, with a thing of each kind on it."""
    with transaction(coalition.engine) as session:
        found = dict(pages(session, coalition, lambda part: make_thing(session, coalition, part)))
    coalition.close().propose()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        edition = session.exec(select(Edition.id)).one()
        found |= dict(pages(session, coalition, lambda part: edition if part == "edition" else ""))
    return {name: path for name, path in found.items() if path.startswith(LETTER)}


@pytest.fixture
def auditor(browser: Browser, coalition: Coalition) -> Iterator[Page]:
    """Give the window of an auditor, at its first page."""
    with served(coalition) as url, opened(browser, width=WIDE) as page:
        come_in(page, coalition, url, add_colleague(coalition, Role.AUDITOR, name="Aud Itor"))
        page.goto(f"{url}{LETTER}/")
        yield page


def test_all_is_read_and_no_page_offers_what_is_not_an_auditors(
    coalition: Coalition, places: dict[str, str], auditor: Page
) -> None:
    app, url = Door(coalition).app(), auditor.url.partition(LETTER)[0]
    mine = {name: path for name, path in places.items() if may(ACTS[f"desk.{name}"])}
    assert set(mine) >= {*PICTURED, "text", "members", "recipients", "deliveries", "figures"}
    # Named by hand: the table that is tested here shall not be what says so.
    assert set(mine) >= {"second_looks", "second_look", "exports"}
    before = state(coalition)
    faults, links = list[str](), set[str]()

    for name, path in mine.items():
        answer = auditor.goto(url + path)
        assert answer is not None
        if answer.status != 200:
            faults.append(f"{name}: {answer.status}")
        offered = auditor.eval_on_selector_all(
            "form[method=post]", "forms => forms.map(one => one.getAttribute('action') || location.pathname)"
        )
        faults += [f"{name} offers {action}" for action in offered if not may(act_of(app, "POST", action))]
        links |= set(auditor.eval_on_selector_all("a[href]", "all => all.map(one => one.pathname)"))
        if name in PICTURED:
            look_at(auditor, f"auditor-{name}")
    led = {path for path in links if path.startswith("/desk/")}

    assert faults == []
    assert [path for path in sorted(led) if not may(act_of(app, "GET", path))] == []
    assert state(coalition) == before


def test_what_is_not_an_auditors_is_refused_whatever_is_sent(
    coalition: Coalition, places: dict[str, str], auditor: Page
) -> None:
    """Every button of the letter, pressed for things that are there and with the mark of the auditor's own session."""
    app, url = Door(coalition).app(), auditor.url.partition(LETTER)[0]
    mark = auditor.locator('form[action="/desk/sign-out"] input[name=csrf]').input_value()
    before = state(coalition)
    tried = dict[str, int]()

    for rule, method, act in rules(app):
        if method == "POST" and act not in OF_NO_LETTER and not may(act):
            path = posted_to(rule.rule, places)
            answer = auditor.request.post(url + path, form={"csrf": mark}, max_redirects=0)
            tried[rule.rule] = answer.status

    assert len(tried) > 60
    assert {path: status for path, status in tried.items() if status != FORBIDDEN} == {}
    assert state(coalition) == before


def test_a_page_that_is_not_an_auditors_says_so_in_plain_words(places: dict[str, str], auditor: Page) -> None:
    url = auditor.url.partition(LETTER)[0]
    others = {name: path for name, path in places.items() if not may(ACTS[f"desk.{name}"])}
    assert {"settings", "team", "new_sign_on", "propose"} & set(others)

    for path in others.values():
        answer = auditor.goto(url + path)
        assert answer is not None
        assert answer.status == FORBIDDEN, path
    auditor.get_by_text("Your role in this letter does not include this").wait_for()
    look_at(auditor, "auditor-refused")


def may(act: Act) -> bool:
    """Tell whether an act is an auditor's, or of an own account."""
    return act in OF_NO_LETTER or Role.AUDITOR in ROLES_OF[act]


def act_of(app: Flask, method: str, path: str) -> Act:
    """Give the act of whatever answers at an address of the desk."""
    endpoint, _ = app.url_map.bind("127.0.0.1").match(urlsplit(path).path, method=method)
    return ACTS[endpoint]


def posted_to(rule: str, places: dict[str, str]) -> str:
    """Give the address of a button; where it names a thing, one that is there if any page has it."""
    path = rule.replace("<slug>", SLUG)
    base, _, rest = path.partition("<")
    if not rest:
        return path
    if rest.startswith("int:"):
        return f"{base}1{rest.partition('>')[2]}"
    things = (
        there.removeprefix(base).partition("/")[0] for there in places.values() if there.startswith(base)
    )
    return base + next((one for one in things if len(one) == len(NEVER)), NEVER) + rest.partition(">")[2]
