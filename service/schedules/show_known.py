"""What a run of show is decided by: its steps, the letter's copies, the mails of its steps, and the moments (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.model.show import Step
from service.model.states import DeliveryState, ShowState

_LEAD = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class StepFacts:
    """What is kept of one step: where it stands, since when its mails are posted, and when doing it last failed."""

    step: Step
    state: ShowState = ShowState.WAITING
    began_at: datetime | None = None
    posted_at: datetime | None = None
    ended_at: datetime | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Mails:
    """What is known of the mails of a step: whether any waits or is held, whether a person or a brake stopped them.

    `none_left` says that there are some, and that not one of them has left or still may.
    """

    wait: bool = False
    are_held: bool = False
    none_left: bool = False
    were_stopped: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that a run of show is decided by.

    `copies` counts the sendings of the letter to addressees and cc by their state, `press` those to the press.
    `later` counts, of `copies`, what became of any after a person took them as they were. `leaves_at` is when the letter was to leave, `is_sent` whether it is called sent.
    `was_hidden` tells that it was hidden in an emergency when its minute of publication came.
    """

    steps: Sequence[StepFacts]
    leaves_at: datetime
    copies: Mapping[DeliveryState, int]
    later: Mapping[DeliveryState, int] = field(default_factory=dict)
    press: Mapping[DeliveryState, int] = field(default_factory=dict)
    mails: Mapping[Step, Mails] = field(default_factory=dict)
    is_sent: bool = False
    receipt_wait: timedelta = timedelta(0)
    publish_at: datetime | None = None
    published_at: datetime | None = None
    was_hidden: bool = False

    def of(self, step: Step) -> StepFacts:
        """Give what is kept of one step."""
        return next(one for one in self.steps if one.step is step)

    @property
    def lead(self) -> timedelta:
        """How long before the publication a person is asked where it is at risk."""
        if self.publish_at is None:
            return _LEAD
        return min(_LEAD, max(self.publish_at - self.leaves_at, timedelta(0)) / 3)

    @property
    def receipt_until(self) -> datetime | None:
        """Until when a receipt is waited for, once the letter has left; never so long that the publication is at risk."""
        left_at = self.of(Step.DELIVERED).ended_at
        return self.waits_until(left_at) if left_at is not None else None

    def waits_until(self, left_at: datetime) -> datetime:
        """Say until when a receipt is waited for, of a letter that has left at that moment."""
        until = left_at + self.receipt_wait
        return min(until, self.publish_at - 2 * self.lead) if self.publish_at is not None else until

    @property
    def ready_at(self) -> datetime | None:
        """When the last of the steps before the press was over; None while one is not."""
        ended = [one.ended_at for one in self.steps if one.step not in {Step.PRESS, Step.PAGE}]
        moments = [moment for moment in ended if moment is not None]
        return max(moments) if len(moments) == len(ended) else None
