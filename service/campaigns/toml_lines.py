"""On which line each key of a TOML text is written; tomllib gives the values and forgets the places."""

import re
import tomllib
from bisect import bisect_left
from dataclasses import dataclass

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

Path = tuple[str | int, ...]
"""The way to a value as tomllib nests it: `("letter", "asks", 0)`."""

DEEPEST = 16

_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_SPACE = re.compile(r"[ \t]*+")
_STRING = (
    r'"""(?:[^"\\]++|\\.|"{1,2}+(?!"))*+"{3,5}'
    r"|'''(?:[^']++|'{1,2}+(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]++|\\.)*+"'
    r"|'[^'\n]*+'"
)
_VALUE = re.compile(rf"{_STRING}|[^\s,\[\]{{}}#\"'][^,\[\]{{}}#\n\"']*+", re.DOTALL)
_KEY_PART = re.compile(rf"[A-Za-z0-9_-]++|{_STRING}", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class KeyLines:
    """Where the keys of one text are written."""

    source: str
    places: dict[Path, int]
    breaks: list[int]

    def line(self, path: Path) -> int | None:
        """Give the line, from 1, on which the key or entry begins; None where it is not written."""
        place = self.places.get(path)
        return None if place is None else bisect_left(self.breaks, place) + 1

    def line_of_text(self, path: Path, text: str) -> int | None:
        """Give the line on which `text` stands inside the value at `path`, or else where that begins."""
        place = self.places.get(path)
        found = -1 if place is None else self.source.find(text, place)
        return self.line(path) if found < 0 else bisect_left(self.breaks, found) + 1


def find_lines(source: str) -> KeyLines:
    """Find the place of every table, key and list entry in a TOML text, in one pass.

    A text that is not valid TOML is read as far as it can be understood: tomllib says what is wrong with it.
    Raises Refused for one nested more than 16 deep, which tomllib would take minutes over, or fail on.
    """
    scanner = _Scanner(source)
    scanner.scan()
    breaks = [match.start() for match in re.finditer("\n", source)]
    return KeyLines(source=source, places=scanner.places, breaks=breaks)


class _Lost(Exception):
    """The text is not TOML from here on."""


class _Scanner:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.places: dict[Path, int] = {}
        self.entries: dict[Path, int] = {}

    def scan(self) -> None:
        table: Path = ()
        try:
            while self._skip(_BLANK) < len(self.source):
                begin = self.at
                if self._takes("[["):
                    table = self._next_entry(self._key(), begin)
                    self._must_take("]]")
                elif self._takes("["):
                    table = self._inside(self._key())
                    self._must_take("]")
                    self._note(table, begin)
                else:
                    self._pair(table)
        except _Lost:
            return

    def _next_entry(self, parts: Path, begin: int) -> Path:
        path = self._inside(parts[:-1]) + parts[-1:]
        self._note(path, begin)
        count = self.entries.get(path, 0)
        self.entries[path] = count + 1
        self._note((*path, count), begin)
        return (*path, count)

    def _inside(self, parts: Path) -> Path:
        # A header below a list of tables means the last table of that list (TOML 1.0, "Array of Tables").
        path: Path = ()
        for part in parts:
            path = (*path, part)
            if path in self.entries:
                path = (*path, self.entries[path] - 1)
        return path

    def _pair(self, table: Path) -> None:
        begin = self.at
        path = table
        for part in self._key():
            path = (*path, part)
            self._note(path, begin)
        self._must_take("=")
        self._skip(_SPACE)
        self._value(path, depth=1)

    def _key(self) -> Path:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            parts.append(_plain(self._match(_KEY_PART)))
            self._refuse_too_deep(len(parts))
            self._skip(_SPACE)
            if not self._takes("."):
                return tuple(parts)

    def _value(self, path: Path, *, depth: int) -> None:
        self._refuse_too_deep(depth)
        if self._takes("["):
            self._list(path, depth=depth)
        elif self._takes("{"):
            self._inline_table(path, depth=depth)
        else:
            self._match(_VALUE)

    def _list(self, path: Path, *, depth: int) -> None:
        index = 0
        while self._skip(_BLANK) < len(self.source) and not self._takes("]"):
            self._note((*path, index), self.at)
            self._value((*path, index), depth=depth + 1)
            index += 1
            self._skip(_BLANK)
            if not self._takes(","):
                self._must_take("]")
                return

    def _inline_table(self, path: Path, *, depth: int) -> None:
        while self._skip(_BLANK) < len(self.source) and not self._takes("}"):
            begin = self.at
            key = self._key()
            self._note(path + key, begin)
            self._must_take("=")
            self._skip(_BLANK)
            self._value(path + key, depth=depth + 1)
            self._skip(_BLANK)
            if not self._takes(","):
                self._must_take("}")
                return

    def _note(self, path: Path, place: int) -> None:
        self.places.setdefault(path, place)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.source, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.source, self.at)
        if match is None:
            raise _Lost
        self.at = match.end()
        return match.group()

    def _takes(self, mark: str) -> bool:
        taken = self.source.startswith(mark, self.at)
        self.at += len(mark) if taken else 0
        return taken

    def _must_take(self, mark: str) -> None:
        if not self._takes(mark):
            raise _Lost

    def _refuse_too_deep(self, depth: int) -> None:
        if depth > DEEPEST:
            line = self.source.count("\n", 0, self.at) + 1
            raise Refused(
                Sentence(
                    "Line {line} nests keys or lists more than {deepest} deep: write it flatter.",
                    line=line,
                    deepest=DEEPEST,
                )
            )


def _plain(part: str) -> str:
    if part[0] not in "\"'":
        return part
    try:
        return str(tomllib.loads(f"key = {part}")["key"])
    except ValueError as error:
        raise _Lost from error
