"""What a run of show does next: from what is known of its letter, each step waits, begins, is done or asks (pure)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.model.show import Reason, Step
from service.model.states import GONE_OUT, DeliveryState, ShowState
from service.schedules.due import ON_TIME
from service.schedules.show_known import Facts, Mails, StepFacts

OVER = frozenset({ShowState.DONE, ShowState.SKIPPED})
"""The states of a step that keeps no other from its turn."""
WATCHED = frozenset({Step.DELIVERED, Step.RECEIPT})
"""Steps that nobody does: they are seen."""

_MAY_TAKE = timedelta(hours=1)
_TRIED_AGAIN_AFTER = timedelta(minutes=5)
_TROUBLES: Mapping[DeliveryState, Reason] = {
    DeliveryState.UNCERTAIN: Reason.UNCERTAIN,
    DeliveryState.FAILED: Reason.FAILED,
    DeliveryState.NOT_CONFIGURED: Reason.NOT_CONFIGURED,
    DeliveryState.REFUSED: Reason.REFUSED,
    DeliveryState.CANCELLED: Reason.CANCELLED,
}
_RECEIVED = frozenset({DeliveryState.DELIVERED, DeliveryState.ANSWERED})
_ON_THEIR_WAY = frozenset({DeliveryState.PLANNED, DeliveryState.READY, DeliveryState.CARRYING})


class Act(StrEnum):
    """What is to become of a step now."""

    WAIT = "wait"
    BEGIN = "begin"
    DONE = "done"
    ASK = "ask"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of a step and why; `at` is the moment that it waits for, where it is known."""

    step: Step
    act: Act
    reason: Reason
    at: datetime | None = None


def decide(facts: Facts, *, now: datetime) -> Sequence[Verdict]:
    """Say of each step that is not over what becomes of it now, in their order.

    Only the first of them has its turn; one that a person let begin before goes on to its end.
    """
    return tuple(_verdicts(facts, now=now))


def expected(facts: Facts, *, now: datetime) -> Mapping[Step, datetime]:
    """Say when each step that is not over is expected, if nothing goes wrong; one that nobody can know is not among them."""
    times: dict[Step, datetime] = {}
    at = facts.leaves_at
    for one in facts.steps:
        if one.state in OVER:
            at = max(at, one.ended_at or at)
            continue
        if one.state in {ShowState.ASKING, ShowState.STOPPED}:
            break
        if one.step is Step.RECEIPT:
            at = max(at, facts.waits_until(at))
        elif one.step in {Step.PRESS, Step.PAGE}:
            if facts.publish_at is None and facts.published_at is None:
                break
            at = max(at, facts.published_at or facts.publish_at or at)
        times[one.step] = at = max(at, now)
    return times


def why_copies_ask(facts: Facts) -> Reason | None:
    """Say what is wrong with the letter's copies; None where nothing is, or where a person took them as they are."""
    are_taken = facts.of(Step.DELIVERED).state is ShowState.SKIPPED
    return _trouble(facts.later if are_taken else facts.copies)


def are_under_way(facts: Facts) -> bool:
    """Tell whether any of the letter's copies has still to leave."""
    return any(facts.copies.get(state) for state in _ON_THEIR_WAY)


def is_early(facts: Facts, step: Step, *, now: datetime) -> bool:
    """Tell whether a step that is done now comes before its turn or its time."""
    before = (one for one in facts.steps if list(Step).index(one.step) < list(Step).index(step))
    is_not_its_turn = any(one.state not in OVER for one in before) or why_copies_ask(facts) is not None
    times_it = step in {Step.PRESS, Step.PAGE} and facts.published_at is None
    return is_not_its_turn or (times_it and (facts.publish_at is None or now < facts.publish_at))


def _verdicts(facts: Facts, *, now: datetime) -> Iterator[Verdict]:
    is_first = True
    for one in facts.steps:
        if one.state in OVER or one.state is ShowState.STOPPED:
            # A step that was stopped keeps those after it from their turn.
            is_first = is_first and one.state in OVER
            continue
        # What has begun goes on to its end, also while it asks.
        if is_first or (one.began_at is not None and one.step not in WATCHED):
            verdict = _unless_it_fails(one, _RULES[one.step](facts, one, now), now=now)
        else:
            verdict = Verdict(step=one.step, act=Act.WAIT, reason=Reason.EARLIER)
        yield _page_at_risk(facts, verdict, now=now) if one.step is Step.PAGE and not is_first else verdict
        is_first = False


def _unless_it_fails(one: StepFacts, verdict: Verdict, *, now: datetime) -> Verdict:
    """Let a while pass before a step is tried again that could not be done."""
    is_resting = one.failed_at is not None and now < one.failed_at + _TRIED_AGAIN_AFTER
    if verdict.act is Act.BEGIN and is_resting:
        return Verdict(step=one.step, act=Act.ASK, reason=Reason.COULD_NOT)
    return verdict


def _page_at_risk(facts: Facts, verdict: Verdict, *, now: datetime) -> Verdict:
    """Say of a page that still waits for others whether its minute is missed, or may be."""
    at = facts.publish_at
    if at is None or facts.published_at is not None or verdict.reason is not Reason.EARLIER:
        return verdict
    if now > at + ON_TIME:
        return Verdict(step=Step.PAGE, act=Act.ASK, reason=Reason.MISSED, at=at)
    if facts.ready_at is None and now >= at - facts.lead:
        return Verdict(step=Step.PAGE, act=Act.WAIT, reason=Reason.AT_RISK, at=at)
    return verdict


def _delivered(facts: Facts, one: StepFacts, now: datetime) -> Verdict:
    if reason := _trouble(facts.copies):
        return Verdict(step=one.step, act=Act.ASK, reason=reason)
    if facts.copies and all(state in GONE_OUT for state, number in facts.copies.items() if number):
        return Verdict(step=one.step, act=Act.DONE, reason=Reason.HANDED_OVER)
    if now > facts.leaves_at + _MAY_TAKE:
        return Verdict(step=one.step, act=Act.ASK, reason=Reason.NOT_LEAVING)
    return Verdict(step=one.step, act=Act.WAIT, reason=Reason.ON_ITS_WAY, at=facts.leaves_at)


def _receipt(facts: Facts, one: StepFacts, now: datetime) -> Verdict:
    if reason := why_copies_ask(facts):
        return Verdict(step=one.step, act=Act.ASK, reason=reason)
    if are_under_way(facts):
        return Verdict(step=one.step, act=Act.WAIT, reason=Reason.ON_ITS_WAY)
    out = {state for state, number in facts.copies.items() if number}
    if out and out <= _RECEIVED:
        return Verdict(step=one.step, act=Act.DONE, reason=Reason.SEEN)
    if DeliveryState.HANDED_OVER not in out:
        # Passed on to servers that report nothing: nobody can wait for a word of theirs.
        return Verdict(step=one.step, act=Act.DONE, reason=Reason.NOT_EXPECTED)
    until = facts.receipt_until
    if until is None or now >= until:
        return Verdict(step=one.step, act=Act.DONE, reason=Reason.NONE_CAME)
    return Verdict(step=one.step, act=Act.WAIT, reason=Reason.AWAITED, at=until)


def _posted(facts: Facts, one: StepFacts, now: datetime) -> Verdict:
    """Decide on a step that posts mails to many: the final copy, or the kits."""
    if one.began_at is None and (reason := why_copies_ask(facts)):
        return Verdict(step=one.step, act=Act.ASK, reason=reason)
    if one.began_at is None:
        return Verdict(step=one.step, act=Act.BEGIN, reason=Reason.POSTING)
    mails = facts.mails.get(one.step, Mails())
    if mails.were_stopped or (mails.none_left and one.posted_at is not None):
        return Verdict(step=one.step, act=Act.ASK, reason=Reason.WAS_STOPPED)
    if one.posted_at is None:
        return Verdict(step=one.step, act=Act.BEGIN, reason=Reason.POSTING)
    if mails.are_held:
        return Verdict(step=one.step, act=Act.ASK, reason=Reason.HELD)
    if not mails.wait:
        return Verdict(step=one.step, act=Act.DONE, reason=Reason.HANDED_OVER)
    if now > one.posted_at + _MAY_TAKE:
        return Verdict(step=one.step, act=Act.ASK, reason=Reason.NOT_LEAVING)
    return Verdict(step=one.step, act=Act.WAIT, reason=Reason.POSTING)


def _press(facts: Facts, one: StepFacts, now: datetime) -> Verdict:
    out = {state for state, number in facts.press.items() if number}
    if out and _has_missed(facts, one, now):
        return Verdict(step=one.step, act=Act.ASK, reason=Reason.MISSED, at=facts.publish_at)
    if one.began_at is None and (reason := why_copies_ask(facts)):
        return Verdict(step=one.step, act=Act.ASK, reason=reason)
    if not out:
        return Verdict(step=one.step, act=Act.DONE, reason=Reason.NOBODY)
    if reason := _trouble(facts.press):
        return Verdict(step=one.step, act=Act.ASK, reason=reason)
    if DeliveryState.READY in out:
        return _at_its_time(facts, one, now)
    if out <= GONE_OUT:
        return Verdict(step=one.step, act=Act.DONE, reason=Reason.HANDED_OVER)
    if one.began_at is not None and now > one.began_at + _MAY_TAKE:
        return Verdict(step=one.step, act=Act.ASK, reason=Reason.NOT_LEAVING)
    return Verdict(step=one.step, act=Act.WAIT, reason=Reason.POSTING)


def _page(facts: Facts, one: StepFacts, now: datetime) -> Verdict:
    if facts.published_at is not None:
        return Verdict(step=one.step, act=Act.DONE, reason=Reason.PUBLISHED)
    if _has_missed(facts, one, now):
        return Verdict(step=one.step, act=Act.ASK, reason=Reason.MISSED, at=facts.publish_at)
    if reason := why_copies_ask(facts):
        return Verdict(step=one.step, act=Act.ASK, reason=reason)
    its_time = _at_its_time(facts, one, now)
    if its_time.act is Act.BEGIN and not facts.is_sent:
        return Verdict(step=one.step, act=Act.ASK, reason=Reason.NOT_SENT)
    return its_time


def _has_missed(facts: Facts, one: StepFacts, now: datetime) -> bool:
    """Tell whether the minute passed while a step asked; one that waits, as no worker looked, is not among them."""
    if facts.published_at is not None or facts.publish_at is None or one.began_at is not None:
        return False
    return one.state is ShowState.ASKING and now > facts.publish_at + ON_TIME


def _at_its_time(facts: Facts, one: StepFacts, now: datetime) -> Verdict:
    """Begin at the minute of publication: not before, and not by itself where steps before it were late."""
    at = facts.publish_at
    if facts.published_at is not None or one.state is ShowState.UNDER_WAY:
        return Verdict(step=one.step, act=Act.BEGIN, reason=Reason.ITS_TIME)
    if at is None:
        return Verdict(step=one.step, act=Act.WAIT, reason=Reason.BY_HAND)
    if now < at:
        return Verdict(step=one.step, act=Act.WAIT, reason=Reason.ITS_TIME, at=at)
    if facts.was_hidden:
        # Two who end an emergency may not know of that minute.
        return Verdict(step=one.step, act=Act.ASK, reason=Reason.MISSED, at=at)
    before = facts.ready_at if one.step is Step.PRESS else facts.of(Step.PRESS).ended_at
    if before is None or before > at + ON_TIME:
        return Verdict(step=one.step, act=Act.ASK, reason=Reason.MISSED, at=at)
    return Verdict(step=one.step, act=Act.BEGIN, reason=Reason.ITS_TIME)


def _trouble(copies: Mapping[DeliveryState, int]) -> Reason | None:
    return next((reason for state, reason in _TROUBLES.items() if copies.get(state)), None)


_RULES: Mapping[Step, Callable[[Facts, StepFacts, datetime], Verdict]] = {
    Step.DELIVERED: _delivered,
    Step.RECEIPT: _receipt,
    Step.COPY: _posted,
    Step.KITS: _posted,
    Step.PRESS: _press,
    Step.PAGE: _page,
}
