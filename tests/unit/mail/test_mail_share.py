"""How much mail one mailbox gets in a day."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from service.mail.brakes.mailbox_days import share_of
from service.mail.brakes.share import (
    Ends,
    Goes,
    Share,
    WaitsUntil,
    after_counting,
    day_key,
    day_of,
    mailbox_index,
    next_day,
)
from service.model.message import MessageKind

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOMORROW = datetime(2026, 11, 25, tzinfo=UTC)
KEY = day_key(b"k" * 32, day_of(NOON))


@pytest.mark.parametrize(
    ("share", "place", "left", "decision"),
    [
        (Share.TYPED, 1, timedelta(hours=24), Goes()),
        (Share.TYPED, 10, timedelta(hours=24), Goes()),
        (Share.TYPED, 11, timedelta(hours=24), Ends(expires=False)),
        (Share.WRITTEN, 20, timedelta(hours=24), Goes()),
        (Share.WRITTEN, 21, timedelta(hours=24), WaitsUntil(at=TOMORROW)),
        (Share.WRITTEN, 21, timedelta(hours=12), Ends(expires=True)),
        (Share.WRITTEN, 21, timedelta(hours=12, seconds=1), WaitsUntil(at=TOMORROW)),
        (Share.FREE, 1_000_000, timedelta(hours=1), Goes()),
    ],
)
def test_what_is_over_the_share_waits_or_ends(
    share: Share, place: int, left: timedelta, decision: object
) -> None:
    assert after_counting(share, place, now=NOON, expires_at=NOON + left) == decision


@pytest.mark.parametrize(
    ("kind", "share"),
    [
        (MessageKind.CONFIRM, Share.TYPED),
        (MessageKind.ALREADY, Share.TYPED),
        (MessageKind.LINK, Share.TYPED),
        (MessageKind.DELIVERY, Share.FREE),
        (MessageKind.APPROVAL, Share.FREE),
        (MessageKind.ALERT, Share.FREE),
        (MessageKind.REHEARSAL, Share.FREE),
        (MessageKind.INVITATION, Share.WRITTEN),
        (MessageKind.REMINDER, Share.WRITTEN),
        (MessageKind.THANKS, Share.WRITTEN),
    ],
)
def test_the_letter_and_those_who_work_on_it_are_never_kept_back(kind: MessageKind, share: Share) -> None:
    assert share_of(kind) is share


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ann@Lakes.example", "ann@lakes.example", True),
        ("ann+river@lakes.example", "ann@lakes.example", True),
        ("a.n.n@gmail.com", "ann+x@googlemail.com", True),
        ("a.n.n@lakes.example", "ann@lakes.example", False),
        ("ann@lakes.example", "ben@lakes.example", False),
        ("+@lakes.example", "@lakes.example", False),
        ("ann@münchen.example", "ann@münchen.example", True),
    ],
)
def test_spellings_that_reach_one_mailbox_are_one(one: str, other: str, same: object) -> None:
    assert (mailbox_index(KEY, one) == mailbox_index(KEY, other)) is same


def test_the_hashes_of_two_days_have_nothing_in_common() -> None:
    next_key = day_key(b"k" * 32, day_of(TOMORROW))

    assert mailbox_index(KEY, "ann@lakes.example") != mailbox_index(next_key, "ann@lakes.example")
    assert len(mailbox_index(KEY, "ann@lakes.example")) == 16


def test_a_day_is_one_of_utc_wherever_the_clock_stands() -> None:
    late = datetime(2026, 11, 24, 21, tzinfo=timezone(timedelta(hours=-5)))

    assert day_of(late) == TOMORROW.date()
    assert next_day(late) == TOMORROW + timedelta(days=1)
