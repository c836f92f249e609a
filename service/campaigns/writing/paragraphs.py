"""The paragraphs of a text, each at its place: what guests comment on, and how other words take its place (pure)."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.campaigns.writing.words import WrittenText, parts_of

_BETWEEN = re.compile(r"(\n[ \t]*(?:\n[ \t]*)+)")
_IN_PARAGRAPHS = frozenset({"body", "asks_intro", "ending"})


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a paragraph stands: the part of the letter, and its number there from 1."""

    part: str
    number: int

    @property
    def code(self) -> str:
        """The place as one word, for addresses and forms."""
        return f"{self.part}-{self.number}"


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph as it was written; `is_alone` where its part has no other."""

    place: Place
    words: str
    is_alone: bool

    @property
    def digest(self) -> str:
        """By what it is known that it still stands as it did."""
        return hashlib.sha256(self.words.encode()).hexdigest()


def paragraphs_of(text: WrittenText) -> tuple[Paragraph, ...]:
    """Give the paragraphs of a text in the order of the letter."""
    return tuple(
        Paragraph(place=Place(part=part.name, number=number), words=words, is_alone=len(part.paragraphs) == 1)
        for part in parts_of(text)
        for number, words in enumerate(part.paragraphs, start=1)
    )


def where_it_stands(text: WrittenText, place: Place, words: str) -> Place | None:
    """Find a paragraph in a text: at its place, else elsewhere in its part where it stands once; None where it is gone."""
    same = [one.place for one in paragraphs_of(text) if one.place.part == place.part and one.words == words]
    if place in same:
        return place
    return same[0] if len(same) == 1 else None


def amended(text: WrittenText, place: Place, words: str) -> WrittenText:
    """Put other words in the place of a paragraph; all else stays as it was written."""
    if place.part == "asks":
        return replace(text, asks=_put(text.asks, place.number - 1, words))
    if place.part not in _IN_PARAGRAPHS:
        return _with(text, place.part, " ".join(words.split()))
    pieces = _BETWEEN.split(getattr(text, place.part).strip())
    return _with(text, place.part, "".join(_put(pieces, 2 * (place.number - 1), words)))


def _with(text: WrittenText, part: str, words: str) -> WrittenText:
    return WrittenText.from_record({**text.as_record(), part: words})


def _put(pieces: Sequence[str], index: int, words: str) -> tuple[str, ...]:
    return (*pieces[:index], words, *pieces[index + 1 :])
