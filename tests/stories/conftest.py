"""What stories begin with: a coalition, its door, and somebody at it."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from service.foundation.sealing import RootKey
from tests.coalition import Coalition
from tests.doubles.routes import KnownRule
from tests.doubles.typesetter import KnownTypesetter
from tests.stories.at_a_browser import chromium
from tests.stories.visitor import Door, Visitor


@pytest.fixture(scope="session", autouse=True)
def _routes_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.app.LateRule", KnownRule)
        yield


@pytest.fixture(autouse=True)
def _letters_set_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.letter.render_pdf._Typesetter", KnownTypesetter)


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    """Give a coalition without a letter, on each of the two databases."""
    return Coalition(engine=engine, root=root, now=noon)


@pytest.fixture
def door(coalition: Coalition) -> Door:
    """Give the web application of that coalition."""
    return Door(coalition)


@pytest.fixture
def visitor(door: Door) -> Visitor:
    """Give somebody at the door."""
    return Visitor(door.app())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give the system's Chromium."""
    with chromium() as browser:
        yield browser
