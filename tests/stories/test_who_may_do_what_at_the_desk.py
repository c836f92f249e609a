"""Every page and button of the desk, for everybody who may stand before it: generated from the routes themselves.

A route whose act is not in the table, or whose parts nothing is known of here, fails: nothing is open by oversight.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlmodel import Session
from werkzeug.routing import Rule

from service.coordinators.permissions import FRESH, OF_NO_LETTER, ROLES_OF, Act
from service.coordinators.sessions import end_sessions
from service.model.coordinator import Coordinator, Role
from service.model.tables import TABLES
from service.store.transaction import reading, transaction
from service.web.desk import desk
from service.web.desk.blueprint import ACTS
from tests import desk_objects_text
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.desk_objects_deliveries import OBJECTS as OF_DELIVERIES
from tests.desk_objects_entrance import make_colleague
from tests.desk_objects_members import OBJECTS as OF_MEMBERS
from tests.desk_objects_sends import make_schedule, make_sign_on_of
from tests.desk_objects_signatories import OF_SIGNATORIES
from tests.stories.visitor import Door, Visitor

OTHER = "other-letter"
NEVER = "0" * 32
# What signing in writes by itself: nothing of a letter.
_OF_COMING_IN = {"desk_session", "sign_in_step", "known_device", "token_bucket"}

OBJECTS: dict[str, Callable[[Session, Coalition, str], str]] = {
    **OF_MEMBERS,
    "colleague": make_colleague,
    **desk_objects_text.MAKERS,
    "schedule": make_schedule,
    "sign_on": make_sign_on_of,
    **OF_DELIVERIES,
}
"""Makes the thing that a part of an address names, in the letter of a slug: `<sign_on>` is its sign-on, say."""
OBJECTS.update(OF_SIGNATORIES)


def rules(app: Flask) -> list[tuple[Rule, str, Act]]:
    """Give each route of the desk with its method and act."""
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("desk.")]
    return [
        (rule, method, ACTS[rule.endpoint])
        for rule in sorted(found, key=lambda rule: (rule.rule, rule.endpoint))
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def path_of(rule: Rule, *, slug: str = SLUG) -> str:
    """Give the address of a route for things that are not there."""
    path = rule.rule
    for part in rule.arguments:
        converter = "int:" if f"<int:{part}>" in path else ""
        value = slug if part == "slug" else "999999" if converter else NEVER
        path = path.replace(f"<{converter}{part}>", value)
    assert "<" not in path, path
    return path


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    coalition.open()
    coalition.load(letter_file().replace(SLUG.encode(), OTHER.encode()))
    return coalition


def state(coalition: Coalition) -> dict[str, int]:
    """Count the rows of every table, but those of coming in."""
    with reading(coalition.engine) as session:
        return {
            table.__tablename__: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in TABLES
            if table.__tablename__ not in _OF_COMING_IN
        }


def ask(who: AtTheDesk | Visitor, rule: Rule, method: str, *, mark: bool = True) -> int:
    path = path_of(rule)
    if method == "GET":
        return who.open(path).status_code
    entries = {"csrf": who.mark()} if mark and isinstance(who, AtTheDesk) else {}
    return who.post(path, entries).status_code


def test_every_route_of_the_desk_is_an_act(door: Door) -> None:
    app = door.app()
    found = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/desk")}

    assert found == set(ACTS), "a page of the desk without an act"
    assert set(ROLES_OF) | OF_NO_LETTER == set(Act), "an act without roles"
    for rule, _, act in rules(app):
        assert ("slug" in rule.arguments) is (act not in OF_NO_LETTER), rule.rule
    assert desk.url_prefix == "/desk"


def test_nobody_who_is_not_signed_in_gets_past_the_door(coalition: Coalition, door: Door) -> None:
    app, before = door.app(), state(coalition)
    someone = Visitor(app)

    got = {
        (rule.rule, method): ask(someone, rule, method)
        for rule, method, act in rules(app)
        if act is not Act.COME_IN
    }

    assert set(got.values()) == {303}
    assert state(coalition) == before


def ended(coalition: Coalition, who: AtTheDesk) -> None:
    with transaction(coalition.engine) as session:
        end_sessions(session, coordinator_id=who.colleague.id, now=coalition.now)


def disabled(coalition: Coalition, who: AtTheDesk) -> None:
    with transaction(coalition.engine) as session:
        session.get_one(Coordinator, who.colleague.id).disabled_at = coalition.now


def idle(coalition: Coalition, who: AtTheDesk) -> None:
    del who
    coalition.now += timedelta(minutes=31)


@pytest.mark.parametrize("how", [ended, disabled, idle])
def test_a_session_that_is_over_opens_nothing(
    coalition: Coalition, door: Door, how: Callable[[Coalition, AtTheDesk], None]
) -> None:
    app = door.app()
    olga = AtTheDesk(app, coalition, add_colleague(coalition))
    olga.mark()
    how(coalition, olga)
    before = state(coalition)

    got = {
        (rule.rule, method): ask(olga, rule, method)
        for rule, method, act in rules(app)
        if act is not Act.COME_IN
    }

    assert set(got.values()) == {303}
    assert state(coalition) == before


@pytest.mark.parametrize("is_admin", [0, 1], ids=["of another letter", "of another letter, and admin"])
def test_a_letter_of_others_is_nowhere(coalition: Coalition, door: Door, is_admin: int) -> None:
    """Neither the owner of another letter nor whoever administers the service sees this one."""
    app = door.app()
    stranger = AtTheDesk(
        app,
        coalition,
        add_colleague(coalition, Role.OWNER, name="Stran Ger", slug=OTHER, is_admin=bool(is_admin)),
    )
    before = state(coalition)

    got = {
        (rule.rule, method): ask(stranger, rule, method)
        for rule, method, act in rules(app)
        if act not in OF_NO_LETTER
    }

    assert set(got.values()) == {404}
    assert state(coalition) == before


@pytest.mark.parametrize("role", list(Role))
def test_a_role_does_what_its_table_says_and_nothing_else(
    coalition: Coalition, door: Door, role: Role
) -> None:
    app = door.app()
    who = AtTheDesk(app, coalition, add_colleague(coalition, role))
    of_letter = [(rule, method, act) for rule, method, act in rules(app) if act not in OF_NO_LETTER]
    beyond = [(rule, method) for rule, method, act in of_letter if role not in ROLES_OF[act]]
    within = [(rule, method) for rule, method, act in of_letter if role in ROLES_OF[act]]
    before = state(coalition)

    assert {(rule.rule, method, ask(who, rule, method)) for rule, method in beyond} == {
        (rule.rule, method, 403) for rule, method in beyond
    }
    assert state(coalition) == before
    got = {(rule.rule, method): ask(who, rule, method) for rule, method in within}
    assert not [place for place, status in got.items() if status in {403, 500, 503}], got
    whole = [rule.rule for rule, method in within if method == "GET" and set(rule.arguments) == {"slug"}]
    assert not [rule for rule in whole if got[rule, "GET"] not in {200, 303}], got


def test_no_form_is_taken_without_the_mark_of_its_session(coalition: Coalition, door: Door) -> None:
    app = door.app()
    olga = AtTheDesk(app, coalition, add_colleague(coalition, is_admin=True))
    before = state(coalition)

    got = {
        (rule.rule, ask(olga, rule, method, mark=False))
        for rule, method, act in rules(app)
        if method == "POST" and act is not Act.COME_IN
    }

    assert {status for _, status in got} == {403}, got
    assert state(coalition) == before


def test_what_is_grave_asks_for_a_fresh_proof(coalition: Coalition, door: Door) -> None:
    app = door.app()
    olga = AtTheDesk(app, coalition, add_colleague(coalition, is_admin=True))
    olga.mark()
    coalition.now += timedelta(minutes=6)
    before = state(coalition)

    grave = [(rule, method) for rule, method, act in rules(app) if act in FRESH]
    for rule, method in grave:
        answer = (
            olga.open(path_of(rule)) if method == "GET" else olga.post(path_of(rule), {"csrf": olga.mark()})
        )
        assert answer.status_code == 303, rule.rule
        assert answer.location.startswith("/desk/prove"), rule.rule

    assert state(coalition) == before


def parts(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Give each route that names a thing of a letter, with its method and the name of that part."""
    for rule, method, act in rules(app):
        named = set(rule.arguments) - {"slug"}
        if act not in OF_NO_LETTER and named:
            assert len(named) == 1, f"{rule.rule} names more than one thing"
            yield rule, method, named.pop()


def test_a_thing_of_another_letter_is_not_there(coalition: Coalition, door: Door) -> None:
    """What an address names belongs to the letter of that address, or there is nothing."""
    app = door.app()
    olga = AtTheDesk(app, coalition, add_colleague(coalition))
    wanted = list(parts(app))
    unknown = {part for _, _, part in wanted} - set(OBJECTS)
    assert not unknown, f"say in OBJECTS how these are made: {unknown}"
    for part, make in OBJECTS.items():
        with transaction(coalition.engine) as session:
            other = make(session, coalition, OTHER)
        before = state(coalition)
        for rule, method, named in wanted:
            if named == part:
                path = rule.rule.replace("<slug>", SLUG)
                path = path.replace(f"<{part}>", str(other)).replace(f"<int:{part}>", str(other))
                answer = olga.open(path) if method == "GET" else olga.post(path, {"csrf": olga.mark()})
                assert answer.status_code == 404, (method, path)
        assert state(coalition) == before
