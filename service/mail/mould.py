"""Make many mails that differ in a few words only: all else is written once, by the same hand as a single mail.

Writing a mail takes a thousand times as long as putting a few values between pieces of bytes that are ready.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from service.mail.compose import make_envelope
from service.mail.envelope import Draft, Envelope
from service.mail.quick import make_boundary
from service.mail.sender import Sender
from service.model.message import MessageKind
from service.store.claim import Taken

# What stands for a value while the mould is made. None of these can stand in a text by chance.
_TO = "mould-of-a-recipient@mould.invalid"
_MESSAGE_ID = "<mould-of-a-message-id@mould.invalid>"
_DATED_AT = datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_SOFT_BREAK = b"=\r\n"
_PERHAPS_BROKEN = "(?:=\r\n)?"
_BOUNDARIES = 4
"""So often a boundary stands in a mail of two parts: where it is named, before each part, and at the end."""


def blank_token(number: int) -> str:
    """Give the word that stands for the token of a personal link, of a token's shape and length."""
    return f"mould-of-token-{number}-".ljust(43, "x")


@dataclass(frozen=True, kw_only=True)
class _Slot:
    """A place for a value: which, and where the encoding breaks it in two."""

    value: str
    breaks: tuple[int, ...] = ()


class Mould:
    """The bytes of many mails, with places for the recipient, the date, the Message-ID and the tokens of links."""

    def __init__(self, pieces: Sequence[bytes | _Slot], *, mail_from: str, notify: str) -> None:
        """Keep what make_mould() found."""
        self._ready = [piece if isinstance(piece, bytes) else b"" for piece in pieces]
        self._slots = [(place, piece) for place, piece in enumerate(pieces) if isinstance(piece, _Slot)]
        self._mail_from = mail_from
        self._notify = notify

    def fill(self, row: Taken, sender: Sender, *, to: str, tokens: Sequence[str]) -> Envelope:
        """Write one mail: the same bytes as make_envelope() gives for it; whoever calls has looked at the tokens."""
        values = {
            "to": to.encode(),
            "date": _date(row.dated_at),
            "id": row.message_id.encode(),
            "boundary": make_boundary(row.message_id, 0).encode(),
            **{str(number): token.encode() for number, token in enumerate(tokens)},
        }
        pieces = self._ready.copy()
        for place, slot in self._slots:
            value = values[slot.value]
            pieces[place] = _broken(value, slot.breaks) if slot.breaks else value
        data = b"".join(pieces)
        return Envelope(
            mail_from=sender.return_path(row.id) or self._mail_from,
            rcpt_to=to,
            message_id=row.message_id,
            data=data,
            notify=self._notify,
        )


class Pattern:
    """What many mails have in common: a draft in which blank_token() stands for the token of each link.

    Its mould is made when the first of them is.
    """

    def __init__(self, draft: Draft, *, tokens: int) -> None:
        """Keep the draft; whom it is addressed to does not matter."""
        self._draft = draft
        self._tokens = tokens
        self._mould: Mould | None = None
        self._is_made = False

    def make(self, row: Taken, sender: Sender, *, to: str, tokens: Sequence[str]) -> Envelope:
        """Write the mail to one address, with the tokens of its links; the same bytes as if it were written alone.

        Raises ValueError for what is no token, and where there are not as many as the pattern has.
        """
        if len(tokens) != self._tokens or not all(map(_TOKEN.fullmatch, tokens)):
            raise ValueError("Each link of a pattern takes one token, of 43 characters of base64url.")
        if not self._is_made:
            self._mould = make_mould(
                self._draft, kind=row.kind, mail_from=sender.mail_from, tokens=self._tokens
            )
            self._is_made = True
        if self._mould is not None and _is_plain(to):
            return self._mould.fill(row, sender, to=to, tokens=tokens)
        return make_envelope(
            _filled(self._draft, to=to, tokens=tokens),
            kind=row.kind,
            message_id=row.message_id,
            dated_at=row.dated_at,
            mail_from=sender.mail_from,
            return_path=sender.return_path(row.id),
        )


@dataclass(frozen=True, kw_only=True)
class Filled:
    """One mail of a pattern."""

    pattern: Pattern
    to: str
    tokens: Sequence[str]

    def make(self, row: Taken, sender: Sender) -> Envelope:
        """Write it as it goes over the wire."""
        return self.pattern.make(row, sender, to=self.to, tokens=self.tokens)


def make_mould(draft: Draft, *, kind: MessageKind, mail_from: str, tokens: int) -> Mould | None:
    """Make the mould of a draft in which `blank_token(0)` and so on stand for the tokens of its links.

    Gives None where the bytes show no place for one of them, as base64 does, or where there are attachments, which
    have boundaries of their own: each mail is then written by itself.
    """
    if draft.attachments:
        return None
    envelope = make_envelope(
        replace(draft, to=_TO), kind=kind, message_id=_MESSAGE_ID, dated_at=_DATED_AT, mail_from=mail_from
    )
    marks = {
        "to": _TO,
        "date": format_datetime(_DATED_AT),
        "id": _MESSAGE_ID,
        "boundary": make_boundary(_MESSAGE_ID, 0),
        **{str(number): blank_token(number) for number in range(tokens)},
    }
    pieces = [*_pieces(envelope.data, marks)]
    ready = b"".join(piece for piece in pieces if isinstance(piece, bytes))
    if b"mould-of" in ready or not _shows_all(
        pieces, draft, marks, url=envelope.data.count(b"\r\nList-Unsubscribe:")
    ):
        return None
    return Mould(pieces, mail_from=envelope.mail_from, notify=envelope.notify)


def _is_plain(address: str) -> bool:
    """Tell whether an address is written in a header and in an envelope as it is."""
    return address.isascii()


def _filled(draft: Draft, *, to: str, tokens: Sequence[str]) -> Draft:
    def put_in(words: str) -> str:
        for number, token in enumerate(tokens):
            words = words.replace(blank_token(number), token)
        return words

    url = draft.unsubscribe_url
    return replace(
        draft,
        to=to,
        text=put_in(draft.text),
        html=put_in(draft.html),
        unsubscribe_url=put_in(url) if url is not None else None,
    )


def _shows_all(pieces: Sequence[bytes | _Slot], draft: Draft, marks: dict[str, str], *, url: int) -> bool:
    """Tell whether each mark that stands in the draft was found; the address to unsubscribe at stands `url` times."""
    found = [piece.value for piece in pieces if isinstance(piece, _Slot)]
    words = f"{draft.text} {draft.html} {(draft.unsubscribe_url or '') * url}"
    # What is found once more than we put it there was written by a person, and is to stay as it was written.
    ours = {"to": 1, "date": 1, "id": 1, "boundary": _BOUNDARIES if draft.html else 0}
    return all(found.count(name) == number for name, number in ours.items()) and all(
        found.count(name) == words.count(mark) for name, mark in marks.items() if name.isdigit()
    )


def _pieces(data: bytes, marks: dict[str, str]) -> Iterator[bytes | _Slot]:
    """Cut the bytes at the marks; an encoded text may break a mark by the end of a line."""
    ways = (
        f"(?P<m{number}>{_PERHAPS_BROKEN.join(map(re.escape, mark))})"
        for number, mark in enumerate(marks.values())
    )
    names = list(marks)
    end = 0
    for found in re.finditer("|".join(ways).encode(), data):
        yield data[end : found.start()]
        end = found.end()
        assert found.lastgroup is not None
        yield _Slot(value=names[int(found.lastgroup[1:])], breaks=_breaks(found.group()))
    yield data[end:]


def _breaks(mark: bytes) -> tuple[int, ...]:
    """Give behind how many characters of a mark each soft line break stands."""
    places: list[int] = []
    for part in mark.split(_SOFT_BREAK)[:-1]:
        places.append(len(part) + (places[-1] if places else 0))
    return tuple(places)


def _broken(value: bytes, breaks: tuple[int, ...]) -> bytes:
    return _SOFT_BREAK.join(
        value[start:end] for start, end in zip((0, *breaks), (*breaks, None), strict=True)
    )


@lru_cache(maxsize=64)
def _date(moment: datetime) -> bytes:
    return format_datetime(moment).encode()
