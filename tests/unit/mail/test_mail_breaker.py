"""When the sending of a kind of mail stops by itself, and how a send to many begins."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.foundation.identity import make_id
from service.mail.brakes.breaker import (
    CANARY_LIMITS,
    LIMITS,
    Tally,
    judge,
    trouble_of_refusal,
    worth_counting,
)
from service.mail.brakes.canary import PROVES_WELL, canary_plan, goes_first, may_follow
from service.model.report_kind import ReportKind

HARD, COMPLAINT, POLICY = ReportKind.HARD, ReportKind.COMPLAINT, ReportKind.POLICY
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=48)


@pytest.mark.parametrize(
    ("handed_over", "troubles", "cause"),
    [
        (200, {HARD: 10}, HARD),
        (201, {HARD: 10}, None),
        (50, {HARD: 10}, HARD),
        (49, {HARD: 49}, None),
        (100, {HARD: 9}, None),
        (10_000, {HARD: 499}, None),
        (10_000, {HARD: 500}, HARD),
        (1000, {COMPLAINT: 3}, COMPLAINT),
        (1001, {COMPLAINT: 3}, None),
        (20, {COMPLAINT: 2}, None),
        (5, {POLICY: 5}, POLICY),
        (250, {POLICY: 5}, POLICY),
        (251, {POLICY: 5}, None),
        (5, {POLICY: 4}, None),
        (20_000, {POLICY: 200}, None),
        (100, {ReportKind.SOFT: 100, ReportKind.DELAYED: 100, ReportKind.AUTO_REPLY: 100}, None),
        (0, {}, None),
        (100, {HARD: 50, COMPLAINT: 50, POLICY: 50}, HARD),
    ],
)
def test_a_kind_of_mail_stops_at_its_limit(
    handed_over: int, troubles: dict, cause: ReportKind | None
) -> None:
    trip = judge(Tally(handed_over=handed_over, troubles=troubles))

    assert (trip.cause if trip else None) is cause


@pytest.mark.parametrize(
    ("troubles", "cause"),
    [
        ({HARD: 2}, None),
        ({HARD: 3}, HARD),
        ({POLICY: 1}, None),
        ({POLICY: 2}, POLICY),
        ({COMPLAINT: 1}, COMPLAINT),
    ],
)
def test_a_canary_of_thirty_says_no_sooner(troubles: dict, cause: ReportKind | None) -> None:
    trip = judge(Tally(handed_over=30, troubles=troubles), CANARY_LIMITS)

    assert (trip.cause if trip else None) is cause


@given(
    handed_over=st.integers(min_value=0, max_value=5000),
    troubles=st.dictionaries(
        st.sampled_from([HARD, COMPLAINT, POLICY]), st.integers(min_value=0, max_value=60)
    ),
)
def test_counting_no_further_than_is_worth_it_gives_the_same_verdict(
    handed_over: int, troubles: dict
) -> None:
    for limits in (LIMITS, CANARY_LIMITS):
        counted = min(handed_over, worth_counting(troubles, limits) or 0)

        exact = judge(Tally(handed_over=handed_over, troubles=troubles), limits)
        bounded = judge(Tally(handed_over=counted, troubles=troubles), limits)

        assert (bounded is None) == (exact is None)


def test_what_stopped_it_is_said_without_any_address() -> None:
    trip = judge(Tally(handed_over=80, troubles={HARD: 12}))

    assert str(trip) == "stopped by itself: of 80 mails 12 went to mailboxes that do not exist"


@pytest.mark.parametrize(
    ("enhanced", "trouble"),
    [("5.1.1", HARD), ("5.7.1", POLICY), ("5.7.26", POLICY), ("", HARD), ("5.2.2", None), ("5.3.4", None)],
)
def test_a_refusal_at_once_counts_as_a_bounce_does(enhanced: str, trouble: ReportKind | None) -> None:
    assert trouble_of_refusal(enhanced) is trouble


# Canary


@pytest.mark.parametrize(
    ("audience", "expires_at", "first", "wait"),
    [
        (1, LATER, 0, timedelta(seconds=60)),
        (500, LATER, 0, timedelta(seconds=60)),
        (500, NOON + timedelta(seconds=30), 0, timedelta(seconds=15)),
        (501, LATER, 30, timedelta(minutes=10)),
        (3000, LATER, 30, timedelta(minutes=10)),
        (3001, LATER, 31, timedelta(minutes=10)),
        (100_000, LATER, 1000, timedelta(minutes=10)),
        (100_000, NOON + timedelta(minutes=5), 1000, timedelta(minutes=2, seconds=30)),
        (100_000, NOON, 1000, timedelta(0)),
        (100_000, NOON - timedelta(hours=1), 1000, timedelta(0)),
    ],
)
def test_a_few_of_many_go_first_and_the_rest_in_time(audience, expires_at, first, wait) -> None:
    plan = canary_plan(audience, start=NOON, expires_at=expires_at)

    assert (plan.first, plan.rest_due_at - NOON) == (first, wait)


@pytest.mark.parametrize(("audience", "least", "most"), [(501, 10, 60), (20_000, 140, 270)])
def test_the_first_are_drawn_by_lot(audience: int, least: int, most: int) -> None:
    plan = canary_plan(audience, start=NOON, expires_at=LATER)
    ids = [make_id() for _ in range(audience)]

    first = [one for one in ids if goes_first(one, plan)]

    assert least <= len(first) <= most
    assert first == [one for one in ids if goes_first(one, plan)]


def test_of_a_small_send_nobody_goes_first() -> None:
    plan = canary_plan(500, start=NOON, expires_at=LATER)

    assert not goes_first("0" * 32, plan)


@pytest.mark.parametrize(
    ("gone_at", "now", "may"),
    [
        (None, NOON + timedelta(hours=1), False),
        (NOON, NOON + PROVES_WELL, True),
        (NOON, NOON + PROVES_WELL - timedelta(seconds=1), False),
    ],
)
def test_the_rest_follows_when_the_first_had_time_to_come_back(gone_at, now, may) -> None:
    assert may_follow(gone_at=gone_at, now=now) is may
