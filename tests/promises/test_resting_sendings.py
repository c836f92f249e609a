"""What a sending that rests promises, on each database: however long it rests, it can go on, end, and never goes twice."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from service.foundation.errors import Refused
from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.schedule import Schedule
from service.model.states import MessageState, ScheduleState
from service.schedules.due import Timing
from service.schedules.sends.mails import follow_part
from service.schedules.sends.verbs import cancel_sending, move_sending, pause_sending, resume_sending
from service.store.transaction import transaction
from tests.promises.test_schedules import DAY, HOUR, Planner

LONG = 20 * DAY


@pytest.fixture
def planner(engine, root, noon):
    planner = Planner(engine, root, noon)
    planner.has(number=3)
    planner.plans()
    assert planner.tick(after=DAY) == 3
    return planner


def do(planner, verb, **more):
    """Do one thing with the sending, and bring its mails to where it is then."""
    with transaction(planner.engine) as session:
        schedule = session.exec(select(Schedule).where(Schedule.name == "remind")).one()
        campaign = session.get_one(Campaign, planner.campaign.id)
        verb(session, campaign, schedule, by="ada", now=planner.now, **more)
        schedule_id = schedule.id
    follow(planner, schedule_id)


def follow(planner, schedule_id):
    moved = True
    while moved:
        with transaction(planner.engine) as session:
            moved = follow_part(session, schedule_id, now=planner.now)


def give_another_moment(planner):
    def verb(session, campaign, schedule, *, by, now):
        timing = Timing(anchor=Anchor.AT, local=f"{now + DAY:%Y-%m-%dT%H:%M:%S}", zone="UTC")
        move_sending(session, planner.keyring, campaign, schedule, timing, by=by, now=now)

    do(planner, verb)


def states(planner):
    return Counter(message.state for message in planner.messages())


def test_what_rested_for_weeks_goes_on_and_lives_long_enough(planner):
    do(planner, pause_sending)
    assert states(planner) == {MessageState.HELD: 3}
    planner.now += LONG

    do(planner, resume_sending)

    assert states(planner) == {MessageState.QUEUED: 3}
    assert all(message.expires_at > planner.now for message in planner.messages())


@pytest.mark.parametrize("goes_on_first", [False, True])
def test_what_rested_for_weeks_can_be_cancelled(planner, goes_on_first):
    do(planner, pause_sending)
    planner.now += LONG
    if goes_on_first:
        do(planner, resume_sending)

    do(planner, cancel_sending)

    assert states(planner) == {MessageState.CANCELLED: 3}


def test_what_has_mails_that_wait_gets_no_other_moment(planner):
    do(planner, pause_sending)

    with pytest.raises(Refused):
        give_another_moment(planner)
    do(planner, resume_sending)
    assert planner.tick(after=2 * DAY) == 0


def test_what_was_half_posted_gets_no_other_moment(engine, root, noon):
    planner = Planner(engine, root, noon)
    planner.has(number=3)
    planner.plans()
    planner.now += DAY
    planner.begin()
    do(planner, pause_sending)

    with pytest.raises(Refused):
        give_another_moment(planner)


def test_what_has_not_begun_gets_another_moment_also_while_it_rests(engine, root, noon):
    planner = Planner(engine, root, noon)
    planner.has()
    planner.plans()
    planner.now += HOUR
    do(planner, pause_sending)

    give_another_moment(planner)

    with transaction(planner.engine) as session:
        assert session.exec(select(Schedule.state)).one() is ScheduleState.PROPOSED


def test_what_two_do_at_once_is_judged_by_where_it_stands_then(planner):
    with transaction(planner.engine) as session:
        seen = session.exec(select(Schedule).where(Schedule.name == "remind")).one()
        campaign = session.get_one(Campaign, planner.campaign.id)
        session.connection().exec_driver_sql("UPDATE schedule SET state = 'cancelled'")
        with pytest.raises(Refused):
            pause_sending(session, campaign, seen, by="ben", now=planner.now + timedelta(minutes=1))
