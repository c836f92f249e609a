"""The cases in which SecureDrop's own tests try its sessions and one-time codes, and what shows each of them of ours.

CASES names each case of `test_journalist_session.py` and `test_two_factor_in_apps.py` there, and the tests here that a
coordinator relies on in the same case; all are written anew. Cases of an API have none of ours: the desk has no API,
and a session is nothing but the cookie of a browser.
"""

import ast
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from service.coordinators.factors import recover
from service.coordinators.sessions import end_sessions, find_session, note_proof, note_seen
from service.model.coordinator import Coordinator
from service.model.sign_in import DeskSession
from service.store.sealed import seal_text
from service.store.transaction import reading, transaction
from tests.coalition import PUBLIC_URL, Coalition
from tests.desk import add_colleague
from tests.equipped import PASSWORD, Browser, Equipped, equip
from tests.stories.visitor import Door

HERE = Path(__file__).parent
COMES_IN, LOOKS_AFTER = "test_a_coordinator_comes_in", "test_a_coordinator_looks_after_its_account"
LETS_IN, INVITED = "test_the_desk_lets_in_whom_it_is_for", "test_a_coordinator_is_invited"
THIS = Path(__file__).stem
NO_API = "the desk has no API"

CASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "a session begins": {
        COMES_IN: ("test_password_and_code_let_in",),
        THIS: ("test_the_cookie_is_the_browser_s_alone_and_only_its_digest_is_kept",),
    },
    "a session is renewed by use, and ends in any case": {
        LETS_IN: (
            "test_a_session_that_was_not_used_for_half_an_hour_is_over",
            "test_a_session_ends_after_twelve_hours_however_much_it_is_used",
        ),
    },
    "signing out ends it for the server": {LETS_IN: ("test_whoever_signs_out_is_out",)},
    "another one's reset of the password ends it": {
        INVITED: ("test_whoever_lost_everything_is_recovered_by_the_operator",),
        THIS: ("test_a_cookie_is_worthless_after_the_operator_has_recovered_its_account",),
    },
    "one's own new password ends it": {
        LOOKS_AFTER: ("test_a_new_password_ends_the_other_sessions_and_the_old_password",)
    },
    "signing in begins another session than the browser brought": {
        COMES_IN: ("test_a_new_session_begins_at_each_sign_in_and_the_old_cookie_is_worthless",)
    },
    "an API is signed in to": {NO_API: ()},
    "an API is signed out of": {NO_API: ()},
    "a secret that was tampered with opens nothing": {
        COMES_IN: ("test_a_forged_cookie_opens_nothing",),
        THIS: (
            "test_a_cookie_that_was_tampered_with_opens_nothing",
            "test_what_is_a_secret_elsewhere_is_none_of_a_session",
        ),
    },
    "a session that ends while a page is made does not come back": {
        THIS: ("test_a_session_that_ends_while_a_page_is_made_does_not_come_back",)
    },
    "a code is good once": {
        COMES_IN: ("test_a_code_is_good_once",),
        LOOKS_AFTER: ("test_a_code_that_was_used_to_come_in_is_no_proof",),
        THIS: (
            "test_of_two_who_send_one_code_at_once_one_comes_in",
            "test_a_code_that_proved_somebody_lets_nobody_in",
        ),
    },
    "a code with spaces around or in it is the same code": {
        COMES_IN: ("test_a_code_is_good_once", "test_a_used_code_stays_used_after_a_failed_sign_in"),
    },
    "a used code stays used after a failed sign-in": {
        COMES_IN: ("test_a_used_code_stays_used_after_a_failed_sign_in",)
    },
    "an account whose secret is damaged lets nobody in": {
        THIS: ("test_an_account_whose_secret_is_damaged_lets_nobody_in",)
    },
    "codes of a new device let in, and those of the old one do not": {
        LOOKS_AFTER: ("test_codes_come_from_another_device_once_it_has_shown_one",)
    },
    "a wrong first code sets nothing up for somebody new": {
        INVITED: ("test_a_wrong_first_code_keeps_nothing_and_may_be_typed_again",)
    },
    "a wrong first code sets nothing up for oneself": {
        LOOKS_AFTER: ("test_codes_come_from_another_device_once_it_has_shown_one",)
    },
}


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load()


@pytest.fixture
def olga(coalition: Coalition) -> Equipped:
    return equip(coalition, add_colleague(coalition))


@pytest.fixture
def browser(coalition: Coalition, door: Door) -> Browser:
    return Browser(door.app(), coalition)


@pytest.mark.parametrize("case", CASES)
def test_each_case_is_shown_by_tests_that_are_there(case: str) -> None:
    for module, names in CASES[case].items():
        there = set() if module == NO_API else names_in(module)
        assert set(names) <= there, f"{case}: {set(names) - there}"
    assert any(CASES[case].values()) or NO_API in CASES[case]


def names_in(module: str) -> set[str]:
    tree = ast.parse((HERE / f"{module}.py").read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_desk_has_no_api(door: Door) -> None:
    assert not [rule.rule for rule in door.app().url_map.iter_rules() if "api" in rule.rule.split("/")]


def test_the_cookie_is_the_browser_s_alone_and_only_its_digest_is_kept(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    answer = browser.sign_in(olga)

    (cookie,) = [
        one
        for one in answer.headers.getlist("Set-Cookie")
        if one.startswith(f"__Host-desk={browser.cookie()}")
    ]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert len(browser.cookie()) == 43
    with reading(coalition.engine) as session:
        row = session.exec(select(DeskSession)).one()
        assert row.coordinator_id == session.exec(select(Coordinator.id)).one()
        kept = b"".join(
            part if isinstance(part, bytes) else str(part).encode() for part in vars(row).values()
        )
    assert browser.cookie().encode() not in kept


def test_a_cookie_is_worthless_after_the_operator_has_recovered_its_account(
    browser: Browser, olga: Equipped, door: Door, coalition: Coalition
) -> None:
    browser.sign_in(olga)
    stolen = browser.cookie()
    with transaction(coalition.engine) as session:
        recover(session, coalition.keyring.desk, olga.email, by="test", now=coalition.now)

    other = Browser(door.app(), coalition)
    other.bring(stolen)
    assert not other.is_in()
    assert not browser.is_in()


TAMPERED: Mapping[str, Callable[[str], str]] = {
    "another first letter": lambda secret: ("B" if secret[0] == "A" else "A") + secret[1:],
    "another last letter": lambda secret: secret[:-1] + ("B" if secret[-1] == "A" else "A"),
    "one letter less": lambda secret: secret[:-1],
    "a dot behind": lambda secret: secret + ".",
    "a signature behind": lambda secret: f"{secret}.aBcD.eFgH",
    "padding behind": lambda secret: secret + "=",
    "twice": lambda secret: secret + secret,
    "capitals turned": lambda secret: secret.swapcase(),
    "backwards": lambda secret: secret[::-1],
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_cookie_that_was_tampered_with_opens_nothing(browser: Browser, olga: Equipped, how: str) -> None:
    browser.sign_in(olga)
    genuine = browser.cookie()

    browser.bring(TAMPERED[how](genuine))
    assert not browser.is_in()

    browser.bring(genuine)
    assert browser.is_in(), "the genuine one still opens"


def test_what_is_a_secret_elsewhere_is_none_of_a_session(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    step = browser.give_password(olga).text.split('name="step" value="')[1].split('"')[0]
    browser.sign_in(olga)
    page = browser.open("/desk/account").text
    mark = page.split('name="csrf" value="')[1].split('"')[0]
    device = browser.client.get_cookie("__Host-desk-browser", domain=PUBLIC_URL.rpartition("/")[2])
    with reading(coalition.engine) as session:
        row = session.exec(select(DeskSession)).one()
        elsewhere = [step, mark, device.value if device else "", row.id, row.digest.hex()]
    assert all(elsewhere)

    for secret in elsewhere:
        browser.bring(secret)
        assert not browser.is_in(), secret


def test_a_session_that_ends_while_a_page_is_made_does_not_come_back(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    browser.sign_in(olga)
    coalition.now += timedelta(minutes=2)
    with reading(coalition.engine) as session:
        found = find_session(session, browser.cookie(), now=coalition.now)
    assert found is not None
    with transaction(coalition.engine) as session:
        end_sessions(session, coordinator_id=found.coordinator.id, now=coalition.now)

    with transaction(coalition.engine) as session:
        note_seen(session, found.session_id, now=coalition.now)
        note_proof(session, found.session_id, now=coalition.now)

    assert not browser.is_in()
    with reading(coalition.engine) as session:
        assert session.exec(select(DeskSession.ended_at)).one() is not None


def test_of_two_who_send_one_code_at_once_one_comes_in(
    olga: Equipped, door: Door, coalition: Coalition
) -> None:
    app = door.app()
    browsers = [Browser(app, coalition) for _ in range(4)]
    code = browsers[0].code(olga)
    pages = [one.give_password(olga) for one in browsers]

    with ThreadPoolExecutor(len(browsers)) as threads:
        answers = list(
            threads.map(
                lambda pair: pair[0].fill(pair[1], {"code": code}, having="code"),
                zip(browsers, pages, strict=True),
            )
        )

    assert sorted(answer.status_code for answer in answers) == [303, 422, 422, 422]
    assert [one.is_in() for one in browsers].count(True) == 1


def test_a_code_that_proved_somebody_lets_nobody_in(
    browser: Browser, olga: Equipped, door: Door, coalition: Coalition
) -> None:
    browser.sign_in(olga)
    coalition.now += timedelta(minutes=6)
    code = browser.code(olga)
    proved = browser.fill(browser.open("/desk/prove"), {"password": PASSWORD, "code": code}, having="code")
    assert proved.status_code == 303

    assert Browser(door.app(), coalition).sign_in(olga, code=code).status_code == 422


@pytest.mark.parametrize("secret", ["", "GARBAGE", "notbase32:&&&&aaa", "JHCOGO7VCER3EJ4", "0189"])
def test_an_account_whose_secret_is_damaged_lets_nobody_in(
    browser: Browser, olga: Equipped, coalition: Coalition, secret: str
) -> None:
    with transaction(coalition.engine) as session:
        row = session.exec(select(Coordinator)).one()
        row.totp = seal_text(coalition.keyring.desk, row, "totp", secret)
        session.add(row)

    for code in ("705334", "000000", browser.code(olga)):
        page = browser.give_password(olga)
        answer = browser.fill(page, {"code": code}, having="code")
        assert answer.status_code == 422
        assert not browser.is_in()
    assert browser.sign_in(olga, code=olga.recovery[0]).status_code == 303, "a recovery code helps"
