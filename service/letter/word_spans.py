"""Stretches of a Word file's text as Markdown: escaped, so that words stay words, and with their emphasis and links."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.foundation.errors import Refused
from service.letter.markdown import Run, read_markdown

_LINKS = frozenset({"http", "https", "mailto"})
_MARKS = re.compile(r"[\\`*\[\]<>]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_AT_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[+-](?=\s|$)|={2,}|-{2,}|\d{1,9}(?=[.)](?:\s|$)))")


@dataclass(frozen=True, kw_only=True)
class Span:
    """Words that look alike, in a row; `is_note` is the mark of a note."""

    text: str
    bold: bool = False
    italic: bool = False
    target: str = ""
    is_note: bool = False


def safe_target(target: str) -> str:
    """Give the address of a link that a letter may have, else ""."""
    try:
        scheme = urlsplit(target).scheme.lower()
    except ValueError:
        return ""
    # What would end the link early, or hide where it goes, is no address.
    return target if scheme in _LINKS and not re.search(r"[\s<>()\\\x00-\x20]", target) else ""


def merged(spans: Iterable[Span]) -> list[Span]:
    """Join stretches that look alike."""
    joined: list[Span] = []
    for one in spans:
        last = joined[-1] if joined else None
        if last and not one.is_note and not last.is_note and _look(last) == _look(one):
            joined[-1] = Span(text=last.text + one.text, bold=one.bold, italic=one.italic, target=one.target)
        else:
            joined.append(one)
    return joined


def _look(one: Span) -> tuple[bool, bool, str]:
    return one.bold, one.italic, one.target


def written_line(spans: Iterable[Span]) -> str:
    """Write stretches as a line of Markdown."""
    return _start_escaped("".join(map(_written, spans)).strip())


def _written(one: Span) -> str:
    if one.is_note:
        return one.text
    escaped = _MARKS.sub(lambda match: f"\\{match[0]}", one.text)
    lead = escaped[: len(escaped) - len(escaped.lstrip())]
    tail = escaped[len(escaped.rstrip()) :] if escaped.strip() else ""
    inside = escaped.strip()
    if not inside:
        return escaped
    mark = ("**" if one.bold else "") + ("*" if one.italic else "")
    inside = f"{mark}{inside}{mark[::-1]}"
    if one.target:
        inside = f"[{inside}]({one.target})"
    return (lead + inside + tail).replace("\n", "\\\n")


def _start_escaped(line: str) -> str:
    def escaped(match: re.Match[str]) -> str:
        mark = match[2]
        return match[1] + (f"{mark}\\" if mark[0].isdigit() else f"\\{mark}")

    return "\n".join(_AT_START.sub(escaped, one) for one in line.split("\n"))


def plain(line: str) -> str:
    """Give what a line of Markdown says to its reader, without its marks."""
    try:
        written = read_markdown([line], fill=str)
    except Refused:
        return ""
    runs = (run for part in written.parts for block in part for run in block.runs)
    return _squeezed("".join(map(_text_of, runs)))


def _text_of(run: Run) -> str:
    return {"text": run.text, "break": " "}.get(run.kind, "".join(map(_text_of, run.runs)))


def told(spans: Sequence[Span]) -> str:
    """Give what stretches say, without how they look."""
    # A note whose words stand elsewhere is read as it is written.
    return _squeezed("".join(one.text for one in spans))


def _squeezed(text: str) -> str:
    return " ".join(text.split())
