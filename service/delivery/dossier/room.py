"""How much a dossier may hold: all of it lies in memory, once, until it is kept."""

from collections.abc import Iterable

from service.delivery.parcel import Document
from service.foundation.errors import Permanent

MOST_BYTES = 300_000_000
"""Bytes of documents in a dossier that is made for the desk, beside other work."""
MOST_MEGABYTES_AT_THE_TERMINAL = 2_000
"""The same for the command at the terminal, in millions of bytes, where nothing else is said."""


class TooLarge(Permanent):
    """A dossier's documents are more than there is room for."""


class Room:
    """Room for the documents of one dossier, in bytes; without a number there is no end of it."""

    def __init__(self, most_bytes: int | None) -> None:
        """Begin with all of it."""
        self._left = most_bytes

    def keep(self, documents: Iterable[Document]) -> list[Document]:
        """Take in documents one by one; raises TooLarge at the first for which there is no room."""
        kept = []
        for one in documents:
            if self._left is not None:
                self._left -= len(one.data)
                if self._left < 0:
                    raise TooLarge("The dossier is too large to be made here.")
            kept.append(one)
        return kept
