"""The bytes that many mails share, cut at the places of what differs; and what is put into these places (pure)."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.mail.envelope import check_lines

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST = {"to": 320, "date": 40, "id": 250}
_TO, _MESSAGE_ID = (re.compile(f"[!-~]{{1,{_LONGEST[name]}}}") for name in ("to", "id"))
_DATE = re.compile(f"[ -~]{{1,{_LONGEST['date']}}}")
_USUAL = 43
"""A token has as many characters, and a boundary fewer."""
_SOFT_BREAK = b"=\r\n"


def make_boundary(message_id: str, number: int) -> str:
    """Make the boundary of a mail's multipart of this number; it follows from the id, so the bytes can be made again."""
    return hashlib.sha256(f"{message_id} {number}".encode()).hexdigest()[:40]


def are_tokens(words: Sequence[str]) -> bool:
    """Tell whether each word has the shape of a link's token."""
    return all(map(_TOKEN.fullmatch, words))


@dataclass(frozen=True, kw_only=True)
class Filling:
    """What one mail has of its own; `date` as its header has it, the Message-ID with its angle brackets."""

    to: str
    date: str
    message_id: str
    tokens: tuple[str, ...]

    def values(self) -> dict[str, bytes]:
        """Give each value by the name of its place; raises ValueError for what could break out of a line."""
        plain = (
            _TO.fullmatch(self.to) and _MESSAGE_ID.fullmatch(self.message_id) and _DATE.fullmatch(self.date)
        )
        if not plain or not are_tokens(self.tokens):
            raise ValueError(
                "What is put into a mould is one plain word each, and a token has 43 characters."
            )
        return {
            "to": self.to.encode(),
            "date": self.date.encode(),
            "id": self.message_id.encode(),
            "boundary": make_boundary(self.message_id, 0).encode(),
            **{str(number): token.encode() for number, token in enumerate(self.tokens)},
        }

    def as_record(self) -> list[Any]:
        """Write it as plain values, for of_record()."""
        return [self.to, self.date, self.message_id, self.tokens]

    @classmethod
    def of_record(cls, record: Sequence[Any]) -> "Filling":
        """Read what as_record() wrote."""
        to, date, message_id, tokens = record
        return cls(to=to, date=date, message_id=message_id, tokens=tuple(tokens))


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A place for a value: which, and behind how many of its characters the encoding breaks the line."""

    value: str
    breaks: tuple[int, ...] = ()


class Cast:
    """Pieces of bytes with slots between them; equal only to itself."""

    def __init__(self, pieces: Sequence[bytes | Slot]) -> None:
        """Keep them."""
        self._pieces = tuple(pieces)
        self._ready = [piece if isinstance(piece, bytes) else b"" for piece in pieces]
        self._slots = [(place, piece) for place, piece in enumerate(pieces) if isinstance(piece, Slot)]
        self._is_checked = self._takes_the_longest()

    @property
    def slots(self) -> list[str]:
        """Name the values of all slots, in their order."""
        return [slot.value for _, slot in self._slots]

    @property
    def shared(self) -> bytes:
        """Give all bytes between the slots."""
        return b"".join(self._ready)

    def fill(self, filling: Filling) -> bytes:
        """Write one mail; raises ValueError where its lines would not be whole or too long."""
        values = filling.values()
        pieces = self._ready.copy()
        for place, slot in self._slots:
            value = values[slot.value]
            pieces[place] = _broken(value, slot.breaks) if slot.breaks else value
        data = b"".join(pieces)
        if not self._is_checked:
            check_lines(data)
        return data

    def _takes_the_longest(self) -> bool:
        """Tell whether its lines are whole and short enough whatever is put in, so that they are looked at once only."""
        longest = [
            piece if isinstance(piece, bytes) else b"x" * _LONGEST.get(piece.value, _USUAL)
            for piece in self._pieces
        ]
        try:
            check_lines(b"".join(longest))
        except ValueError:
            return False
        return True

    def as_record(self) -> list[Any]:
        """Write it as plain values, for of_record()."""
        return [
            piece.decode("latin-1") if isinstance(piece, bytes) else [piece.value, *piece.breaks]
            for piece in self._pieces
        ]

    @classmethod
    def of_record(cls, record: Sequence[Any]) -> "Cast":
        """Read what as_record() wrote."""
        return cls(
            [
                piece.encode("latin-1")
                if isinstance(piece, str)
                else Slot(value=piece[0], breaks=tuple(piece[1:]))
                for piece in record
            ]
        )


def _broken(value: bytes, breaks: tuple[int, ...]) -> bytes:
    return _SOFT_BREAK.join(
        value[start:end] for start, end in zip((0, *breaks), (*breaks, None), strict=True)
    )
