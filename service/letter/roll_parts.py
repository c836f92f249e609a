"""The roll in parts that a page can hold, and the names of it that answer a search (pure)."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from service.foundation.searched import fold_for_search, is_found
from service.letter.document import Entries, Entry, Section, plain_pieces
from service.letter.edition import Kind

MOST_NAMES = 250
# What a name adds to a page beside its own letters, and how much of a page's 100 KB all of them may take.
_MARKUP = 90
_MOST_BYTES = 48_000


@dataclass(frozen=True, kw_only=True)
class Named:
    """One name of the roll, with the headings that it stands under."""

    kind: Kind
    heading: str
    group: str
    entry: Entry


@dataclass(frozen=True)
class Roll:
    """The names that a page may show, in the letter's order; it asks nobody whether it may: its document was made so."""

    names: tuple[Named, ...] = ()

    @functools.cached_property
    def parts(self) -> tuple[range, ...]:
        """Which names stand in which part; the first part is the one that stands in the letter."""
        starts, weight = [0], 0
        for place, named in enumerate(self.names):
            bytes_of_name = len(_words(named.entry).encode()) + _MARKUP
            if place and (place - starts[-1] >= MOST_NAMES or weight + bytes_of_name > _MOST_BYTES):
                starts.append(place)
                weight = 0
            weight += bytes_of_name
        ends = [*starts[1:], len(self.names)]
        return tuple(range(start, end) for start, end in zip(starts, ends, strict=True))

    def part(self, number: int) -> tuple[Section, ...]:
        """Give part 1, 2, …, as sections; nothing where there is no such part."""
        if not 0 < number <= len(self.parts):
            return ()
        places = self.parts[number - 1]
        return _sections(self.names[places.start : places.stop])

    def search(self, query: str) -> tuple[Named, ...]:
        """Give the names whose printed line answers a query, in the letter's order; none for an empty query."""
        folded = fold_for_search(query)
        return tuple(
            named for named, line in zip(self.names, self._folded, strict=True) if is_found(folded, line)
        )

    @functools.cached_property
    def _folded(self) -> tuple[str, ...]:
        return tuple(fold_for_search(_words(named.entry)) for named in self.names)


def make_roll(sections: Iterable[Section]) -> Roll:
    """Take the names out of a document's sections."""
    return Roll(
        tuple(
            Named(kind=section.kind, heading=section.heading, group=group.heading, entry=entry)
            for section in sections
            for group in section.groups
            for entry in group.entries
        )
    )


def first_of(found: Sequence[Named]) -> tuple[Section, ...]:
    """Give as many of the names that were found as one page holds, as sections."""
    places = Roll(tuple(found)).parts[0]
    return _sections(found[: places.stop])


def _sections(names: Sequence[Named]) -> tuple[Section, ...]:
    return tuple(
        Section(
            kind=kind,
            heading=heading,
            groups=tuple(
                Entries(heading=group, entries=tuple(named.entry for named in grouped))
                for group, grouped in groupby(of_kind, key=lambda named: named.group)
            ),
        )
        for (kind, heading), of_kind in groupby(names, key=lambda named: (named.kind, named.heading))
    )


def _words(entry: Entry) -> str:
    return f"{plain_pieces(entry.line)} {plain_pieces(entry.below)}".rstrip()
