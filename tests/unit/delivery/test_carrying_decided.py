"""What follows from a handing over, decided by facts alone: what is told is never more than what is known."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.carriages import key_for
from service.delivery.carrying.decide import (
    GIVES_UP_AFTER,
    PAUSES,
    alert_of,
    decide_after,
    decide_lapsed,
    decide_late,
    goes_to,
    next_asked,
    pause_after,
    way_to,
)
from service.delivery.parcel import Exchange, InDoubt, NotNow, NotTaken, Receipt
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.model.recipient import Audience
from service.model.states import DELIVERY, CarriageState, DeliveryState

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
EXCHANGE = Exchange(asked="POST somewhere")
RECEIPT = Receipt(number="ltr_1", said="Taken.", rung=DeliveryState.HANDED_OVER, exchange=EXCHANGE)
DOUBT = InDoubt("Nobody knows.", exchange=EXCHANGE)
REFUSAL = NotTaken("Not so.", exchange=EXCHANGE, faults=("1 Palace Square",))


def not_now(**wish: float) -> NotNow:
    return NotNow("Later.", exchange=EXCHANGE, again_after=timedelta(**wish) if wish else None)


@pytest.mark.parametrize(
    ("outcome", "state", "there", "alert"),
    [
        (RECEIPT, CarriageState.TAKEN, DeliveryState.HANDED_OVER, ""),
        (REFUSAL, CarriageState.NOT_TAKEN, DeliveryState.FAILED, "failed"),
        (DOUBT, CarriageState.IN_DOUBT, DeliveryState.UNCERTAIN, "uncertain"),
        (not_now(), CarriageState.NOT_NOW, None, ""),
    ],
)
def test_each_outcome_has_one_consequence(outcome, state, there, alert):
    decision = decide_after(outcome, tries=1, began_at=NOON, now=NOON)

    assert (decision.state, decision.there, decision.alert) == (state, there, alert)
    assert (decision.again_at is not None) == (state is CarriageState.NOT_NOW)


def test_a_fault_that_may_name_a_person_is_in_no_evidence():
    assert "Palace" not in decide_after(REFUSAL, tries=1, began_at=NOON, now=NOON).evidence


@pytest.mark.parametrize(
    ("tries", "wish", "pause"),
    [
        (1, {}, PAUSES[0]),
        (3, {}, PAUSES[2]),
        (99, {}, PAUSES[-1]),
        (1, {"seconds": 41}, PAUSES[0]),
        (1, {"hours": 3}, timedelta(hours=3)),
        (1, {"days": 400}, timedelta(days=1)),
    ],
)
def test_it_waits_longer_each_time_and_as_long_as_it_is_asked_to_within_a_day(tries, wish, pause):
    assert pause_after(tries, wish=timedelta(**wish) if wish else None) == pause


def test_after_three_days_it_is_given_up_and_a_person_is_told():
    decision = decide_after(not_now(), tries=30, began_at=NOON, now=NOON + GIVES_UP_AFTER)

    assert (decision.state, decision.there) == (CarriageState.NOT_TAKEN, DeliveryState.FAILED)
    assert decision.alert == "failed"
    assert decision.evidence == "given up after 30 tries. Later."


@given(st.lists(st.integers(min_value=0, max_value=86_400 * 3), max_size=60))
def test_however_the_other_side_wishes_it_ends(wishes):
    now = NOON
    for tries, wish in enumerate([*wishes, *[0] * 60], start=1):
        decision = decide_after(not_now(seconds=wish), tries=tries, began_at=NOON, now=now)
        if decision.state is CarriageState.NOT_TAKEN:
            break
        assert decision.again_at is not None
        assert decision.again_at > now
        now = decision.again_at

    assert decision.state is CarriageState.NOT_TAKEN
    assert now <= NOON + GIVES_UP_AFTER


def test_who_dies_before_the_fence_leaves_it_to_go_again_and_who_dies_behind_it_leaves_a_doubt():
    before = decide_lapsed(CarriageState.HELD, tries=1, began_at=NOON, now=NOON)
    behind = decide_lapsed(CarriageState.FENCED, tries=1, began_at=NOON, now=NOON)

    assert (before.state, before.there) == (CarriageState.WAITING, None)
    assert (behind.state, behind.there) == (CarriageState.IN_DOUBT, DeliveryState.UNCERTAIN)
    assert behind.again_at is None


def test_what_a_slow_one_tells_at_last_is_believed_and_never_sends_anything():
    late = [decide_late(one) for one in (RECEIPT, REFUSAL, not_now(), DOUBT)]

    assert [one and one.state for one in late] == [
        CarriageState.TAKEN,
        CarriageState.NOT_TAKEN,
        CarriageState.NOT_TAKEN,
        None,
    ]
    assert all(one is None or one.again_at is None for one in late)


@pytest.mark.parametrize("rung", [DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED, DeliveryState.DELIVERED])
@pytest.mark.parametrize("here", [DeliveryState.CARRYING, DeliveryState.UNCERTAIN])
def test_every_rung_of_a_receipt_is_reached_by_moves_that_there_are(here, rung):
    for there in way_to(here, rung):
        assert DELIVERY.may_move(here, there)
        here = there

    assert here is rung


@pytest.mark.parametrize(
    ("here", "rung", "there", "alert"),
    [
        ("handed_over", "accepted", "accepted", ""),
        ("handed_over", "delivered", "delivered", ""),
        ("accepted", "delivered", "delivered", ""),
        ("accepted", "failed", "failed", "sent_back"),
        ("delivered", "failed", "failed", "contradicted"),
        ("delivered", "accepted", None, ""),
        ("accepted", "handed_over", None, ""),
        ("failed", "delivered", None, "contradicted"),
        ("failed", "accepted", None, ""),
        ("answered", "delivered", None, ""),
        ("uncertain", "accepted", None, ""),
        ("cancelled", "delivered", None, ""),
        ("handed_over", None, None, ""),
    ],
)
def test_what_is_heard_later_moves_it_upwards_or_back_and_nowhere_else(here, rung, there, alert):
    here, rung = DeliveryState(here), rung and DeliveryState(rung)

    found = goes_to(here, rung, is_followed=True)

    assert found == (there and DeliveryState(there))
    assert found is None or DELIVERY.may_move(here, found)
    assert alert_of(here, rung, found) == alert
    assert goes_to(here, rung, is_followed=False) is None


def test_it_is_asked_about_ever_more_seldom_and_at_last_no_more():
    asked, now = 0, NOON
    gaps = []
    while (then := next_asked(NOON, now=now)) is not None:
        gaps.append(then - now)
        now, asked = then, asked + 1

    assert gaps == sorted(gaps)
    assert gaps[0] == timedelta(hours=1)
    assert timedelta(days=60) <= now - NOON < timedelta(days=62)
    assert asked < 200


def delivery(check_code: str = "a" * 64) -> Delivery:
    return Delivery(
        campaign_id="c",
        edition_id="e",
        recipient_id="r",
        channel="lob",
        copy_kind=Audience.FULL,
        check_code=check_code,
        created_at=NOON,
    )


def tried(of: Delivery, *states: CarriageState) -> list[Carriage]:
    """Give the handings over of a delivery that ended so, each with the key that it would have had."""
    made: list[Carriage] = []
    for state in states:
        key, generation = key_for(of, made)
        made.append(
            Carriage(
                campaign_id="c",
                delivery_id=of.id,
                number=len(made) + 1,
                key=key,
                generation=generation,
                state=state,
                due_at=NOON,
                created_at=NOON,
            )
        )
    return made


@pytest.mark.parametrize(
    ("states", "is_the_same"),
    [
        (["in_doubt"], True),
        (["in_doubt", "in_doubt"], True),
        (["in_doubt", "not_taken"], True),
        (["in_doubt", "stopped"], True),
        (["not_taken"], False),
        (["not_taken", "not_taken"], False),
        (["taken"], False),
        (["in_doubt", "taken"], False),
    ],
)
def test_while_it_may_have_arrived_the_other_side_is_asked_by_the_same_key(states, is_the_same):
    of = delivery()
    made = tried(of, *map(CarriageState, states))

    key, _ = key_for(of, made)

    assert (key == made[-1].key) == is_the_same


def test_keys_are_those_of_the_copy_and_of_nothing_that_a_restored_backup_forgets():
    one, other = delivery(), delivery()

    assert one.id != other.id
    assert key_for(one, ()) == key_for(other, ())
    assert key_for(one, ())[0] != key_for(delivery("b" * 64), ())[0]
    key = key_for(one, ())[0]
    assert len(key) == 32
    assert key.isalnum()
    assert key.islower() or key.isdecimal()


def test_another_copy_never_goes_by_a_key_that_was_used():
    of = delivery()
    made = tried(of, CarriageState.IN_DOUBT)
    of.check_code = "b" * 64

    key, generation = key_for(of, made)

    assert key != made[0].key
    assert generation == 2
