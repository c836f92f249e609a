"""The roll as a page shows it: one part of it, or the names that answer a search (pure)."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from service.letter.document import Section
from service.letter.roll_parts import MOST_NAMES, first_of
from service.signing.page import LetterView
from service.web.links import letter_path

SEARCH_FROM = 30
"""From so many names on, looking for one takes longer than typing it."""
_LONGEST_QUERY = 100
_MOST_PARTS = 100_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of the roll a request asks for: the names with these words, part 1, 2, …, or neither."""

    words: str
    part: int

    @property
    def anything(self) -> bool:
        """Tell whether it is more than the letter itself."""
        return bool(self.words or self.part)


@dataclass(frozen=True, kw_only=True)
class PartLink:
    """A part of the roll by its first and last number."""

    first: int
    last: int
    link: str
    is_here: bool


@dataclass(frozen=True, kw_only=True)
class RollView:
    """A page of the roll; `found` is how many names answer `words`, of `total` that are named at all."""

    words: str
    sections: tuple[Section, ...]
    shown: int
    found: int
    total: int
    number: int
    parts: tuple[PartLink, ...]

    @property
    def is_last(self) -> bool:
        """Tell whether no name follows."""
        return self.number == len(self.parts)

    @property
    def before(self) -> PartLink | None:
        """The part before this one."""
        return self.parts[self.number - 2] if self.number > 1 else None

    @property
    def after(self) -> PartLink | None:
        """The part that follows."""
        return None if self.is_last else self.parts[self.number]


@dataclass(frozen=True, kw_only=True)
class LaterView:
    """Where the names of a letter's addenda stand: on its page, where they fit, else from the part of the roll at `link`."""

    fits: bool
    link: str


def asked_for(query: Mapping[str, str]) -> Asked:
    """Read what of the roll a request asks for; whatever makes no sense asks for nothing."""
    words = "".join(c if unicodedata.category(c) not in {"Cc", "Cs"} else " " for c in query.get("q", ""))
    part = query.get("part", "")
    is_number = part.isascii() and part.isdigit() and len(part) < len(str(_MOST_PARTS))
    return Asked(words=" ".join(words.split())[:_LONGEST_QUERY], part=int(part) if is_number else 0)


def part_view(letter: LetterView, number: int) -> RollView:
    """Show one part; the last one where the roll has become shorter."""
    roll = letter.roll
    number = max(1, min(number, len(roll.parts)))
    return RollView(
        words="",
        sections=roll.part(number),
        shown=len(roll.parts[number - 1]),
        found=len(roll.names),
        total=len(roll.names),
        number=number,
        parts=tuple(
            PartLink(
                first=places.start + 1,
                last=places.stop,
                link=letter_path(letter.slug, letter.key, part=str(place)),
                is_here=place == number,
            )
            for place, places in enumerate(roll.parts, start=1)
        ),
    )


def later_view(letter: LetterView) -> LaterView:
    """Tell whether those who joined since the letter was sent can stand on its page, and where else they do."""
    first = len(letter.sheet.roll.names)
    added = len(letter.roll.names) - first
    parts = enumerate(letter.roll.parts, start=1)
    number = next((number for number, places in parts if first in places), 1)
    return LaterView(fits=added <= MOST_NAMES, link=letter_path(letter.slug, letter.key, part=str(number)))


def search_view(letter: LetterView, words: str) -> RollView:
    """Show the names that answer a search, as many as one page holds."""
    found = letter.roll.search(words)
    sections = first_of(found)
    return RollView(
        words=words,
        sections=sections,
        shown=sum(len(group.entries) for section in sections for group in section.groups),
        found=len(found),
        total=len(letter.roll.names),
        number=1,
        parts=(),
    )
