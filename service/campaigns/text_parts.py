"""A revision's record as parts that can be held side by side: the words of each language, and the offices (pure)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from service.letter.difference import Part

_ONE_LINE = ("title", "subtitle", "date", "re", "salutation")
_IN_PARAGRAPHS = ("body", "asks_intro")
_BETWEEN_PARAGRAPHS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def text_parts(record: Mapping[str, Any]) -> tuple[Part, ...]:
    """Give all that a revision's hash stands for, in the order in which the letter has it; the words as they were written.

    The parts are named by their keys in the campaign file.
    """
    parts = [part for text in record.get("letter", ()) for part in _words_of(text)]
    offices = tuple(_office(one) for one in record.get("recipients", ()))
    language = str(record["letter"][0]["language"]) if record.get("letter") else ""
    annexes = tuple(f"{one['title']} (SHA-256 {one['sha256']})" for one in record.get("annexes", ()))
    enclosed = (Part(name="annexes", language=language, paragraphs=annexes),) if annexes else ()
    return (*parts, Part(name="recipients", language=language, paragraphs=offices), *enclosed)


def _words_of(text: Mapping[str, Any]) -> Iterator[Part]:
    language = str(text["language"])

    def part(name: str, *paragraphs: str) -> Part:
        return Part(name=name, language=language, paragraphs=tuple(filter(None, paragraphs)))

    yield from (part(name, text[name] or "") for name in _ONE_LINE)
    yield from (part(name, *_paragraphs(text[name])) for name in _IN_PARAGRAPHS)
    yield part("asks", *text["asks"])
    yield part("ending", *_paragraphs(text["ending"]))
    yield part("closing", text["closing"])


def _paragraphs(text: str) -> list[str]:
    return _BETWEEN_PARAGRAPHS.split(text.strip())


def _office(office: Mapping[str, str]) -> str:
    who = ", ".join(filter(None, (office["name"], office["position"], office["office"])))
    return who if office["role"] == "to" else f"{office['role']}: {who}"
