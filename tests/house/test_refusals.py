"""A refusal of a room is shown at the desk too: it says what is to be done, and the command stands beside it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.repository import files, named

ROOMS = ("upkeep", "schedules", "delivery", "kit", "signing", "campaigns", "coordinators", "web")
A_COMMAND = re.compile(r"`|\bundersigned [a-z]|(?<![\w-])--[a-z]")


def refusals(path: Path) -> Iterator[tuple[int, str]]:
    """Give what each refusal of a file is made of, with the number of its line; its `command` is left out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Refused", "NotFound"}:
            for argument in node.args:
                parts = [one.value for one in ast.walk(argument) if isinstance(one, ast.Constant)]
                yield node.lineno, " ".join(part for part in parts if isinstance(part, str))


def test_no_refusal_of_a_room_names_a_command() -> None:
    found = [
        f"{named(path)}:{line}: {said}"
        for room in ROOMS
        for path in files(".py", under=f"service/{room}")
        for line, said in refusals(path)
        if A_COMMAND.search(said)
    ]

    assert found == []
