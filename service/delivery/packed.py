"""What a way must be able to do on which a person enters the letter, or uploads it, at the site of somebody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from service.delivery.channel import Channel
from service.delivery.parcel import Document
from service.delivery.rules import Finding
from service.foundation.sentence import Sentence
from service.letter.copy import Copy


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One field there: what it is called, what is entered, and what whoever enters it should know, "" where nothing.

    `is_own` says that somebody wrote it for this field, so that it stands in no letter.
    """

    label: Sentence | str
    value: str
    note: Sentence | str = ""
    is_own: bool = False


class Packed(Channel, Protocol):
    """A way that makes its own packet of a copy. The same copy and details give the same entries and bytes."""

    @property
    def takes_the_letter(self) -> bool:
        """Whether the letter as it was set, and its annexes, go along with what this way makes."""
        ...

    def address(self, details: Mapping[str, Any]) -> str:
        """Give the address of the page on which it is entered, for a person to open; "" where none is known."""
        ...

    def examine(self, copy: Copy, details: Mapping[str, Any], *, now: datetime) -> Sequence[Finding]:
        """Give what of this copy does not fit; it can go where no finding forbids it."""
        ...

    def entries(self, copy: Copy, details: Mapping[str, Any]) -> Sequence[Entry]:
        """Give what is entered, field by field, in the order of the form; raises Refused where a copy cannot be entered."""
        ...

    def documents(self, copy: Copy, details: Mapping[str, Any]) -> Sequence[Document]:
        """Give the files that are uploaded; raises Refused where none can be made."""
        ...
