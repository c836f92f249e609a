"""The workshop agrees with itself: locks with pyproject.toml, the image with the tree, make with its help."""

import re
import subprocess
import tomllib

import pytest

from tests.house.repository import ROOT

PINNED = re.compile(r"^([a-z0-9-]+)==(\S+) \\$", re.MULTILINE)
NAME = re.compile(r"^[A-Za-z0-9._-]+")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pins_of(lock: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / lock).read_text()))


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", PROJECT["dependencies"]),
        ("requirements-dev.lock", PROJECT["dependencies"]),
        ("requirements-dev.lock", PROJECT["optional-dependencies"]["development"]),
    ],
)
def test_a_lock_pins_what_the_project_asks_for(lock: str, wanted: list[str]) -> None:
    asked_for = {match.group().lower().replace("_", "-") for line in wanted if (match := NAME.match(line))}

    assert asked_for - pins_of(lock).keys() == set(), "Run `make lock`."


def test_development_runs_on_the_versions_that_the_image_runs_on() -> None:
    assert pins_of("requirements.lock").items() <= pins_of("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_hashes_and_nothing_else_stands_in_a_lock(lock: str) -> None:
    text = (ROOT / lock).read_text()
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]

    assert all(
        re.fullmatch(r"[a-z0-9-]+==\S+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines
    )
    assert all(re.search(rf"^{name}==\S+ \\\n    --hash=", text, re.MULTILINE) for name in pins_of(lock))


def test_make_tells_of_every_target() -> None:
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    told = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert re.findall(r"make ([a-z-]+) ", told) == targets


def test_the_image_takes_only_what_exists_and_is_let_in() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    let_in = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)

    assert sorted(copied) == sorted(let_in)
    assert all((ROOT / name).exists() for name in copied)
