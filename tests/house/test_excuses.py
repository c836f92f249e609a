"""Excuses are few and give a reason; nothing is left for later; fakes are written by hand."""

import re

import pytest

from tests.house.repository import comments, files, named, names

PYTHON = [
    path
    for folder in ("service", "tests", "examples", "benchmarks", "migrations")
    for path in files(".py", under=folder)
]
AN_EXCUSE = re.compile(r"noqa|type:\s*ignore|pragma:|mypy:|ruff:|nosec|pylint:")
A_REASON = re.compile(r"(?<=\S) -- \S.{7,}$")
FOR_LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
LINES_PER_EXCUSE = 1000
FEW = 12


def all_comments() -> list[tuple[str, str]]:
    return [(f"{named(path)}:{line}", text) for path in PYTHON for line, text in comments(path)]


def test_every_excuse_gives_its_reason() -> None:
    bare = [place for place, text in all_comments() if AN_EXCUSE.search(text) and not A_REASON.search(text)]

    assert bare == []


def test_excuses_are_few() -> None:
    excuses = [place for place, text in all_comments() if AN_EXCUSE.search(text)]
    lines = sum(len(path.read_text().splitlines()) for path in PYTHON)

    assert len(excuses) <= FEW + lines // LINES_PER_EXCUSE, excuses


def test_nothing_is_left_for_later() -> None:
    assert [place for place, text in all_comments() if FOR_LATER.search(text)] == []


@pytest.mark.parametrize("word", ["NotImplementedError", "mock", "MagicMock", "Mock"])
def test_no_stub_and_no_patched_object(word: str) -> None:
    assert [named(path) for path in PYTHON if word in names(path)] == []


@pytest.mark.parametrize(
    ("comment", "reasons"),
    [
        ("# noqa: S105 -- the word names a form field, it is no secret", 1),
        ("# type: ignore[arg-type] -- the stubs are older than the library", 1),
        ("# noqa: S105", 0),
        ("# noqa: S105 --", 0),
        ("# noqa: S105 because it is fine", 0),
    ],
)
def test_a_reason_is_a_sentence_behind_two_dashes(comment: str, reasons: int) -> None:
    assert len(A_REASON.findall(comment)) == reasons
