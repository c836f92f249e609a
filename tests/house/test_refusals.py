"""A refusal of a room is shown at the desk too: in its reader's language, with what is to be done, and no command in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.repository import files, named

ROOMS = ("upkeep", "schedules", "delivery", "kit", "signing", "campaigns", "coordinators", "web")
MAKERS_OF_FILES = ("letter", "i18n")
"""What these crafts refuse is a text or a file that somebody gave at the desk."""
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


def bare(path: Path) -> Iterator[tuple[int, str]]:
    """Give each refusal of a file whose words, or one of whose faults, stand there as a plain string."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "Refused",
            "NotFound",
            "Fault",
            "Misfilled",
        }:
            beside = [keyword.value for keyword in node.keywords if keyword.arg == "faults"]
            for argument in (*node.args, *beside):
                yield from (
                    (node.lineno, ast.unparse(one))
                    for one in _outside_of_sentences(argument)
                    if isinstance(one, ast.JoinedStr)
                    or (isinstance(one, ast.Constant) and isinstance(one.value, str) and " " in one.value)
                )


def _outside_of_sentences(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "Sentence":
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _outside_of_sentences(child)


def test_every_refusal_that_a_page_shows_can_be_said_in_another_language() -> None:
    found = [
        f"{named(path)}:{line}: {said}"
        for room in (*ROOMS, *MAKERS_OF_FILES)
        for path in files(".py", under=f"service/{room}")
        for line, said in bare(path)
    ]

    assert found == [], "Write it as a Sentence."
