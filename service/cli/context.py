"""What every command stands on: the settings, the service put together once, the words to the terminal."""

import functools
import getpass
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from service.foundation.errors import Refused
from service.foundation.settings import Settings, read_settings
from service.wiring import Services, make_services


@dataclass(frozen=True)
class Context:
    """Made anew for each command."""

    make_app: Callable[..., Any]

    @functools.cached_property
    def settings(self) -> Settings:
        """The settings, read once."""
        return read_settings()

    @functools.cached_property
    def services(self) -> Services:
        """The service, put together once."""
        return make_services(self.settings)


def operator() -> str:
    """Name who typed the command, for the audit: the system's user."""
    return f"cli:{getpass.getuser()}"[:64]


def say(line: str) -> None:
    """Print one line of the answer."""
    click.echo(line)


def say_more(line: str) -> None:
    """Print what follows from what was said, where anything does."""
    if line:
        say(line)


def say_json(value: object) -> None:
    """Print the answer as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def read_file(path: Path, *, most: int) -> bytes:
    """Read a file that somebody names; raises Refused where it cannot be read or is larger than `most` bytes."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or 'no such file'}.") from error
    if len(data) > most:
        raise Refused(f"{path} is larger than {most // 1_000_000} MB, which no such file needs.")
    return data


def read_moment(text: str) -> datetime:
    """Read a moment as somebody types it, local to the letter's zone; raises Refused for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"{text!r} is not a moment; write it like 2026-12-05T17:00.") from error
    if moment.tzinfo is not None:
        raise Refused("Write the moment without a zone: it is local to the letter's time_zone.")
    return moment


def write_out(path: Path, data: bytes) -> None:
    """Write a file for the operator, or to standard output for `-`; raises Refused where it cannot be written."""
    if str(path) == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        path.write_bytes(data)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.") from error


pass_context = click.pass_obj
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
