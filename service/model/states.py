"""The states things go through, and the only moves that are allowed.

`python -m service.model.states` prints them as docs/states.md.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from service.foundation.errors import Refused

S = TypeVar("S", bound=StrEnum)


class CampaignState(StrEnum):
    """Where a letter stands between draft and archive."""

    DRAFT = "draft"
    FROZEN = "frozen"
    OPEN = "open"
    CLOSED = "closed"
    SENT = "sent"
    ARCHIVED = "archived"
    PURGED = "purged"


class SignatureState(StrEnum):
    """Where one sign-on stands; whether it is counted is decided by is_counted() alone."""

    INVITED = "invited"
    INTENDS = "intends"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class MessageState(StrEnum):
    """Where one e-mail stands."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    HELD = "held"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


class DeliveryState(StrEnum):
    """Where one copy to one recipient by one channel stands."""

    PLANNED = "planned"
    NOT_CONFIGURED = "not_configured"
    REFUSED = "refused"
    READY = "ready"
    CARRYING = "carrying"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CarriageState(StrEnum):
    """Where one handing over by a way that leaves by itself over the network stands."""

    WAITING = "waiting"
    HELD = "held"
    FENCED = "fenced"
    TAKEN = "taken"
    NOT_NOW = "not_now"
    NOT_TAKEN = "not_taken"
    IN_DOUBT = "in_doubt"
    STOPPED = "stopped"


class IntakeState(StrEnum):
    """Where a form that was sent stands before, and until, it is taken in as a sign-on."""

    RECEIVED = "received"
    TAKEN = "taken"
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"


class ScheduleState(StrEnum):
    """Where a planned sending stands; a draft has its words, and no time yet."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ACTIVE = "active"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class OccurrenceState(StrEnum):
    """Where one time that something was due stands."""

    ASKING = "asking"
    FIRING = "firing"
    FIRED = "fired"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class ShowState(StrEnum):
    """Where one step of a run of show stands."""

    WAITING = "waiting"
    UNDER_WAY = "under_way"
    ASKING = "asking"
    DONE = "done"
    SKIPPED = "skipped"
    STOPPED = "stopped"


class HasState(Protocol[S]):
    """A row with a state."""

    state: S


@dataclass(frozen=True, kw_only=True)
class StateMachine(Generic[S]):
    """A noun and the moves its state may make."""

    noun: str
    moves: Mapping[S, tuple[S, ...]]

    def may_move(self, here: S, there: S) -> bool:
        """Tell whether the move is in the table."""
        return there in self.moves.get(here, ())

    def move(self, row: HasState[S], there: S) -> None:
        """Move a row to another state; raises Refused where the table does not allow it."""
        self.check(row.state, there)
        row.state = there

    def check(self, here: S, there: S) -> None:
        """Raise Refused where the table does not allow a move; for those who move many rows by one statement."""
        if not self.may_move(here, there):
            raise Refused(f"A {self.noun} that is {_word(here)} cannot become {_word(there)}.")


CAMPAIGN = StateMachine(
    noun="letter",
    moves={
        CampaignState.DRAFT: (CampaignState.FROZEN,),
        CampaignState.FROZEN: (CampaignState.OPEN, CampaignState.DRAFT),
        CampaignState.OPEN: (CampaignState.CLOSED,),
        CampaignState.CLOSED: (CampaignState.OPEN, CampaignState.SENT, CampaignState.ARCHIVED),
        CampaignState.SENT: (CampaignState.ARCHIVED,),
        # Of a letter whose personal data was purged, numbers are left.
        CampaignState.ARCHIVED: (CampaignState.PURGED,),
        CampaignState.PURGED: (),
    },
)

PUT_AWAY = frozenset({CampaignState.ARCHIVED, CampaignState.PURGED})
"""The states of a letter that nobody works at any more."""

SIGNATURE = StateMachine(
    noun="sign-on",
    moves={
        SignatureState.INVITED: (
            SignatureState.INTENDS,
            SignatureState.PENDING,
            SignatureState.CONFIRMED,
            SignatureState.DECLINED,
            SignatureState.EXPIRED,
        ),
        SignatureState.INTENDS: (
            SignatureState.PENDING,
            SignatureState.CONFIRMED,
            SignatureState.DECLINED,
            SignatureState.EXPIRED,
        ),
        SignatureState.PENDING: (
            SignatureState.CONFIRMED,
            SignatureState.DECLINED,
            SignatureState.WITHDRAWN,
            SignatureState.EXPIRED,
        ),
        SignatureState.CONFIRMED: (SignatureState.WITHDRAWN, SignatureState.DECLINED, SignatureState.PENDING),
        SignatureState.DECLINED: (SignatureState.PENDING, SignatureState.CONFIRMED, SignatureState.INTENDS),
        SignatureState.WITHDRAWN: (SignatureState.PENDING, SignatureState.CONFIRMED),
        SignatureState.EXPIRED: (SignatureState.PENDING, SignatureState.CONFIRMED, SignatureState.INTENDS),
    },
)

MESSAGE = StateMachine(
    noun="message",
    moves={
        MessageState.QUEUED: (
            MessageState.CLAIMED,
            MessageState.HELD,
            MessageState.CANCELLED,
            MessageState.EXPIRED,
            MessageState.SUPPRESSED,
            # A second copy waits here while the first is in doubt: evidence, or the end of its time, settles it.
            MessageState.UNCERTAIN,
            MessageState.ACCEPTED,
        ),
        MessageState.CLAIMED: (
            MessageState.QUEUED,
            MessageState.SUBMITTING,
            # While a second copy is in hand, the first may prove to have arrived.
            MessageState.ACCEPTED,
            MessageState.REFUSED,
            MessageState.HELD,
            MessageState.CANCELLED,
            MessageState.EXPIRED,
            MessageState.SUPPRESSED,
            MessageState.UNCERTAIN,
        ),
        MessageState.SUBMITTING: (
            MessageState.ACCEPTED,
            MessageState.QUEUED,
            MessageState.REFUSED,
            MessageState.HELD,
            MessageState.EXPIRED,
            MessageState.UNCERTAIN,
        ),
        MessageState.UNCERTAIN: (
            MessageState.ACCEPTED,
            MessageState.QUEUED,
            MessageState.CANCELLED,
            # The relay's no may come after the lease has ended.
            MessageState.REFUSED,
            MessageState.EXPIRED,
        ),
        MessageState.HELD: (
            MessageState.QUEUED,
            MessageState.CANCELLED,
            MessageState.EXPIRED,
            MessageState.UNCERTAIN,
        ),
        MessageState.REFUSED: (MessageState.QUEUED,),
        # A person may give it a new end.
        MessageState.EXPIRED: (MessageState.QUEUED,),
        MessageState.ACCEPTED: (),
        MessageState.CANCELLED: (),
        MessageState.SUPPRESSED: (),
    },
)

DELIVERY = StateMachine(
    noun="sending",
    moves={
        DeliveryState.PLANNED: (
            DeliveryState.NOT_CONFIGURED,
            DeliveryState.REFUSED,
            DeliveryState.READY,
            DeliveryState.CANCELLED,
        ),
        DeliveryState.NOT_CONFIGURED: (DeliveryState.READY, DeliveryState.CANCELLED),
        DeliveryState.REFUSED: (DeliveryState.READY, DeliveryState.CANCELLED),
        # What a person brings has left with that person's word, and never was in our hands in between.
        DeliveryState.READY: (DeliveryState.CARRYING, DeliveryState.HANDED_OVER, DeliveryState.CANCELLED),
        DeliveryState.CARRYING: (
            DeliveryState.HANDED_OVER,
            DeliveryState.ACCEPTED,
            DeliveryState.UNCERTAIN,
            DeliveryState.FAILED,
            DeliveryState.CANCELLED,
        ),
        DeliveryState.HANDED_OVER: (
            DeliveryState.ACCEPTED,
            DeliveryState.DELIVERED,
            DeliveryState.ANSWERED,
            DeliveryState.FAILED,
        ),
        DeliveryState.ACCEPTED: (DeliveryState.DELIVERED, DeliveryState.ANSWERED, DeliveryState.FAILED),
        # What was called delivered may still come back, from a server further on.
        DeliveryState.DELIVERED: (DeliveryState.ANSWERED, DeliveryState.FAILED),
        DeliveryState.UNCERTAIN: (
            DeliveryState.HANDED_OVER,
            DeliveryState.CARRYING,
            DeliveryState.FAILED,
            DeliveryState.CANCELLED,
        ),
        DeliveryState.FAILED: (DeliveryState.CARRYING, DeliveryState.HANDED_OVER, DeliveryState.CANCELLED),
        DeliveryState.ANSWERED: (),
        DeliveryState.CANCELLED: (),
    },
)

GONE_OUT = frozenset(
    {DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.ANSWERED}
)
"""The states of a copy that has left the house and did not come back."""

CARRIAGE = StateMachine(
    noun="handing over",
    moves={
        CarriageState.WAITING: (CarriageState.HELD, CarriageState.STOPPED),
        # Before the fence nothing of it has left, and the other side may say so, or that it has it from an earlier one.
        CarriageState.HELD: (
            CarriageState.FENCED,
            CarriageState.WAITING,
            CarriageState.STOPPED,
            CarriageState.TAKEN,
            CarriageState.NOT_NOW,
            CarriageState.NOT_TAKEN,
            CarriageState.IN_DOUBT,
        ),
        CarriageState.FENCED: (
            CarriageState.TAKEN,
            CarriageState.NOT_NOW,
            CarriageState.NOT_TAKEN,
            CarriageState.IN_DOUBT,
        ),
        CarriageState.NOT_NOW: (CarriageState.HELD, CarriageState.STOPPED),
        # Who was only slow may still tell what became of it.
        CarriageState.IN_DOUBT: (CarriageState.TAKEN, CarriageState.NOT_TAKEN),
        CarriageState.TAKEN: (),
        CarriageState.NOT_TAKEN: (),
        CarriageState.STOPPED: (),
    },
)

INTAKE = StateMachine(
    noun="form",
    moves={
        IntakeState.RECEIVED: (IntakeState.TAKEN, IntakeState.QUARANTINED),
        # What was released by mistake goes back while nobody has confirmed it.
        IntakeState.TAKEN: (IntakeState.QUARANTINED,),
        IntakeState.QUARANTINED: (IntakeState.RECEIVED, IntakeState.DISCARDED),
        IntakeState.DISCARDED: (IntakeState.QUARANTINED,),
    },
)

SCHEDULE = StateMachine(
    noun="planned sending",
    moves={
        ScheduleState.DRAFT: (ScheduleState.PROPOSED, ScheduleState.ACTIVE, ScheduleState.CANCELLED),
        ScheduleState.PROPOSED: (ScheduleState.ACTIVE, ScheduleState.CANCELLED),
        # Another time needs another approval.
        ScheduleState.ACTIVE: (ScheduleState.PAUSED, ScheduleState.CANCELLED, ScheduleState.PROPOSED),
        ScheduleState.PAUSED: (ScheduleState.ACTIVE, ScheduleState.CANCELLED, ScheduleState.PROPOSED),
        ScheduleState.CANCELLED: (),
    },
)

OCCURRENCE = StateMachine(
    noun="time that something was due",
    moves={
        # It was late, and a person says whether it still happens.
        OccurrenceState.ASKING: (
            OccurrenceState.FIRING,
            OccurrenceState.SKIPPED,
            OccurrenceState.CANCELLED,
        ),
        # Left out where, once it was begun, its letter turned out not to fit.
        OccurrenceState.FIRING: (
            OccurrenceState.FIRED,
            OccurrenceState.SKIPPED,
            OccurrenceState.CANCELLED,
        ),
        OccurrenceState.FIRED: (),
        OccurrenceState.SKIPPED: (),
        OccurrenceState.CANCELLED: (),
    },
)

SHOW = StateMachine(
    noun="step of the run of show",
    moves={
        ShowState.WAITING: (
            ShowState.UNDER_WAY,
            ShowState.ASKING,
            ShowState.DONE,
            ShowState.SKIPPED,
            ShowState.STOPPED,
        ),
        ShowState.UNDER_WAY: (
            ShowState.ASKING,
            ShowState.DONE,
            ShowState.SKIPPED,
            ShowState.STOPPED,
        ),
        # What it asked about may settle itself: a copy that was in doubt has arrived.
        ShowState.ASKING: (
            ShowState.WAITING,
            ShowState.UNDER_WAY,
            ShowState.DONE,
            ShowState.SKIPPED,
            ShowState.STOPPED,
        ),
        # A copy that had left may come back, and a person take it as it is.
        ShowState.DONE: (ShowState.SKIPPED,),
        ShowState.SKIPPED: (),
        ShowState.STOPPED: (ShowState.WAITING, ShowState.UNDER_WAY, ShowState.DONE, ShowState.SKIPPED),
    },
)

MACHINES: tuple[tuple[str, StateMachine[Any]], ...] = (
    ("Letter (campaign)", CAMPAIGN),
    ("Sign-on (signature)", SIGNATURE),
    ("E-mail (message)", MESSAGE),
    ("Sending (delivery)", DELIVERY),
    ("Handing over by a way that leaves by itself (carriage)", CARRIAGE),
    ("Form that was sent (intake)", INTAKE),
    ("Planned sending (schedule)", SCHEDULE),
    ("Time that something was due (occurrence)", OCCURRENCE),
    ("Step of a run of show", SHOW),
)


def as_markdown() -> str:
    """Write every table of moves as the text of docs/states.md."""
    lines = ["# States", "", "Written by `python -m service.model.states`; do not edit."]
    for title, machine in MACHINES:
        lines += ["", f"## {title}", "", "| from | may become |", "|---|---|"]
        for here, there in machine.moves.items():
            lines.append(f"| {here.value} | {', '.join(state.value for state in there) or '–'} |")
    return "\n".join(lines) + "\n"


def _word(state: StrEnum) -> str:
    return state.value.replace("_", " ")


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
