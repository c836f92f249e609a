"""What compose.yaml asks for exists: commands with their options, settings, volumes, secrets and services."""

import json
from collections.abc import Iterator
from typing import Any

import click
import pytest

from service.cli.main import commands
from service.foundation.settings import PREFIX, Settings
from tests.house.repository import ROOT

OURS = "undersigned"
TEXT = (ROOT / "compose.yaml").read_text()


def parse(text: str) -> dict[str, Any]:
    """Read the little of YAML that the file keeps to: maps, lists of texts, lists in one line, and whole maps by name."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    named: dict[str, Any] = {}

    def block(place: int, depth: int) -> tuple[Any, int]:
        found: Any = None
        while place < len(lines):
            indent = len(lines[place]) - len(lines[place].lstrip())
            if indent < depth:
                break
            assert indent == depth, lines[place]
            line = lines[place].strip()
            place += 1
            if line.startswith("- "):
                found = [*(found or []), value(line[2:])]
                continue
            key, _, rest = line.partition(":")
            rest = rest.strip()
            found = found or {}
            assert key not in found, f"{key} stands twice"
            if not rest or rest.startswith("&"):
                found[key], place = block(place, depth + 2)
                named[rest.removeprefix("&")] = found[key]
            else:
                found[key] = value(rest)
        return found, place

    def value(written: str) -> Any:
        if written.startswith("*"):
            return named[written[1:]]
        return json.loads(written) if written[0] in '["' else written

    return block(0, 0)[0]


COMPOSE = parse(TEXT)
SERVICES = {name: service for name, service in COMPOSE["services"].items() if service["image"] == OURS}


def settings_of() -> Iterator[tuple[str, str]]:
    for service in SERVICES.values():
        yield from service["environment"].items()


def test_there_are_two_of_each_that_works_and_one_that_prepares() -> None:
    replicas = {name: service.get("deploy", {}).get("replicas") for name, service in SERVICES.items()}

    assert replicas == {"init": None, "serve": "2", "worker": "2"}
    assert COMPOSE["services"]["init"]["build"] == "."


@pytest.mark.parametrize("name", SERVICES)
def test_a_command_is_one_of_ours_with_options_that_it_takes(name: str) -> None:
    verb, *options = SERVICES[name]["command"]
    command = commands.commands[verb]

    taken, left, _ = command.make_parser(click.Context(command)).parse_args(list(options))

    assert left == []
    assert {f"--{option}" for option in taken} == set(options[::2])


def test_the_settings_exist_and_are_good(monkeypatch: pytest.MonkeyPatch) -> None:
    given = dict(settings_of())

    for name, value in given.items():
        field = name.removeprefix(PREFIX).removesuffix("_FILE").lower()
        assert field in Settings.model_fields, name
        if not name.endswith("_FILE"):
            monkeypatch.setenv(name, value)
    assert Settings().log_as_json


def test_whatever_a_service_leans_on_is_there() -> None:
    for name, service in COMPOSE["services"].items():
        assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(
            COMPOSE["volumes"]
        ), name
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"]), name
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"]), name


def test_who_sends_keeps_a_journal_and_nobody_keeps_it_with_the_data() -> None:
    journal = "/var/lib/undersigned/journal"

    assert any(volume.endswith(f":{journal}") for volume in SERVICES["worker"]["volumes"])
    assert f"UNDERSIGNED_JOURNAL_DIR={journal}" in (ROOT / "Dockerfile").read_text()


def test_no_secret_stands_in_it() -> None:
    assert "postgresql://undersigned:THE-PASSWORD@" in TEXT
    assert not [value for _, value in settings_of() if "postgresql://" in value]
