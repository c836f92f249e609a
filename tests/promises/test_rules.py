"""What is promised of another rule for a planned sending, on each database: it holds at its time, and others are asked."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from service.foundation.errors import Refused
from service.foundation.sealing import RootKey
from service.model.anchor import Late
from service.model.schedule import Schedule
from service.model.states import OccurrenceState, ScheduleState, SignatureState
from service.schedules.built_in import keep_built_in
from service.schedules.plan import approve_schedule
from service.schedules.rules import NewRule, change_rule
from service.store.transaction import reading, transaction
from tests.promises.test_schedules import DAY, HOUR, INVITED, LEAD, PENDING, Planner


@pytest.fixture
def planner(engine: Engine, root: RootKey, noon: datetime) -> Planner:
    planner = Planner(engine, root, noon)
    with transaction(engine) as session:
        keep_built_in(session, lead=LEAD, now=noon)
    # Those that come each morning would be in the way.
    for name in ("decision-day", "digest"):
        planner.moves(name, ScheduleState.CANCELLED)
    return planner


def changes(planner: Planner, name: str, rule: NewRule) -> None:
    with transaction(planner.engine) as session:
        change_rule(session, planner.campaign.slug, name, rule, by="ada", now=planner.now)


def found(planner: Planner, name: str) -> Schedule:
    with reading(planner.engine) as session:
        return session.execute(select(Schedule).where(Schedule.name == name)).scalar_one()


def test_another_audience_holds_at_the_time_that_stays(planner):
    planner.has(PENDING, number=2)
    invited = planner.has(INVITED, number=3, language="fr")
    before = found(planner, "reminder-1").timing

    changes(planner, "reminder-1", NewRule(states=(INVITED,), languages=("fr",)))

    assert [one.whom for one in planner.forecast(until=15 * DAY) if one.whom] == [sorted(invited)]
    assert planner.tick(after=14 * DAY) == 3
    assert planner.whom() == sorted(invited)
    assert found(planner, "reminder-1").timing == before


def test_whoever_is_spared_is_another_and_all_else_of_the_rule_stays(planner):
    planner.has(PENDING, number=2)
    planner.plans("before", days=13)
    approved = found(planner, "before").state

    changes(planner, "reminder-1", NewRule(spare_hours=0))

    assert approved is ScheduleState.ACTIVE
    # Else whoever had a mail a day before would have been left out.
    assert planner.tick(after=13 * DAY) == 2
    assert planner.tick(after=DAY) == 2


def test_what_came_late_is_treated_as_it_was_said_last(planner):
    planner.has(PENDING)
    changes(planner, "reminder-1", NewRule(late=Late.WITHIN, late_within=HOUR))
    changes(planner, "reminder-2", NewRule(late=Late.ASK))

    assert planner.tick(after=14 * DAY + 2 * HOUR) == 0
    assert planner.tick(after=14 * DAY) == 0
    assert planner.states() == [OccurrenceState.SKIPPED, OccurrenceState.ASKING]


def test_what_a_coordinator_planned_waits_for_an_approval_again(planner):
    planner.has(PENDING)
    planner.plans(days=2)

    changes(planner, "remind", NewRule(spare_hours=1))

    assert found(planner, "remind").state is ScheduleState.PROPOSED
    assert planner.tick(after=DAY) == 0
    with transaction(planner.engine) as session:
        approve_schedule(session, planner.keyring, planner.campaign.slug, "remind", by="ben", now=planner.now)
    assert planner.tick(after=DAY) == 1


def test_the_digest_has_no_readers_that_could_be_chosen(engine, root, noon):
    planner = Planner(engine, root, noon)
    with transaction(engine) as session:
        keep_built_in(session, lead=LEAD, now=noon)

    with pytest.raises(Refused):
        changes(planner, "digest", NewRule(spare_hours=1))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("proof", NewRule(states=(PENDING,))),
        ("reminder-1", NewRule(states=(SignatureState.CONFIRMED,))),
        ("reminder-1", NewRule(states=())),
    ],
)
def test_nobody_gets_a_mail_that_means_nothing_to_them(planner, name, rule):
    with pytest.raises(Refused):
        changes(planner, name, rule)


def test_what_is_being_posted_or_was_cancelled_keeps_its_rule(planner):
    planner.has(PENDING, number=3)
    planner.now += 14 * DAY + timedelta(seconds=1)
    planner.begin()
    planner.post(parts=1, most=1)
    planner.moves("last-day", ScheduleState.CANCELLED)

    for name in ("reminder-1", "last-day"):
        with pytest.raises(Refused):
            changes(planner, name, NewRule(spare_hours=1))
    assert planner.post() == 2
