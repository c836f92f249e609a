"""Every button of the desk that writes can leave an event in the chain, by the code that it leads to, or says here why none is due."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

from flask import Flask

from service.coordinators import audit
from service.store.transaction import transaction
from service.web.desk import desk

WITHOUT: Mapping[str, str] = {
    "ask_for_new_passkey": "Only a riddle is kept for some minutes; what becomes of it is kept.",
    "ask_for_passkey": "Only a riddle is kept for some minutes; what becomes of it is kept.",
    "choose_member_columns": "Nobody is on the list yet: the upload goes in a day, and its import is kept.",
    "hand_copy": "That a copy was given, and by which code it is known, is what its own row keeps.",
    "leave_out_member_rows": "Nobody is on the list yet: the upload goes in a day, and its import is kept.",
    "make_sends": "The worker makes the same rows once the letter opens; whoever changes one is kept.",
    "take_password": "The first of two steps: wrong codes and every session that begins are kept.",
}


def test_every_button_that_writes_can_leave_an_event() -> None:
    buttons = dict(posts())
    writing = {name for name, view in buttons.items() if transaction in reached(view)}

    assert len(writing) > 140
    silent = {name for name in writing if audit.record not in reached(buttons[name])}
    assert silent == set(WITHOUT)


def posts() -> Iterator[tuple[str, FunctionType]]:
    """Give each view of the desk that takes a form, by its name."""
    app = Flask(__name__)
    app.register_blueprint(desk)
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if "POST" in (rule.methods or ()) and isinstance(view, FunctionType):
            yield rule.endpoint.removeprefix("desk."), view


def reached(view: FunctionType) -> set[Callable[..., Any]]:
    """Give every function of the service that a function names, or one that it names does."""
    seen, waiting = set[FunctionType](), [view]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += named(one)
    return {*seen, *(one.__wrapped__ for one in seen if hasattr(one, "__wrapped__"))}


@cache
def named(function: FunctionType) -> tuple[FunctionType, ...]:
    """Give the functions of the service that the text of a function names."""
    bare = inspect.unwrap(function)
    assert isinstance(bare, FunctionType)
    there, found = bare.__globals__, list[Any]()
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(bare)))):
        if isinstance(node, ast.Name):
            found.append(there.get(node.id))
        elif isinstance(node, ast.Attribute):
            owner = there.get(node.value.id) if isinstance(node.value, ast.Name) else None
            # Of a value nothing is known but the name of its method: any class beside it that has one may be meant.
            owners = [owner] if isinstance(owner, ModuleType) else classes_beside(bare)
            found += [vars(one).get(node.attr) for one in owners]
    return tuple(
        one for one in found if isinstance(one, FunctionType) and one.__module__.startswith("service.")
    )


def classes_beside(function: FunctionType) -> list[type]:
    """Give the classes that are written in the module of a function."""
    beside = function.__globals__.values()
    return [one for one in beside if isinstance(one, type) and one.__module__ == function.__module__]
