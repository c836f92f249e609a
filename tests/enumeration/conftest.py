"""How often each is asked about: a few times with all other tests, two thousand times by `make enumeration`."""

from datetime import datetime

import pytest
from sqlalchemy import Engine

from service.foundation.sealing import RootKey
from tests.coalition import Coalition, letter_file


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the number of rounds from the command line."""
    parser.addoption("--rounds", type=int, default=40, help="how often each is asked about")


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """Give how often each is asked about."""
    return int(request.config.getoption("--rounds", default=40))


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    """Give a coalition whose letter collects sign-ons, on each of the two databases."""
    return Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))
