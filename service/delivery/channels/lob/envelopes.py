"""Which documents go in which envelope: letter and annexes together where they may, apart where they must (pure)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from service.delivery.parcel import Document

MOST_SHEETS = 60
MOST_SHEETS_ABROAD = 6
"""More sheets than this also take a flat envelope in place of one with windows."""
# A sheet for the address is put in front (`insert_blank_page`): on the letter's own, Lob would print over its head.
_ADDRESS_SHEET = 1


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A document and how many pages it has."""

    document: Document
    pages: int

    def sheets(self, *, double_sided: bool) -> int:
        """Count its sheets of paper."""
        return math.ceil(self.pages / 2) if double_sided else self.pages


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One envelope: the documents in it, and which it is `of` how many, counted from 1."""

    place: int
    of: int
    documents: tuple[Document, ...]


def most_sheets(*, domestic: bool) -> int:
    """Tell how many sheets Lob puts in one envelope, the one with the address among them."""
    return MOST_SHEETS if domestic else MOST_SHEETS_ABROAD


def sheets_of(printed: Sequence[Printed], *, double_sided: bool) -> int:
    """Count the sheets of one envelope with these documents, each beginning on a sheet of its own."""
    return _ADDRESS_SHEET + sum(one.sheets(double_sided=double_sided) for one in printed)


def pack(
    printed: Sequence[Printed], *, domestic: bool, double_sided: bool, together: bool
) -> tuple[Envelope, ...]:
    """Put the documents in as few envelopes as they fit in, in their order, the letter in the first.

    Without `together` each has an envelope of its own. What does not fit in one alone is not held back here.
    """
    most = most_sheets(domestic=domestic)
    packed: list[list[Printed]] = []
    for one in printed:
        fits = packed and sheets_of([*packed[-1], one], double_sided=double_sided) <= most
        if together and fits:
            packed[-1].append(one)
        else:
            packed.append([one])
    return tuple(
        Envelope(place=place, of=len(packed), documents=tuple(one.document for one in inside))
        for place, inside in enumerate(packed, start=1)
    )
