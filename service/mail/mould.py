"""Make many mails that differ in a few words only: all else is written once, by the same hand as a single mail.

Writing a mail takes a thousand times as long as putting a few values between pieces of bytes that are ready.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from service.mail.cast import Cast, Filling, Slot, are_tokens, make_boundary
from service.mail.compose import make_envelope
from service.mail.envelope import Draft, Envelope
from service.mail.sender import Sender
from service.model.message import MessageKind
from service.store.claim import Taken

# What stands for a value while the mould is made. None of these can stand in a text by chance.
_TO = "mould-of-a-recipient@mould.invalid"
_MESSAGE_ID = "<mould-of-a-message-id@mould.invalid>"
_DATED_AT = datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)
_BLANK = "mould-of-"
_SOFT_BREAK = b"=\r\n"
_PERHAPS_BROKEN = "(?:=\r\n)?"
_BOUNDARIES = 4
"""So often a boundary stands in a mail of two parts: where it is named, before each part, and at the end."""


def blank_token(number: int) -> str:
    """Give the word that stands for the token of a personal link, of a token's shape and length."""
    return f"{_BLANK}token-{number}-".ljust(43, "x")


@dataclass(frozen=True, kw_only=True)
class Mould:
    """The bytes of many mails with places for what differs, the usual envelope sender, and what is to be reported."""

    cast: Cast
    mail_from: str
    notify: str


class Pattern:
    """What many mails have in common: a draft in which blank_token() stands for the token of each link.

    Its mould is made when the first of them is.
    """

    def __init__(self, draft: Draft, *, tokens: int) -> None:
        """Keep the draft; whom it is addressed to does not matter."""
        self._draft = draft
        self.tokens = tokens
        self._mould: Mould | None = None
        self._is_tried = False

    def mould(self, kind: MessageKind, sender: Sender) -> Mould | None:
        """Give its mould; None where its mails must be written one by one."""
        if not self._is_tried:
            self._mould = make_mould(self._draft, kind=kind, mail_from=sender.mail_from, tokens=self.tokens)
            self._is_tried = True
        return self._mould

    def draft(self, *, to: str, tokens: Sequence[str]) -> Draft:
        """Write the draft of one mail, with the tokens of its links; raises ValueError for what is no token."""
        if not are_tokens(tokens):
            raise ValueError("The token of a link has 43 characters of base64url.")

        def put_in(words: str) -> str:
            for number, token in enumerate(tokens):
                words = words.replace(blank_token(number), token)
            return words

        url = self._draft.unsubscribe_url
        return replace(
            self._draft,
            to=to,
            text=put_in(self._draft.text),
            html=put_in(self._draft.html),
            unsubscribe_url=put_in(url) if url is not None else None,
        )


@dataclass(frozen=True, kw_only=True)
class Filled:
    """One mail of a pattern."""

    pattern: Pattern
    to: str
    tokens: Sequence[str]

    def __post_init__(self) -> None:
        """Refuse, by ValueError, another number of tokens than the pattern has links."""
        if len(self.tokens) != self.pattern.tokens:
            raise ValueError("Each link of a pattern takes one token.")

    def make(self, row: Taken, sender: Sender) -> Envelope:
        """Write it as it goes over the wire; the same bytes as if it were written alone."""
        mould = self.mould(row, sender)
        if mould is None:
            return make_envelope(
                self.pattern.draft(to=self.to, tokens=self.tokens),
                kind=row.kind,
                message_id=row.message_id,
                dated_at=row.dated_at,
                mail_from=sender.mail_from,
                return_path=sender.return_path(row.id),
            )
        return self.envelope(mould, mould.cast.fill(self.filling(row)), row, sender)

    def mould(self, row: Taken, sender: Sender) -> Mould | None:
        """Give the mould that it fits into; None where it must be written alone."""
        return self.pattern.mould(row.kind, sender) if self.to.isascii() else None

    def filling(self, row: Taken) -> Filling:
        """Give what is put into the mould."""
        return Filling(
            to=self.to, date=_date(row.dated_at), message_id=row.message_id, tokens=tuple(self.tokens)
        )

    def envelope(self, mould: Mould, data: bytes, row: Taken, sender: Sender) -> Envelope:
        """Address the bytes that came out of its mould, which have been checked."""
        return Envelope.of_checked(
            mail_from=sender.return_path(row.id) or mould.mail_from,
            rcpt_to=self.to,
            message_id=row.message_id,
            data=data,
            notify=mould.notify,
        )


def make_mould(draft: Draft, *, kind: MessageKind, mail_from: str, tokens: int) -> Mould | None:
    """Make the mould of a draft in which `blank_token(0)` and so on stand for the tokens of its links.

    Gives None where the bytes show no place for one of them, as base64 does, or where there are attachments, which
    bring boundaries of their own: each mail is then written by itself.
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
    cast = Cast([*_pieces(envelope.data, marks)])
    urls = envelope.data.count(b"\r\nList-Unsubscribe:")
    words = f"{draft.text} {draft.html} {(draft.unsubscribe_url or '') * urls}"
    wanted = {name: words.count(mark) if name.isdigit() else 1 for name, mark in marks.items()}
    # What is found once more than we put it there was written by a person, and is to stay as it was written.
    wanted["boundary"] = _BOUNDARIES if draft.html else 0
    if _BLANK.encode() in cast.shared or any(
        cast.slots.count(name) != count for name, count in wanted.items()
    ):
        return None
    return Mould(cast=cast, mail_from=envelope.mail_from, notify=envelope.notify)


def _pieces(data: bytes, marks: dict[str, str]) -> Iterator[bytes | Slot]:
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
        yield Slot(value=names[int(found.lastgroup[1:])], breaks=_breaks(found.group()))
    yield data[end:]


def _breaks(mark: bytes) -> tuple[int, ...]:
    """Give behind how many characters of a mark each soft line break stands."""
    places: list[int] = []
    for part in mark.split(_SOFT_BREAK)[:-1]:
        places.append(len(part) + (places[-1] if places else 0))
    return tuple(places)


@lru_cache(maxsize=64)
def _date(moment: datetime) -> str:
    return format_datetime(moment)
