"""As a stranger at the door of the desk I may type what I like: I get one sentence, nothing of it runs, and nobody comes in."""

import re
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from service.coordinators.permissions import Act
from service.web.desk.blueprint import ACTS
from tests.coalition import Coalition
from tests.corpus.markup import foreign_markup
from tests.corpus.writing import HIDDEN, LITERAL, SEVERAL_LINES, all_of
from tests.desk import add_colleague
from tests.desk_scenes import desk_rules
from tests.equipped import PASSWORD, Browser, Equipped, equip
from tests.stories.test_a_coordinator_is_invited import invited, take_up
from tests.stories.visitor import Door

WRITTEN = tuple(
    text
    for text in (*all_of(LITERAL)[::8], *all_of(SEVERAL_LINES)[::3], *all_of(HIDDEN)[::9])
    if not any("\ud800" <= c <= "\udfff" for c in text)
)
SCRIPTED = {"/desk/sign-in/passkey", "/desk/sign-in/passkey/ask"}
"""What a script sends: records, which test_a_coordinator_comes_in_by_a_passkey.py tries with garbage; here come plain forms."""


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load()


@pytest.fixture
def olga(coalition: Coalition) -> Equipped:
    return equip(coalition, add_colleague(coalition))


@pytest.fixture
def browser(coalition: Coalition, door: Door) -> Browser:
    return Browser(door.app(), coalition)


def looked_at(answer: TestResponse, text: str) -> None:
    assert answer.status_code in {200, 400, 404, 413, 422, 429}, (answer.status_code, ascii(text))
    # The address that a coordinator's own device reads is ours.
    assert foreign_markup(re.sub('href="otpauth:[^"]*"', "", answer.text)) == [], ascii(text)


def test_every_form_before_the_door_is_tried_here(door: Door) -> None:
    rules = {
        rule.rule
        for rule in desk_rules(door.app())
        if "POST" in (rule.methods or ()) and ACTS[rule.endpoint] is Act.COME_IN
    }

    assert rules == SCRIPTED | {
        "/desk/sign-in",
        "/desk/sign-in/code",
        "/desk/recovery-sheet",
        "/desk/invitation/<token>",
        "/desk/invitation/<token>/code",
    }


def test_whoever_signs_in_with_hostile_words_stays_outside(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    for number, text in enumerate(WRITTEN):
        # Else so many tries would have to wait.
        coalition.now += timedelta(minutes=31)
        words = {"email": text, "password": text} if number % 2 else {"email": olga.email, "password": text}
        looked_at(browser.post("/desk/sign-in", {**words, "then": text, text: text}), text)
        looked_at(browser.post("/desk/sign-in/code", {"step": text, "code": text, "then": text}), text)
        looked_at(browser.post("/desk/recovery-sheet", {"code": text, "email": text}), text)
        for path in sorted(SCRIPTED):
            looked_at(browser.post(path, {"answer": text, "step": text, "then": text}), text)
        assert not browser.is_in()


def test_the_right_password_and_hostile_words_for_a_code_stay_outside(
    browser: Browser, olga: Equipped, coalition: Coalition
) -> None:
    for text in WRITTEN[::2]:
        coalition.now += timedelta(minutes=31)
        page = browser.give_password(olga)
        looked_at(browser.fill(page, {"code": text}, having="code"), text)
        assert not browser.is_in()


def test_whoever_is_invited_is_called_what_was_typed_or_told_why_not(
    browser: Browser, coalition: Coalition
) -> None:
    path, named = invited(coalition), 0
    for text in WRITTEN:
        coalition.now += timedelta(minutes=31)
        page = browser.open(path)
        values = {"name": text, "password": PASSWORD, "again": PASSWORD}
        answer = browser.fill(page, values, having="password", path=path)
        looked_at(answer, text)
        named += answer.status_code == 200
        looked_at(
            browser.fill(page, {**values, "name": "Eddie", "again": text}, having="password", path=path), text
        )
        looked_at(browser.post(f"{path}/code", {"begun": text, "code": text}), text)
    assert named > len(WRITTEN) // 2

    page = take_up(browser, path)
    for text in WRITTEN:
        looked_at(browser.fill(page, {"code": text}, having="begun"), text)
    assert not browser.is_in()
