"""When a mail is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from service.mail.policy import POLICIES
from service.mail.retry import GiveUp, RetryAt, Wait, WhenUncertain, after_deferral, after_doubt
from service.model.message import MessageKind

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = NOON + timedelta(days=1)


@pytest.mark.parametrize(
    ("tries", "left", "minutes"),
    [
        (1, timedelta(days=1), 1),
        (2, timedelta(days=1), 5),
        (3, timedelta(days=1), 15),
        (4, timedelta(days=1), 45),
        (5, timedelta(days=1), 120),
        (6, timedelta(days=1), 240),
        (60, timedelta(days=1), 240),
        (0, timedelta(days=1), 1),
        (6, timedelta(hours=4), 120),
        (6, timedelta(minutes=46), 45),
        (6, timedelta(minutes=10), 5),
        (1, timedelta(minutes=1, seconds=1), 1),
    ],
)
def test_the_wait_grows_and_ends_before_the_mail_expires(tries: int, left: timedelta, minutes: int) -> None:
    assert after_deferral(tries=tries, now=NOON, expires_at=NOON + left) == RetryAt(
        at=NOON + timedelta(minutes=minutes)
    )


@pytest.mark.parametrize("left", [timedelta(minutes=1), timedelta(0), timedelta(days=-1)])
def test_where_no_time_is_left_there_is_no_further_try(left: timedelta) -> None:
    assert after_deferral(tries=3, now=NOON, expires_at=NOON + left) == GiveUp()


@pytest.mark.parametrize(
    ("when_uncertain", "went_twice", "expires_at", "decision"),
    [
        (WhenUncertain.ONCE_MORE, False, DAY, RetryAt(at=NOON + timedelta(minutes=15))),
        (WhenUncertain.ONCE_MORE, True, DAY, Wait()),
        (WhenUncertain.ONCE_MORE, False, NOON + timedelta(minutes=15), Wait()),
        (WhenUncertain.NEVER, False, DAY, Wait()),
        (WhenUncertain.PERSON, False, DAY, Wait()),
    ],
)
def test_doubt_allows_one_more_copy_at_most(
    when_uncertain: WhenUncertain, went_twice: object, expires_at: datetime, decision: object
) -> None:
    decided = after_doubt(
        when_uncertain=when_uncertain, went_twice=bool(went_twice), now=NOON, expires_at=expires_at
    )

    assert decided == decision


def test_every_kind_of_mail_has_its_policy() -> None:
    assert set(POLICIES) == set(MessageKind)


@pytest.mark.parametrize("kind", list(MessageKind))
def test_only_the_letter_itself_bears_no_mark_of_a_machine(kind: MessageKind) -> None:
    policy = POLICIES[kind]

    is_the_letter = kind in {MessageKind.DELIVERY, MessageKind.CHASE}
    assert policy.auto_submitted is not is_the_letter
    assert (policy.when_uncertain is WhenUncertain.PERSON) is is_the_letter
    assert not (policy.list_headers and is_the_letter)


def test_nothing_goes_before_a_confirmation() -> None:
    assert POLICIES[MessageKind.CONFIRM].priority == min(policy.priority for policy in POLICIES.values())
