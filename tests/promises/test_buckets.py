"""Buckets in each database do what the arithmetic says, and give each token once however many come at one moment."""

import itertools
from datetime import timedelta

import pytest
from sqlmodel import select

from service.model.abuse import TokenBucket
from service.signing.abuse.bucket import ONCE, Limit, take_one
from service.signing.abuse.buckets import forget_buckets, network_label, take_from
from service.store.transaction import reading, transaction
from tests.doubles.house import in_parallel

KEY = b"k" * 32
THREE = Limit(burst=3, step=timedelta(seconds=10))


def take(engine, now, *wanted):
    with transaction(engine) as session:
        return take_from(session, wanted, site_key=KEY, now=now)


def test_sql_and_arithmetic_say_the_same(engine, noon):
    full_at, now, steps = None, noon, (0, 1, 4_000, 9_999, 10_000, 45_000)
    for step in itertools.chain.from_iterable(itertools.product(steps, repeat=2)):
        now += timedelta(milliseconds=step)
        expected = take_one(full_at, THREE, now=round(now.timestamp() * 1000))
        full_at = expected.full_at

        assert (take(engine, now, ("a", THREE)) == {"a"}) is expected.refused
        with reading(engine) as session:
            assert session.exec(select(TokenBucket)).one().full_at == full_at


def test_one_request_draws_from_all_its_buckets_and_hears_which_were_empty(engine, noon):
    one = Limit(burst=1, step=timedelta(minutes=1))

    assert take(engine, noon, ("a", one), ("b", THREE)) == frozenset()
    assert take(engine, noon, ("a", one), ("b", THREE)) == {"a"}
    assert take(engine, noon, ("c", one), ("b", THREE)) == frozenset()
    assert take(engine, noon, ("b", THREE)) == {"b"}


def test_many_at_one_moment_take_each_token_once(engine, noon):
    ten = Limit(burst=10, step=timedelta(hours=1))
    empty: list[int] = []

    in_parallel(
        24, lambda number: empty.append(len(take(engine, noon, ("all", ten), (f"own {number}", ten))))
    )

    assert (empty.count(0), empty.count(1)) == (10, 14)


def test_a_new_day_begins_with_full_buckets_but_what_was_used_once_stays_used(engine, noon):
    late = noon.replace(hour=23, minute=59)
    take(engine, late, ("a", Limit(burst=1, step=timedelta(hours=5))), ("proof", ONCE))

    early = late + timedelta(minutes=2)
    assert take(engine, early, ("a", Limit(burst=1, step=timedelta(hours=5))), ("proof", ONCE)) == {"proof"}


def test_buckets_are_forgotten_with_their_day_and_hold_no_address(engine, noon):
    take(engine, noon, ("subscriber 203.0.113.7", THREE))
    with reading(engine) as session:
        assert b"203" not in bytes(session.exec(select(TokenBucket)).one().bucket)

    with transaction(engine) as session:
        assert forget_buckets(session, now=noon + timedelta(days=1)) == 0
        assert forget_buckets(session, now=noon + timedelta(days=2)) == 1


def test_the_label_of_a_network_is_another_one_each_day(noon):
    labels = {network_label(KEY, "203.0.113.0/24", now=noon + timedelta(days=day)) for day in range(3)}

    assert len(labels) == 3


@pytest.mark.parametrize("names", [(), ("a", "a")])
def test_nothing_wanted_is_nothing_taken(engine, noon, names):
    assert take(engine, noon, *[(name, THREE) for name in names]) == frozenset()
