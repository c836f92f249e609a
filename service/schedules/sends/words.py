"""How the desk speaks of planned sendings: what each is, where it stands, and what can be done next (pure)."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from service.foundation.sentence import Sentence
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import OccurrenceState, ScheduleState, SignatureState
from service.schedules.audience import Audience


class Standing(StrEnum):
    """Where a planned sending stands, as people say it."""

    DRAFT = "draft"
    WAITS = "waits"
    ASKS = "asks"
    GOING = "going"
    PAUSED = "paused"
    PLANNED = "planned"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    NEVER = "never"


SAID: Mapping[Standing, Sentence] = {
    Standing.DRAFT: Sentence("Draft"),
    Standing.WAITS: Sentence("Waits for an approval"),
    Standing.ASKS: Sentence("Came late, and waits for your word"),
    Standing.GOING: Sentence("Going out now"),
    Standing.PAUSED: Sentence("Paused"),
    Standing.PLANNED: Sentence("Planned"),
    Standing.DONE: Sentence("Done"),
    Standing.SKIPPED: Sentence("Left out"),
    Standing.CANCELLED: Sentence("Cancelled"),
    Standing.NEVER: Sentence("Never comes with the letter's present dates"),
}

NEXT: Mapping[Standing, Sentence] = {
    Standing.DRAFT: Sentence("Look at it, then say when it goes."),
    Standing.WAITS: Sentence("Another coordinator looks at it and approves it."),
    Standing.ASKS: Sentence("Say whether it still goes, or leave it out."),
    Standing.GOING: Sentence("Nothing to do. You can pause or cancel it."),
    Standing.PAUSED: Sentence("Resume it, or cancel it."),
    Standing.PLANNED: Sentence("Nothing to do: it goes by itself."),
    Standing.DONE: Sentence("Nothing to do. Look whether any came back."),
    Standing.SKIPPED: Sentence("Nothing to do. Plan another one if it is still wanted."),
    Standing.CANCELLED: Sentence("Nothing to do."),
    Standing.NEVER: Sentence("Give it another time, or leave it."),
}

GRAVE = frozenset({Standing.ASKS, Standing.WAITS, Standing.PAUSED})
"""Where a person is waited for."""

_BUILT_IN: Mapping[str, Sentence] = {
    "invitation": Sentence("Invitations"),
    "reminder-1": Sentence("First reminder to who has not confirmed or decided"),
    "reminder-2": Sentence("Second reminder to who has not confirmed or decided"),
    "decision-day": Sentence("Reminder on the morning of an own decision"),
    "last-day": Sentence("Last reminder before the deadline for sign-ons"),
    "proof": Sentence("Proof round: each printed line to its signatory"),
    "digest": Sentence("Morning digest to the secretariat"),
}
_ACTIONS: Mapping[Action, Sentence] = {
    Action.REMIND: Sentence("Reminder"),
    Action.INVITE: Sentence("Invitations"),
    Action.PROOF: Sentence("Proof round"),
    Action.UPDATE: Sentence("Update"),
    Action.DIGEST: Sentence("Digest"),
}
_TO: Mapping[SignatureState, Sentence] = {
    SignatureState.INVITED: Sentence("asked, no answer yet"),
    SignatureState.INTENDS: Sentence("decides later"),
    SignatureState.PENDING: Sentence("signed, not confirmed yet"),
    SignatureState.CONFIRMED: Sentence("signed and confirmed"),
}

NO_TIME_FOR_ANSWERS = Sentence(
    "Between its time, which is never in its quiet hours, and the sending too little is left for answers: give it another time."
)
"""What is said of a proof round that never comes."""


def standing_of(
    state: ScheduleState, newest: OccurrenceState | None, *, has_next: bool, are_mails_left: bool
) -> Standing:
    """Say where a planned sending stands, from its state, its newest time, and whether another comes."""
    fixed = {
        ScheduleState.DRAFT: Standing.DRAFT,
        ScheduleState.PROPOSED: Standing.WAITS,
        ScheduleState.PAUSED: Standing.PAUSED,
        ScheduleState.CANCELLED: Standing.CANCELLED,
    }
    if state in fixed:
        return fixed[state]
    if newest is OccurrenceState.ASKING:
        return Standing.ASKS
    if newest is OccurrenceState.FIRING or are_mails_left:
        return Standing.GOING
    if has_next:
        return Standing.PLANNED
    over = {
        OccurrenceState.FIRED: Standing.DONE,
        OccurrenceState.SKIPPED: Standing.SKIPPED,
        OccurrenceState.CANCELLED: Standing.SKIPPED,
    }
    return over[newest] if newest is not None else Standing.NEVER


def title_of(schedule: Schedule) -> Sentence:
    """Say what a planned sending is."""
    if schedule.is_built_in and schedule.name in _BUILT_IN:
        return _BUILT_IN[schedule.name]
    return _ACTIONS[schedule.action]


def states_said(audience: Audience) -> Sequence[Sentence]:
    """Say whom a reminder reminds."""
    return [_TO[state] for state in audience.states if state in _TO]


def may_pause(standing: Standing, occurrence: Occurrence | None) -> bool:
    """Tell whether there is anything to pause."""
    del occurrence
    return standing in {Standing.GOING, Standing.PLANNED, Standing.ASKS}


def may_cancel(standing: Standing) -> bool:
    """Tell whether there is anything to cancel."""
    return standing not in {Standing.CANCELLED, Standing.DONE, Standing.SKIPPED}


def may_change(standing: Standing) -> bool:
    """Tell whether another time can be given."""
    return standing in {Standing.PLANNED, Standing.WAITS, Standing.NEVER, Standing.PAUSED, Standing.SKIPPED}
