"""The files of this repository as the tests of the house see them."""

import ast
import fnmatch
import functools
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_IGNORED = [
    ".git",
    *(line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line and line[0] != "#"),
]


@functools.cache
def files(*suffixes: str, under: str = ".") -> tuple[Path, ...]:
    """List the repository's own files below a folder, in order; with `suffixes`, only those that end so."""
    found = (path for path in _walk(ROOT / under) if not suffixes or {path.suffix, path.name} & set(suffixes))
    return tuple(sorted(found))


def named(path: Path) -> str:
    """Give a file's path as the repository writes it."""
    return path.relative_to(ROOT).as_posix()


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """Give each comment of a Python file with the number of its line."""
    return iter(_read(path)[0])


def names(path: Path) -> frozenset[str]:
    """Give every name that a Python file uses, those behind a dot and in imports included."""
    return _read(path)[1]


@functools.cache
def _read(path: Path) -> tuple[tuple[tuple[int, str], ...], frozenset[str]]:
    """Read a Python file once for all tests: its comments and its names."""
    said, used = [], set[str]()
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type == tokenize.COMMENT:
            said.append((token.start[0], token.string))
        elif token.type == tokenize.NAME:
            used.add(token.string)
    return tuple(said), frozenset(used)


def texts(path: Path) -> set[str]:
    """Give every string that a Python file holds."""
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if any(fnmatch.fnmatch(path.name, pattern) for pattern in _IGNORED):
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path
