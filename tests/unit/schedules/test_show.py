"""What a run of show does next, from what is known: a case a line."""

from datetime import UTC, datetime, timedelta

import pytest

from service.model.show import Reason, Step
from service.model.states import DeliveryState, ShowState
from service.schedules.show import Act, decide, expected, is_early
from service.schedules.show_known import Facts, Mails, StepFacts

LEAVES = datetime(2026, 12, 7, 14, tzinfo=UTC)
PUBLIC = datetime(2026, 12, 8, 15, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OUT, DELIVERED, RELAYED = DeliveryState.HANDED_OVER, DeliveryState.DELIVERED, DeliveryState.ACCEPTED
CARRYING, READY, FAILED = DeliveryState.CARRYING, DeliveryState.READY, DeliveryState.FAILED
ORDER = list(Step)


def facts(upto: Step | None = None, *, done_at: datetime = LEAVES, row: dict | None = None, **known) -> Facts:
    """Give a letter whose steps before `upto` are done, and what is known of that one beside it."""
    place = ORDER.index(upto) if upto else 0
    steps = [StepFacts(step=step, state=ShowState.DONE, ended_at=done_at) for step in ORDER[:place]]
    steps += [StepFacts(step=ORDER[place], **(row or {}))] if place < len(ORDER) else []
    steps += [StepFacts(step=step) for step in ORDER[place + 1 :]]
    values = {
        "leaves_at": LEAVES,
        "copies": {OUT: 1},
        "is_sent": True,
        "receipt_wait": 4 * HOUR,
        "publish_at": PUBLIC,
        **known,
    }
    return Facts(steps=steps, **values)


def first(facts: Facts, now: datetime) -> tuple[Act, Reason]:
    verdict = decide(facts, now=now)[0]
    return verdict.act, verdict.reason


BEGUN = {"state": ShowState.UNDER_WAY, "began_at": LEAVES}
ASKS = {"state": ShowState.ASKING}
FAILED_NOW = {"state": ShowState.ASKING, "failed_at": LEAVES}
POSTED = {**BEGUN, "posted_at": LEAVES}


@pytest.mark.parametrize(
    ("known", "now", "verdict"),
    [
        # The hand-over: every copy, and nothing less.
        (facts(copies={CARRYING: 1}), LEAVES, (Act.WAIT, Reason.ON_ITS_WAY)),
        (facts(copies={OUT: 1, CARRYING: 1}), LEAVES, (Act.WAIT, Reason.ON_ITS_WAY)),
        (facts(copies={CARRYING: 1}), LEAVES + 61 * MINUTE, (Act.ASK, Reason.NOT_LEAVING)),
        (facts(copies={OUT: 1, DELIVERED: 1}), LEAVES, (Act.DONE, Reason.HANDED_OVER)),
        (facts(copies={}), LEAVES, (Act.WAIT, Reason.ON_ITS_WAY)),
        (facts(copies={OUT: 3, DeliveryState.UNCERTAIN: 1}), LEAVES, (Act.ASK, Reason.UNCERTAIN)),
        (facts(copies={OUT: 3, DeliveryState.NOT_CONFIGURED: 1}), LEAVES, (Act.ASK, Reason.NOT_CONFIGURED)),
        (facts(copies={OUT: 3, DeliveryState.REFUSED: 1}), LEAVES, (Act.ASK, Reason.REFUSED)),
        (facts(copies={OUT: 3, DeliveryState.FAILED: 1}), LEAVES, (Act.ASK, Reason.FAILED)),
        (facts(copies={OUT: 3, DeliveryState.CANCELLED: 1}), LEAVES, (Act.ASK, Reason.CANCELLED)),
        # A receipt: seen, not to be expected, or not come in the time that was chosen.
        (facts(Step.RECEIPT), LEAVES, (Act.WAIT, Reason.AWAITED)),
        (facts(Step.RECEIPT), LEAVES + 4 * HOUR, (Act.DONE, Reason.NONE_CAME)),
        (facts(Step.RECEIPT, receipt_wait=timedelta(0)), LEAVES, (Act.DONE, Reason.NONE_CAME)),
        (facts(Step.RECEIPT, copies={DELIVERED: 2}), LEAVES, (Act.DONE, Reason.SEEN)),
        (facts(Step.RECEIPT, copies={DELIVERED: 1, OUT: 1}), LEAVES, (Act.WAIT, Reason.AWAITED)),
        (facts(Step.RECEIPT, copies={RELAYED: 1}), LEAVES, (Act.DONE, Reason.NOT_EXPECTED)),
        (facts(Step.RECEIPT, receipt_wait=99 * HOUR), PUBLIC - 3 * HOUR, (Act.WAIT, Reason.AWAITED)),
        (facts(Step.RECEIPT, receipt_wait=99 * HOUR), PUBLIC - 2 * HOUR, (Act.DONE, Reason.NONE_CAME)),
        (facts(Step.RECEIPT, copies={DeliveryState.FAILED: 1}), LEAVES, (Act.ASK, Reason.FAILED)),
        (facts(Step.RECEIPT, copies={OUT: 1, CARRYING: 1}), LEAVES + 9 * HOUR, (Act.WAIT, Reason.ON_ITS_WAY)),
        (facts(Step.RECEIPT, copies={READY: 1}), LEAVES + 9 * HOUR, (Act.WAIT, Reason.ON_ITS_WAY)),
        # Mails to many: begun once, and done when none waits any more.
        (facts(Step.COPY), LEAVES, (Act.BEGIN, Reason.POSTING)),
        (facts(Step.COPY, copies={DeliveryState.FAILED: 1}), LEAVES, (Act.ASK, Reason.FAILED)),
        (facts(Step.COPY, row=BEGUN), LEAVES, (Act.BEGIN, Reason.POSTING)),
        (
            facts(Step.COPY, row=POSTED, mails={Step.COPY: Mails(wait=True)}),
            LEAVES,
            (Act.WAIT, Reason.POSTING),
        ),
        (facts(Step.COPY, row=POSTED), LEAVES, (Act.DONE, Reason.HANDED_OVER)),
        (
            facts(Step.COPY, row=POSTED, mails={Step.COPY: Mails(wait=True)}),
            LEAVES + 61 * MINUTE,
            (Act.ASK, Reason.NOT_LEAVING),
        ),
        (
            facts(Step.COPY, row=BEGUN, mails={Step.COPY: Mails(were_stopped=True)}),
            LEAVES,
            (Act.ASK, Reason.WAS_STOPPED),
        ),
        (
            facts(Step.COPY, row=POSTED, mails={Step.COPY: Mails(none_left=True)}),
            LEAVES,
            (Act.ASK, Reason.WAS_STOPPED),
        ),
        (
            facts(Step.COPY, row=BEGUN, mails={Step.COPY: Mails(none_left=True)}),
            LEAVES,
            (Act.BEGIN, Reason.POSTING),
        ),
        (
            facts(Step.KITS, row=POSTED, mails={Step.KITS: Mails(are_held=True)}),
            LEAVES,
            (Act.ASK, Reason.HELD),
        ),
        # One that could not be done rests for a while, and is tried again.
        (facts(Step.KITS, row=FAILED_NOW), LEAVES + 4 * MINUTE, (Act.ASK, Reason.COULD_NOT)),
        (facts(Step.KITS, row=FAILED_NOW), LEAVES + 5 * MINUTE, (Act.BEGIN, Reason.POSTING)),
        (facts(Step.KITS, row={"state": ShowState.STOPPED}), LEAVES, (Act.WAIT, Reason.EARLIER)),
        # The press: at the minute, not before it, and not by itself where steps before it were late.
        (facts(Step.PRESS), LEAVES, (Act.DONE, Reason.NOBODY)),
        (facts(Step.PRESS, press={READY: 1}), PUBLIC - MINUTE, (Act.WAIT, Reason.ITS_TIME)),
        (facts(Step.PRESS, press={READY: 1}), PUBLIC, (Act.BEGIN, Reason.ITS_TIME)),
        (facts(Step.PRESS, press={READY: 1}, publish_at=None), PUBLIC, (Act.WAIT, Reason.BY_HAND)),
        (
            facts(Step.PRESS, press={READY: 1}, publish_at=None, published_at=PUBLIC),
            PUBLIC,
            (Act.BEGIN, Reason.ITS_TIME),
        ),
        (
            facts(Step.PRESS, press={READY: 1, DeliveryState.NOT_CONFIGURED: 1}),
            LEAVES,
            (Act.ASK, Reason.NOT_CONFIGURED),
        ),
        (
            facts(Step.PRESS, press={READY: 1}, done_at=PUBLIC + HOUR),
            PUBLIC + HOUR,
            (Act.ASK, Reason.MISSED),
        ),
        # One that asked over its minute is not done by itself, whatever settled since.
        (facts(Step.PRESS, row=ASKS, press={READY: 1}), PUBLIC + 15 * MINUTE, (Act.BEGIN, Reason.ITS_TIME)),
        (facts(Step.PRESS, row=ASKS, press={READY: 1}), PUBLIC + 16 * MINUTE, (Act.ASK, Reason.MISSED)),
        (
            facts(Step.PRESS, row=ASKS, press={READY: 1}, copies={FAILED: 1}),
            PUBLIC + 16 * MINUTE,
            (Act.ASK, Reason.MISSED),
        ),
        (facts(Step.PRESS, row=ASKS), PUBLIC + 16 * MINUTE, (Act.DONE, Reason.NOBODY)),
        (
            facts(Step.PRESS, row={**ASKS, "began_at": PUBLIC}, press={OUT: 1}),
            PUBLIC + HOUR,
            (Act.DONE, Reason.HANDED_OVER),
        ),
        (facts(Step.PRESS, row=BEGUN, press={CARRYING: 1}), LEAVES, (Act.WAIT, Reason.POSTING)),
        (facts(Step.PRESS, row=BEGUN, press={DeliveryState.FAILED: 1}), LEAVES, (Act.ASK, Reason.FAILED)),
        (facts(Step.PRESS, row=BEGUN, press={OUT: 2}), LEAVES, (Act.DONE, Reason.HANDED_OVER)),
        # The page: never before its minute; late where only the machine slept, else by a person's word.
        (facts(Step.PAGE), PUBLIC - timedelta(seconds=1), (Act.WAIT, Reason.ITS_TIME)),
        (facts(Step.PAGE), PUBLIC, (Act.BEGIN, Reason.ITS_TIME)),
        (facts(Step.PAGE), PUBLIC + 48 * HOUR, (Act.BEGIN, Reason.ITS_TIME)),
        (facts(Step.PAGE, done_at=PUBLIC + HOUR), PUBLIC + HOUR, (Act.ASK, Reason.MISSED)),
        (facts(Step.PAGE, done_at=PUBLIC + 5 * MINUTE), PUBLIC + 5 * MINUTE, (Act.BEGIN, Reason.ITS_TIME)),
        (facts(Step.PAGE, row=ASKS), PUBLIC + 15 * MINUTE, (Act.BEGIN, Reason.ITS_TIME)),
        (facts(Step.PAGE, row=ASKS), PUBLIC + 16 * MINUTE, (Act.ASK, Reason.MISSED)),
        (facts(Step.PAGE, row=ASKS, copies={FAILED: 1}), PUBLIC + HOUR, (Act.ASK, Reason.MISSED)),
        (facts(Step.PAGE, row=ASKS, publish_at=PUBLIC + HOUR), PUBLIC + HOUR, (Act.BEGIN, Reason.ITS_TIME)),
        (facts(Step.PAGE, row=ASKS, published_at=PUBLIC), PUBLIC + HOUR, (Act.DONE, Reason.PUBLISHED)),
        (facts(Step.PAGE, is_sent=False), PUBLIC, (Act.ASK, Reason.NOT_SENT)),
        (facts(Step.PAGE, publish_at=None), PUBLIC, (Act.WAIT, Reason.BY_HAND)),
        (facts(Step.PAGE, published_at=LEAVES), LEAVES, (Act.DONE, Reason.PUBLISHED)),
        (facts(Step.PAGE, copies={DeliveryState.FAILED: 1}), PUBLIC, (Act.ASK, Reason.FAILED)),
    ],
)
def test_what_becomes_of_the_step_whose_turn_it_is(known, now, verdict):
    assert first(known, now) == verdict


@pytest.mark.parametrize(
    ("known", "now", "reason"),
    [
        (facts(Step.RECEIPT), PUBLIC - 61 * MINUTE, Reason.EARLIER),
        (facts(Step.RECEIPT), PUBLIC - HOUR, Reason.AT_RISK),
        (facts(Step.RECEIPT), PUBLIC + MINUTE, Reason.AT_RISK),
        # It is not called missed while it may still become public by itself.
        (facts(Step.RECEIPT), PUBLIC + 15 * MINUTE, Reason.AT_RISK),
        (facts(Step.RECEIPT), PUBLIC + 16 * MINUTE, Reason.MISSED),
        # The press has its turn at the very minute, and puts nothing at risk before.
        (facts(Step.PRESS, press={READY: 1}), PUBLIC - MINUTE, Reason.EARLIER),
        (facts(Step.PRESS, press={CARRYING: 1}, row=BEGUN), PUBLIC + 15 * MINUTE, Reason.EARLIER),
        (facts(Step.PRESS, press={CARRYING: 1}, row=BEGUN), PUBLIC + 16 * MINUTE, Reason.MISSED),
        # Where little time lies between sending and publication, a person is not asked at once.
        (facts(publish_at=LEAVES + 30 * MINUTE), LEAVES + 19 * MINUTE, Reason.EARLIER),
        (facts(publish_at=LEAVES + 30 * MINUTE), LEAVES + 20 * MINUTE, Reason.AT_RISK),
        (facts(Step.RECEIPT, publish_at=None), PUBLIC, Reason.EARLIER),
    ],
)
def test_a_page_at_risk_says_so_before_its_minute_and_at_it(known, now, reason):
    assert decide(known, now=now)[-1].reason is reason


def test_one_that_a_person_let_begin_and_that_asks_goes_on_asking_out_of_its_turn():
    steps = [StepFacts(step=step) for step in Step]
    steps[3] = StepFacts(step=Step.KITS, **{**POSTED, **ASKS})
    known = Facts(**{**facts(mails={Step.KITS: Mails(are_held=True)}).__dict__, "steps": steps})

    verdicts = {verdict.step: (verdict.act, verdict.reason) for verdict in decide(known, now=LEAVES)}

    assert verdicts[Step.KITS] == (Act.ASK, Reason.HELD)


def test_one_that_a_person_let_begin_goes_on_to_its_end_and_no_other():
    steps = [StepFacts(step=step) for step in Step]
    steps[3] = StepFacts(step=Step.KITS, **POSTED)
    known = facts(copies={DeliveryState.FAILED: 1})
    known = Facts(**{**known.__dict__, "steps": steps})

    verdicts = {verdict.step: (verdict.act, verdict.reason) for verdict in decide(known, now=LEAVES)}

    assert verdicts[Step.KITS] == (Act.DONE, Reason.HANDED_OVER)
    assert verdicts[Step.DELIVERED] == (Act.ASK, Reason.FAILED)
    assert verdicts[Step.COPY] == (Act.WAIT, Reason.EARLIER)


def test_whose_copies_a_person_takes_as_they_are_asks_no_more():
    known = facts(Step.COPY, copies={DeliveryState.FAILED: 1})
    skipped = StepFacts(step=Step.DELIVERED, state=ShowState.SKIPPED, ended_at=LEAVES)
    known = Facts(**{**known.__dict__, "steps": [skipped, *known.steps[1:]]})

    assert first(known, LEAVES) == (Act.BEGIN, Reason.POSTING)

    # What fails only after that, nobody has taken.
    known = Facts(**{**known.__dict__, "later": {DeliveryState.FAILED: 1}})
    assert first(known, LEAVES) == (Act.ASK, Reason.FAILED)


@pytest.mark.parametrize(
    ("known", "step", "now", "early"),
    [
        (facts(Step.RECEIPT), Step.KITS, LEAVES, True),
        (facts(Step.KITS), Step.KITS, LEAVES, False),
        (facts(Step.KITS, copies={DeliveryState.FAILED: 1}), Step.KITS, LEAVES, True),
        (facts(Step.PAGE), Step.PAGE, PUBLIC - MINUTE, True),
        (facts(Step.PAGE), Step.PAGE, PUBLIC + HOUR, False),
        (facts(Step.PAGE, publish_at=None), Step.PAGE, PUBLIC, True),
    ],
)
def test_what_comes_before_its_turn_or_its_time_is_early(known, step, now, early):
    assert is_early(known, step, now=now) is early


def test_each_step_is_expected_when_it_then_happens():
    assert expected(facts(), now=LEAVES - HOUR) == {
        Step.DELIVERED: LEAVES,
        Step.RECEIPT: LEAVES + 4 * HOUR,
        Step.COPY: LEAVES + 4 * HOUR,
        Step.KITS: LEAVES + 4 * HOUR,
        Step.PRESS: PUBLIC,
        Step.PAGE: PUBLIC,
    }
    assert expected(facts(Step.KITS, row={"state": ShowState.ASKING}), now=LEAVES) == {}
    assert set(expected(facts(Step.KITS, publish_at=None), now=LEAVES)) == {Step.KITS}
