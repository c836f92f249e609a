"""Volumes: the roll of a letter too long for one file, parted into files of their own (pure)."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from service.i18n.paper_words import in_volumes_line, volume_line
from service.letter.document import Document, Section

LONGEST_ROLL = 20_000
"""Names that the letter's own file holds at most."""
LONGEST_VOLUME = 15_000
"""Names of a volume at most: two are set at once, and with 20,000 names each takes 1.2 GB."""


def count_names(document: Document) -> int:
    """Tell how many names a document shows."""
    return sum(len(group.entries) for section in document.sections for group in section.groups)


def part_into_volumes(document: Document) -> tuple[Document, tuple[Document, ...]]:
    """Give the letter as it is to be printed, and the volumes of its names: none where the letter holds them all.

    No volume has more than LONGEST_VOLUME names, and they are as equal as they can be. Each is a document with the
    letter's title, marks and check code, of which nothing but the names and `volume` is to be printed.
    """
    names = count_names(document)
    if names <= LONGEST_ROLL:
        return document, ()
    last = -(-names // LONGEST_VOLUME)
    letter = replace(document, sections=(), in_volumes=in_volumes_line(names, last, document.words))
    ends = [names * place // last for place in range(last + 1)]
    volumes = (
        replace(
            document,
            sections=tuple(_between(document.sections, start, end)),
            volume=volume_line(place, last, document.words),
        )
        for place, (start, end) in enumerate(itertools.pairwise(ends), start=1)
    )
    return letter, tuple(volumes)


def _between(sections: tuple[Section, ...], start: int, end: int) -> Iterator[Section]:
    """Give the names from `start` up to `end` of all sections together, under their headings."""
    place = 0
    for section in sections:
        groups = []
        for group in section.groups:
            first, place = place, place + len(group.entries)
            inside = group.entries[max(start - first, 0) : max(end - first, 0)]
            if inside:
                groups.append(replace(group, entries=inside))
        if groups:
            yield replace(section, groups=tuple(groups))
