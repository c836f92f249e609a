"""What a sending that rests promises, on each database: however long it rests, it can go on, end, and never goes twice."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from service.coordinators.accounts import actor, give_role, make_coordinator
from service.coordinators.team import leave_team
from service.foundation.errors import Refused
from service.model.anchor import Anchor, Late
from service.model.campaign import Campaign
from service.model.coordinator import Role
from service.model.schedule import Schedule
from service.model.states import MessageState, ScheduleState
from service.schedules.due import Timing
from service.schedules.rules import NewRule, change_rule
from service.schedules.sends.mails import follow_part
from service.schedules.sends.verbs import (
    approve_sending,
    cancel_sending,
    move_sending,
    pause_sending,
    resume_sending,
)
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


def in_an_hour(engine, root, noon):
    """Plan a reminder to three at one moment, which a sender has approved; gives the ids of the team's owner and sender too."""
    planner, ids = Planner(engine, root, noon), []
    planner.has(number=3)
    planner.plans(anchor=Anchor.AT, days=0, local=f"{noon + HOUR:%Y-%m-%dT%H:%M:%S}", zone="UTC")
    with transaction(engine) as session:
        for name, role in (("olga", Role.OWNER), ("sena", Role.SENDER)):
            email = f"{name}@rivers.example"
            row = make_coordinator(session, planner.keyring.desk, name=name, email=email, now=noon)
            give_role(session, coordinator_id=row.id, campaign_id=planner.campaign.id, role=role, now=noon)
            ids.append(row.id)
        session.exec(select(Schedule)).one().approved_by = actor(ids[1])
    return planner, *ids


def leave(planner, who, *, heir):
    with transaction(planner.engine) as session:
        return leave_team(
            session,
            campaign_id=planner.campaign.id,
            coordinator_id=who,
            heir_id=heir,
            by="test",
            now=planner.now,
        )


def approve(planner):
    with transaction(planner.engine) as session:
        schedule = session.exec(select(Schedule)).one()
        campaign = session.get_one(Campaign, planner.campaign.id)
        approve_sending(session, planner.keyring, campaign, schedule, by="ben", now=planner.now)


def test_what_went_waits_for_no_approval_once_its_approver_has_left(engine, root, noon):
    planner, owner, sender = in_an_hour(engine, root, noon)
    assert planner.tick(after=2 * HOUR) == 3

    given = leave(planner, sender, heir=owner)

    assert (given.plans, given.to_approve) == (0, 0)
    with transaction(engine) as session:
        assert session.exec(select(Schedule.state)).one() is ScheduleState.ACTIVE
    with pytest.raises(Refused):
        approve(planner)
    assert planner.tick(after=2 * HOUR) == 0


def test_what_was_to_go_and_rested_waits_for_an_approval_once_its_approver_has_left(engine, root, noon):
    planner, owner, sender = in_an_hour(engine, root, noon)
    do(planner, pause_sending)
    planner.now += DAY

    given = leave(planner, sender, heir=owner)
    approve(planner)

    assert (given.plans, given.to_approve) == (1, 1)
    assert planner.tick(after=2 * HOUR) == 3


def test_what_went_at_its_one_moment_goes_by_no_other_approval_and_gets_no_other_rule(engine, root, noon):
    planner, *_ = in_an_hour(engine, root, noon)
    assert planner.tick(after=2 * HOUR) == 3
    planner.now += DAY

    with transaction(engine) as session, pytest.raises(Refused):
        change_rule(
            session,
            planner.campaign.slug,
            "remind",
            NewRule(late=Late.ASK),
            by="ada",
            now=planner.now,
        )
    # As an earlier version has left it, whose approver has gone.
    with transaction(engine) as session:
        session.exec(select(Schedule)).one().state = ScheduleState.PROPOSED
    with pytest.raises(Refused):
        approve(planner)

    assert planner.tick(after=2 * HOUR) == 0
