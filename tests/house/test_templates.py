"""Every template is used, and every template that is used exists."""

import re
from pathlib import Path

import jinja2
import jinja2.meta
import pytest

from service.templating import TEMPLATES
from tests.house.repository import files, texts

A_TEMPLATE = re.compile(r"[a-z_]+(/[a-z0-9_-]+)+\.(html|txt|xml|typ|css)")
# Of these a module names the folder, and takes every file in it.
TAKEN_BY_FOLDER = ("mail", "letter", "desk")
FILES = [path for path in files(under="templates") if path.suffix != ".md"]


def names() -> set[str]:
    return {name_of(path) for path in FILES}


def name_of(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


def said_in_code() -> set[str]:
    return {text for path in files(".py", under="service") for text in texts(path)}


def said_in_templates() -> set[str]:
    environment = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    return {
        name
        for path in FILES
        # The parts of a Word file have tags of docxtpl's own.
        if path.suffix in {".html", ".txt", ".xml"} and "docx" not in path.parts
        for name in jinja2.meta.find_referenced_templates(environment.parse(path.read_text()))
        if name
    }


def test_every_template_is_used() -> None:
    code = said_in_code()
    used = code | said_in_templates()

    unused = {name for name in names() - used if not is_taken_by_folder(name, code)}

    assert unused == set()


def test_every_template_that_is_used_exists() -> None:
    wanted = {text for text in said_in_code() if A_TEMPLATE.fullmatch(text)} | said_in_templates()

    folders = {name.split("/")[0] for name in names()}
    assert {name for name in wanted - names() if name.split("/")[0] in folders} == set()


@pytest.mark.parametrize("letter", sorted({path.parent.name for path in FILES if path.match("mail/*/*")}))
def test_a_mail_has_its_subject_and_its_text(letter: str) -> None:
    parts = {path.name for path in (TEMPLATES / "mail" / letter).iterdir()}

    assert {"subject.txt", "body.txt"} <= parts <= {"subject.txt", "body.txt", "body.html"}


def is_taken_by_folder(name: str, code: set[str]) -> bool:
    folder, _, rest = name.partition("/")
    parts = {rest, *rest.split("/"), name.rpartition("/")[0]}
    return folder in TAKEN_BY_FOLDER and bool(parts & code)
