"""The port through which mail leaves the house, and the four ways in which it may not."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from service.foundation.errors import Permanent, ServiceError, Transient, Uncertain
from service.mail.envelope import Envelope

_ENHANCED = re.compile(r"([245])\.\d{1,3}\.\d{1,3}(?=\s|$)")
_OUR_CREDENTIALS = frozenset({530, 534, 535, 538})
# 552 and X.3.4: too big; X.6.x: its encoding (RFC 3463). Any other refusal of the sender is a fault in our set-up.
_OF_THE_MESSAGE = re.compile(r"5\.3\.4|5\.6\.\d+")


class Stage(StrEnum):
    """How far a mail had come."""

    CONNECT = "connect"
    GREETING = "greeting"
    TLS = "tls"
    LOGIN = "login"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    END = "end of data"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a relay said at a stage; `code` is None where it said nothing. It never holds the relay's own words."""

    stage: Stage
    relay: str = ""
    code: int | None = None
    enhanced: str = ""

    def __str__(self) -> str:
        """Say it in one clause."""
        said = f"answered {self.code} {self.enhanced}".rstrip() if self.code is not None else "did not answer"
        return f"{self.relay or 'the relay'} {said} at {self.stage.value}"


class _Answered(ServiceError):
    """A failure of which the relay's answer is known: no address and no word of the relay is in it."""

    def __init__(self, answer: Answer, sentence: str = "") -> None:
        """Keep the answer; the sentence defaults to it."""
        super().__init__(sentence or f"Not carried: {answer}.")
        self.answer = answer


class Deferred(_Answered, Transient):
    """The mail certainly did not arrive, and may later."""


class RelayDown(Deferred):
    """No relay can be used at all, whatever the mail: the operator's or the network's fault, never the mail's."""


class Rejected(_Answered, Permanent):
    """The mail certainly did not arrive, and never will as it stands."""


class InDoubt(_Answered, Uncertain):
    """Its bytes went out to the end and no answer came: it may have arrived or not."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the relay said when it took a mail over; `tls` is "" only over the loopback interface."""

    relay: str
    reply_code: int
    enhanced_code: str
    remote_queue_id: str
    tls: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Mail:
    """One mail on its way: its bytes, and whatever its book keeps of it; equal only to itself."""

    envelope: Envelope
    ref: object = None


Outcome = Receipt | Deferred | Rejected | InDoubt


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """What became of one mail."""

    mail: Mail
    outcome: Outcome


class Book(Protocol):
    """Gives a transport its mails, and writes down what becomes of them before the next step is taken."""

    def next(self, *, relay: str, wait: bool) -> Mail | None:
        """Give the next mail for a relay; None where none is at hand, or, when told to `wait`, where none will come."""
        ...

    def write(self, told: Sequence[Told], asked: Sequence[Mail]) -> Collection[Mail]:
        """Write down what became of some mails, and give those of the others whose bytes may leave now.

        Called when relays have asked for the bytes of `asked`; once for each mail at most. All of it is durable
        when the call returns. What it raises ends the carrying, and no byte of `asked` leaves.
        """
        ...


class Transport(Protocol):
    """Carries mail.

    An implementation promises: nothing of a mail's bytes leaves before its book has allowed it, and the book is
    asked once at most for each mail, after the other side said that it would take the bytes (354). Where the book
    does not allow it or raises, the bytes never leave, and what it raised passes through unchanged. No failure is
    repeated inside once the book has allowed it. What is told is true: Deferred and Rejected only where the mail
    cannot have arrived, InDoubt where nobody knows. No text of an exception holds an address.
    """

    def ready(self) -> None:
        """Make sure that a relay can be reached now; raises RelayDown. What is reached stays open for what follows."""
        ...

    def carry(self, book: Book) -> None:
        """Carry every mail that the book gives, and return when it has no more.

        Where no relay is left, each mail in hand is told RelayDown, and no more are taken. Every mail that was
        given is told of, unless the book raised, or the process ends: then what was not fenced is not told of.
        """
        ...

    def close(self) -> None:
        """Take leave of what stays open; the next mail opens it again."""
        ...

    def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
        """Hand one mail over, with a book of its own: `before_data` allows its bytes, or raises.

        Raises Deferred, RelayDown, Rejected or InDoubt.
        """
        ...


class OneByOne(ABC):
    """The carrying of a transport that hands over one mail at a time: its `send`, again and again."""

    @abstractmethod
    def send(self, envelope: Envelope, *, before_data: Callable[[], None]) -> Receipt:
        """Hand one mail over; the transport's own part."""

    def close(self) -> None:  # noqa: B027 -- between two mails nothing stays open
        """Do nothing."""

    def carry(self, book: Book) -> None:
        """Carry one mail after the other."""
        while (mail := book.next(relay="", wait=True)) is not None:
            told = self._carry(mail, book)
            if told is not None:
                book.write([told], [])
            if told is not None and isinstance(told.outcome, RelayDown):
                return

    def _carry(self, mail: Mail, book: Book) -> Told | None:
        def fence() -> None:
            if mail not in book.write([], [mail]):
                raise _NotAllowedError

        try:
            return Told(mail=mail, outcome=self.send(mail.envelope, before_data=fence))
        except _NotAllowedError:
            return None
        except (Deferred, Rejected, InDoubt) as outcome:
            return Told(mail=mail, outcome=outcome)


class _NotAllowedError(Exception):
    """The book does not let the bytes of a mail leave."""


def failure(answer: Answer) -> Deferred | Rejected | InDoubt:
    """Classify what a relay answered to a mail, by stage and code (RFC 5321, section 4.2; RFC 3463).

    Before the end of data silence or nonsense defers; after it they leave doubt. Refused credentials and a
    refused sender are the operator's to mend and lose no mail.
    """
    first = answer.code // 100 if answer.code is not None else 0
    if answer.stage is Stage.END and first not in {4, 5}:
        return InDoubt(answer, f"Nobody can know whether it arrived: {answer}.")
    if first != 5 or _is_ours_to_mend(answer):
        return Deferred(answer)
    return Rejected(answer)


def enhanced_code(text: str) -> str:
    """Read the enhanced status code that a reply begins with (RFC 2034), or ""."""
    found = _ENHANCED.match(text)
    return found.group() if found else ""


def _is_ours_to_mend(answer: Answer) -> bool:
    if answer.code in _OUR_CREDENTIALS:
        return True
    of_the_message = answer.code == 552 or _OF_THE_MESSAGE.fullmatch(answer.enhanced)
    return answer.stage in {Stage.CONNECT, Stage.GREETING, Stage.TLS, Stage.LOGIN} or (
        answer.stage is Stage.MAIL and not of_the_message
    )
