"""How far a sending has come: its mails by what became of them, how fast they go, and how long the rest takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.foundation.sentence import Sentence
from service.mail.brakes.pause import MailsOf
from service.model.message import Message
from service.model.states import MessageState

_LATELY = timedelta(minutes=1)

# The order in which a page tells them; the first is what nobody has to do anything about.
GROUPS: Mapping[str, tuple[tuple[MessageState, ...], Sentence, Sentence]] = {
    "gone": (
        (MessageState.ACCEPTED,),
        Sentence("Gone: our relay took it"),
        Sentence("Nothing to do. What comes back later is listed as undelivered."),
    ),
    "waiting": (
        (MessageState.QUEUED, MessageState.CLAIMED, MessageState.SUBMITTING),
        Sentence("Waits for its turn"),
        Sentence("Nothing to do: it goes by itself."),
    ),
    "held": (
        (MessageState.HELD,),
        Sentence("Held"),
        Sentence(
            "Resume the sending. What is still held then, our brakes have stopped: look at what came back."
        ),
    ),
    "in_doubt": (
        (MessageState.UNCERTAIN,),
        Sentence("May have arrived"),
        Sentence("Ask the reader. It does not go again by itself, or it could arrive twice."),
    ),
    "refused": (
        (MessageState.REFUSED,),
        Sentence("Refused by the other side"),
        Sentence("Look at undelivered: another address, or another way to reach them."),
    ),
    "too_late": (
        (MessageState.EXPIRED,),
        Sentence("Did not get through in its time"),
        Sentence("Reach them in another way."),
    ),
    "left_alone": (
        (MessageState.SUPPRESSED,),
        Sentence("Left alone: unsubscribed, complained, or no such mailbox"),
        Sentence("Nothing to do, or reach them in another way."),
    ),
    "not_wanted": (
        (MessageState.CANCELLED,),
        Sentence("No longer wanted"),
        Sentence("Nothing to do: they have answered meanwhile, or it was cancelled."),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """So many mails of which the same became."""

    code: str
    number: int
    said: Sentence
    next_step: Sentence


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A sending's mails; `per_minute` is how many went in the last minute, `left` how long the rest takes at that."""

    rows: Sequence[Row]
    in_all: int
    gone: int
    waiting: int
    held: int
    per_minute: int
    left: timedelta | None

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is left that goes by itself."""
        return not self.waiting


def progress_of(session: Session, mails: MailsOf, *, now: datetime) -> Progress:
    """Count the mails of a sending; one pass over them, however many they are."""
    lately = func.count().filter(
        col(Message.state) == MessageState.ACCEPTED, col(Message.settled_at) > now - _LATELY
    )
    found = (
        select(col(Message.state), func.count(), lately)
        .where(*mails.conditions())
        .group_by(col(Message.state))
    )
    numbers: dict[MessageState, int] = {}
    per_minute = 0
    for state, number, recent in session.execute(found):
        numbers[state], per_minute = number, per_minute + recent
    return reckon(numbers, per_minute=per_minute)


def reckon(numbers: Mapping[MessageState, int], *, per_minute: int) -> Progress:
    """Say how far a sending has come (pure)."""
    by_code = {
        code: sum(numbers.get(state, 0) for state in states) for code, (states, _, _) in GROUPS.items()
    }
    waiting = by_code["waiting"]
    return Progress(
        rows=[
            Row(code=code, number=by_code[code], said=said, next_step=step)
            for code, (_, said, step) in GROUPS.items()
            if by_code[code] or code in {"gone", "waiting"}
        ],
        in_all=sum(by_code.values()),
        gone=by_code["gone"],
        waiting=waiting,
        held=by_code["held"],
        per_minute=per_minute,
        left=timedelta(minutes=waiting / per_minute) if waiting and per_minute else None,
    )
