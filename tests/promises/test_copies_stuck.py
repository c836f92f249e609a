"""Copies that go by other ways than e-mail are counted by way, and told of where they are stuck, on each database."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from service.delivery.carrying.claim import claim_carriage
from service.delivery.carrying.waiting import (
    WayLine,
    carriage_measures,
    letters_stuck,
    lines_of_ways,
)
from service.foundation.sealing import RootKey
from service.mail.sending import hold
from service.mail.stuck import LATE
from service.metrics.exposition import written
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.model.states import CarriageState, DeliveryState
from service.store.transaction import reading, transaction
from service.store.wake import Wake
from service.worker.upkeep import warn_of_stuck_mail
from tests.carrying import LOB, released
from tests.coalition import SLUG, Coalition
from tests.doubles.relay import free_port
from tests.operator import Operator

STUCK = LATE + timedelta(seconds=1)


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon)


@pytest.fixture
def waits(coalition: Coalition) -> Coalition:
    """Give a letter that is released, whose one copy waits to be handed over to Lob."""
    return released(coalition, "lob", LOB).deliver_mail()


def line(coalition: Coalition, way: str = "lob") -> WayLine:
    with reading(coalition.engine) as session:
        return next(one for one in lines_of_ways(session, now=coalition.now) if one.way == way)


def stuck(coalition: Coalition) -> list[str]:
    with reading(coalition.engine) as session:
        return list(letters_stuck(session, now=coalition.now))


def warn(coalition: Coalition) -> int:
    services = SimpleNamespace(
        engine=coalition.engine, keyring=coalition.keyring, clock=lambda: coalition.now, wake=Wake()
    )
    return warn_of_stuck_mail(services, "test")


def test_each_way_says_what_waits_is_in_hand_and_in_doubt(waits: Coalition) -> None:
    due_at = waits.now
    waits.wait(minutes=3)
    assert line(waits) == WayLine(way="lob", waiting=1, in_hand=0, in_doubt=0, oldest_due_at=due_at)
    assert line(waits, "pingen").waiting == 0

    with transaction(waits.engine) as session:
        assert claim_carriage(session, owner="test", now=waits.now)
    assert line(waits) == WayLine(way="lob", waiting=0, in_hand=1, in_doubt=0, oldest_due_at=None)

    with transaction(waits.engine) as session:
        carriage, delivery = session.exec(select(Carriage)).one(), session.exec(select(Delivery)).one()
        carriage.state, delivery.state = CarriageState.IN_DOUBT, DeliveryState.UNCERTAIN
    assert line(waits) == WayLine(way="lob", waiting=0, in_hand=0, in_doubt=1, oldest_due_at=None)


def test_a_monitor_is_told_by_way_and_of_no_letter(waits: Coalition) -> None:
    waits.wait(minutes=2)
    with reading(waits.engine) as session:
        told = written(carriage_measures(session, waits.now)).decode()

    assert 'undersigned_carriages{state="waiting",way="lob"} 1.0' in told
    assert 'undersigned_carriages{state="in_doubt",way="lob"} 0.0' in told
    assert 'undersigned_carriage_age_seconds{way="lob"} 120.0' in told
    assert SLUG not in told
    assert waits.campaign().id not in told


def test_a_copy_that_nobody_hands_over_is_stuck_and_the_secretariat_is_told_once_a_day(
    waits: Coalition,
) -> None:
    assert (stuck(waits), warn(waits)) == ([], 0)
    waits.wait(seconds=STUCK.total_seconds())

    assert stuck(waits) == [waits.campaign().id]
    assert (warn(waits), warn(waits)) == (1, 0)
    waits.deliver_mail()
    (alert,) = [mail for mail in waits.mails() if "was not handed over" in " ".join(mail.text.split())]
    assert alert.to == "letter@rivers.example"
    waits.wait(days=1)
    assert warn(waits) == 1


def test_what_waits_for_its_turn_or_is_held_is_not_stuck(waits: Coalition) -> None:
    waits.wait(seconds=STUCK.total_seconds())
    with transaction(waits.engine) as session:
        other = Carriage(**session.exec(select(Carriage)).one().model_dump(exclude={"id"}))
        other.number, other.state = 2, CarriageState.FENCED
        other.lease_until = waits.now + timedelta(minutes=1)
        session.add(other)
    assert stuck(waits) == []

    waits.wait(minutes=2)
    assert stuck(waits) == [waits.campaign().id]

    with transaction(waits.engine) as session:
        hold(session, by="cli:ada", reason="", now=waits.now)
    assert stuck(waits) == []


def test_of_a_letter_that_is_hidden_in_an_emergency_nothing_is_stuck(waits: Coalition) -> None:
    waits.wait(seconds=STUCK.total_seconds())
    with transaction(waits.engine) as session:
        campaign = session.merge(waits.campaign())
        campaign.emergency_at = waits.now
        session.add(campaign)

    assert stuck(waits) == []
    assert line(waits).oldest_due_at is None


def test_the_operator_sees_it_in_the_status(coalition: Coalition, database_url: str, tmp_path: Path) -> None:
    operator = Operator(tmp_path, smtp_port=free_port(), web_port=free_port(), database_url=database_url)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "root.key").write_bytes(coalition.root.secret)
    operator.does("init")
    assert json.loads(operator.does("status", "--json"))["carriages"] == []

    released(coalition, "lob", LOB)

    (told,) = json.loads(operator.does("status", "--json"))["carriages"]
    assert (told["way"], told["waiting"], told["in_doubt"]) == ("lob", 1, 0)
    assert "copies by lob: 1 waits" in operator.does("status")
