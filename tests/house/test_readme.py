"""The README is short, and what it and the map name exists."""

import functools
import re
from pathlib import Path

import pytest

from tests.house.repository import ROOT, files, named

MAKE_TARGET = re.compile(r"`?make ([a-z][a-z-]*)")
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
IN_CODE = re.compile(r"`([^`\n]+)`")
A_FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*(?:/|\.(?:py|md|toml|lock|html|txt|typ|css|csv|ini|yaml))")
GUIDES = ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
# What a run makes; it is not in the repository.
MADE = ("demo/", "data/", "keys/", "journal/", ".venv/", "build/")


def test_the_readme_fits_on_a_few_screens() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


@pytest.mark.parametrize("guide", GUIDES)
def test_what_a_guide_links_to_exists(guide: str) -> None:
    links = [link for link in LINK.findall((ROOT / guide).read_text()) if ":" not in link]

    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_the_make_targets_of_a_guide_exist(guide: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = " ".join(re.findall(r"```.*?```|`[^`\n]+`", (ROOT / guide).read_text(), re.DOTALL))

    assert set(MAKE_TARGET.findall(code)) <= targets


@pytest.mark.parametrize("document", [*GUIDES, *(named(path) for path in files(".md", under="docs"))])
def test_a_document_links_to_nothing_that_is_missing(document: str) -> None:
    path = ROOT / document
    links = [link for link in LINK.findall(path.read_text()) if ":" not in link]

    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("guide", ["docs/map.md", "docs/deliverability.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_a_guide_names_only_files_that_exist(guide: str) -> None:
    named_there = {name for name in words_of(ROOT / guide) if not name.startswith(MADE)}

    assert {name for name in named_there if not is_there(name)} == set()


def test_the_tests_that_deliverability_names_exist() -> None:
    written = " ".join(path.read_text() for path in files(".py", under="tests"))
    wanted = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "deliverability.md").read_text()))

    assert {name for name in wanted if f"def {name}(" not in written} == set()


def test_each_picture_of_the_documents_is_small_and_shown() -> None:
    shown = {
        (path.parent / link).resolve()
        for path in [ROOT / "README.md", *files(".md", under="docs")]
        for link in LINK.findall(path.read_text())
    }

    for picture in files(".png", under="docs"):
        assert picture.stat().st_size < 200_000, named(picture)
        assert picture.resolve() in shown, named(picture)


@pytest.mark.parametrize("folder", ["changes", "docs/decisions"])
def test_each_number_is_given_once(folder: str) -> None:
    numbers = [path.name.partition("-")[0] for path in files(".md", under=folder)]

    assert [number for number in numbers if numbers.count(number) > 1] == []


def words_of(document: Path) -> set[str]:
    text = document.read_text()
    blocks = re.findall(r"^```.*?^```", text, re.DOTALL | re.MULTILINE)
    code = [*IN_CODE.findall(text), *blocks]
    return {word for piece in code for word in piece.split() if A_FILE.fullmatch(word)}


def is_there(name: str) -> bool:
    # The map may call a file by its last names alone: `store/claim.py`.
    wanted = f"/{name.strip('/')}"
    return any(path.endswith(wanted) for path in files_and_folders())


@functools.cache
def files_and_folders() -> tuple[str, ...]:
    return tuple(
        {
            f"/{named(one)}"
            for path in files()
            for one in (path, *path.parents)
            if one != ROOT and one.is_relative_to(ROOT)
        }
    )
