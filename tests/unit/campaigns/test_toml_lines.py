"""Every key of a TOML text is found on the line where it is written."""

import re
import time
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.toml_lines import Path, find_lines
from service.foundation.errors import Refused

SOURCE = '''# first
title = "one"
"quoted key" = 1
'literal' . inner = 2

[letter] # comment = 1
body = """
not = "a key"
[nor.a.table]
ends with two quotes"""""
notes = \'\'\'
it's = 3
\'\'\'
asks = [ "a", # ]
  "b ] \\" [", [ 1, 2,
  3 ],
]
after = 2026-11-24 09:00:00
inline = { x = 1, y = { z = "}" } }

[[recipients]]
name = "A"
[[recipients]]
name = "B"
[recipients.extra]
flag = true
[[recipients.channels]]
[[recipients.channels]]
kind = "post"
'''

LINES: list[tuple[Path, int]] = [
    (("title",), 2),
    (("quoted key",), 3),
    (("literal",), 4),
    (("literal", "inner"), 4),
    (("letter",), 6),
    (("letter", "body"), 7),
    (("letter", "notes"), 11),
    (("letter", "asks"), 14),
    (("letter", "asks", 0), 14),
    (("letter", "asks", 1), 15),
    (("letter", "asks", 2, 1), 15),
    (("letter", "asks", 2, 2), 16),
    (("letter", "after"), 18),
    (("letter", "inline", "x"), 19),
    (("letter", "inline", "y", "z"), 19),
    (("recipients",), 21),
    (("recipients", 0), 21),
    (("recipients", 0, "name"), 22),
    (("recipients", 1), 23),
    (("recipients", 1, "name"), 24),
    (("recipients", 1, "extra", "flag"), 26),
    (("recipients", 1, "channels", 0), 27),
    (("recipients", 1, "channels", 1, "kind"), 29),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("path", "line"), LINES)
def test_a_key_is_found_on_its_line(path: Path, line: int, newline: str) -> None:
    lines = find_lines(SOURCE.replace("\n", newline))

    assert lines.line(path) == line


def test_what_is_not_written_has_no_line() -> None:
    lines = find_lines(SOURCE)

    assert lines.line(("letter", "not")) is None
    assert lines.line(("nor",)) is None
    assert lines.line_of_text(("nowhere",), "a key") is None


def test_words_inside_a_value_are_found_on_their_own_line() -> None:
    lines = find_lines(SOURCE)

    assert lines.line_of_text(("letter", "body"), "[nor.a.table]") == 9
    assert lines.line_of_text(("letter", "body"), "not there at all") == 7


KEYS = st.text("abc", min_size=1, max_size=2) | st.sampled_from(["a b", 'q"', "é", "#", "]"])
LEAVES = (
    st.integers()
    | st.booleans()
    | st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
QUOTED = {"\\": "\\\\", '"': '\\"'}


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_every_value_that_tomllib_finds_has_a_line(document: dict[str, object]) -> None:
    source = "".join(f"{_key(key)} = {_value(value)}\n" for key, value in document.items())

    lines = find_lines(source)

    assert tomllib.loads(source) == document
    for path in _paths((), document):
        assert lines.line(path) is not None
    for key in document:
        assert source.split("\n")[(lines.line((key,)) or 0) - 1].startswith(f"{_key(key)} =")


@given(st.text(st.sampled_from("[]{}=.,'\"\\ \n#ab1"), max_size=60))
def test_any_text_is_scanned_to_some_end(source: str) -> None:
    assert find_lines(source).line(("a", "no such key")) is None


@pytest.mark.parametrize(
    "source",
    [
        "a." * 200_000 + "a = 1",
        "[" + "a." * 200_000 + "a]",
        "x = " + "[" * 400_000,
        "x = " + "{a=" * 200_000,
    ],
)
def test_a_bomb_of_nesting_is_refused_at_once(source: str) -> None:
    begun = time.monotonic()

    with pytest.raises(Refused, match="Line 3 nests keys or lists more than 16 deep"):
        find_lines(f"\n\n{source}")

    assert time.monotonic() - begun < 2


def _key(key: str) -> str:
    return key if re.fullmatch("[a-z]+", key) else _quoted(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return "[" + "".join(f"\n  {_value(item)}, # ]\n" for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + "}"
    return str(value)


def _quoted(text: str) -> str:
    return '"' + "".join(QUOTED.get(character, character) for character in text) + '"'


def _paths(path: Path, value: object) -> Iterator[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*path, key)
        yield from _paths((*path, key), item)
