"""Whoever planned a sending hears, on each database, when it is late, once a day, and only then."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlmodel import select

from service.coordinators.accounts import give_role, make_coordinator
from service.mail import sending
from service.model.anchor import Late
from service.model.coordinator import Coordinator, Membership, Role
from service.model.message import Message, MessageKind
from service.model.schedule import Schedule
from service.model.states import CampaignState, ScheduleState
from service.schedules.begin import begin_due
from service.schedules.built_in import keep_built_in
from service.schedules.due import ON_TIME
from service.schedules.overdue import Why, overdue
from service.store.transaction import reading, transaction
from service.store.wake import Wake
from service.worker.lateness import warn_of_late_schedules
from service.worker.upkeep import warn_of_stuck_mail
from tests.coalition import SLUG, Coalition
from tests.desk import add_colleague
from tests.promises.test_schedules import DAY, HOUR, Planner

LATE = ON_TIME + timedelta(seconds=1)


@pytest.fixture
def planner(engine, root, noon):
    return Planner(engine, root, noon)


def late(planner):
    with reading(planner.engine) as session:
        return [(one.name, one.why) for one in overdue(session, planner.keyring, now=planner.now)]


def warn(planner, *, fire=None):
    services = SimpleNamespace(
        engine=planner.engine, keyring=planner.keyring, clock=lambda: planner.now, wake=Wake()
    )
    return warn_of_late_schedules(services, "test", fire=fire or (lambda *_: 0))


def warnings(planner):
    with reading(planner.engine) as session:
        return len(session.exec(select(Message.id).where(Message.kind == MessageKind.ALERT)).all())


def test_what_nobody_began_is_late_after_a_quarter_of_an_hour(planner):
    planner.has()
    planner.plans()
    planner.now += DAY + ON_TIME
    assert late(planner) == []

    planner.now += timedelta(seconds=1)
    assert late(planner) == [("remind", Why.UNBEGUN)]


def test_what_was_begun_and_not_posted_is_late_until_it_is(planner):
    planner.has(number=3)
    planner.plans()
    planner.now += DAY
    planner.begin()
    planner.post(parts=1, most=2)
    planner.now += LATE
    assert late(planner) == [("remind", Why.UNFINISHED)]

    planner.post()
    assert late(planner) == []


def test_of_what_asks_its_secretariat_is_warned_once_a_day_until_a_person_decides(planner):
    planner.has()
    planner.plans(late=Late.ASK)
    planner.now += 2 * DAY
    planner.begin()

    assert late(planner) == [("remind", Why.ASKS)]
    assert (warn(planner), warn(planner)) == (1, 0)
    planner.now += DAY
    assert warn(planner) == 1


def test_nobody_is_asked_for_a_word_that_means_nothing_any_more(planner):
    planner.has()
    planner.plans(late=Late.ASK)
    planner.now += 2 * DAY
    planner.begin()

    planner.change(state=CampaignState.CLOSED)

    assert late(planner) == []


def test_nobody_is_warned_of_what_rests_or_while_all_sending_is_held(planner):
    planner.has()
    planner.plans()
    planner.now += DAY
    planner.begin()
    planner.now += LATE
    planner.moves("remind", ScheduleState.PAUSED)
    assert late(planner) == []

    planner.moves("remind", ScheduleState.ACTIVE)
    assert late(planner) == [("remind", Why.UNFINISHED)]
    with transaction(planner.engine) as session:
        sending.hold(session, by="cli:ada", reason="", now=planner.now)
    assert late(planner) == []


def test_a_machine_that_slept_does_first_what_is_late_and_then_has_nobody_to_warn(planner):
    planner.has()
    planner.plans()
    planner.now += DAY + 5 * HOUR

    assert warn(planner, fire=lambda *_: planner.tick()) == warnings(planner) == 0


def test_the_warning_goes_all_the_same_where_firing_fails(planner):
    planner.has()
    planner.plans()
    planner.now += DAY + LATE

    def fail(*_):
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError):
        warn(planner, fire=fail)
    assert warnings(planner) == 1


def test_two_who_look_at_one_moment_warn_once(planner):
    planner.has()
    planner.plans()
    planner.now += DAY + LATE
    threads = [threading.Thread(target=warn, args=(planner,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert warnings(planner) == 1


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (Late.ASK, ["waits for your word", f"undersigned schedule decide {SLUG} last-day --send"]),
        (Late.ANYWAY, ["more than a quarter of an hour", f"undersigned schedule cancel {SLUG} last-day"]),
    ],
)
def test_the_warning_says_what_is_late_and_what_to_do(engine, root, noon, policy, words):
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    with transaction(engine) as session:
        keep_built_in(session, lead=DAY, now=noon)
    coalition.now = coalition.campaign().deadline_at - timedelta(hours=20)
    planner = SimpleNamespace(engine=engine, keyring=coalition.keyring, now=coalition.now)
    with transaction(engine) as session:
        for one in session.exec(select(Schedule)):
            if one.name == "last-day":
                one.late = policy
            else:
                one.state = ScheduleState.CANCELLED
            session.add(one)
    if policy is Late.ASK:
        with transaction(engine) as session:
            begin_due(session, coalition.keyring, now=coalition.now)

    assert warn(planner) == 1
    (mail,) = coalition.deliver_mail().mails()
    assert mail.to == "letter@rivers.example"
    text = " ".join(mail.text.split())
    assert [word for word in words if word not in text] == []


def test_owners_are_warned_beside_the_secretariat_with_the_page_and_nobody_twice(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    olga = add_colleague(coalition)
    with transaction(engine) as session:
        session.get_one(Coordinator, olga.id).language = "fr"
        shares = make_coordinator(
            session,
            coalition.keyring.desk,
            name="Sam",
            email="letter@rivers.example",
            now=noon,
            language="en",
        )
        give_role(
            session, coordinator_id=shares.id, campaign_id=coalition.campaign().id, role=Role.OWNER, now=noon
        )
        keep_built_in(session, lead=DAY, now=noon)
    add_colleague(coalition, Role.SENDER, name="Sena Sender")
    coalition.now = coalition.campaign().deadline_at - timedelta(hours=20)
    with transaction(engine) as session:
        for one in session.exec(select(Schedule).where(Schedule.name != "last-day")):
            one.state = ScheduleState.CANCELLED
        page = f"/desk/letters/{SLUG}/sends/{session.exec(select(Schedule.id).where(Schedule.name == 'last-day')).one()}"
    planner = SimpleNamespace(engine=engine, keyring=coalition.keyring, now=coalition.now)

    assert (warn(planner), warn(planner)) == (1, 0)
    mails = coalition.deliver_mail().mails()
    assert sorted(mail.to for mail in mails) == ["letter@rivers.example", olga.email]
    assert all(page in mail.text for mail in mails)
    spoken = {mail.to: "Au secrétariat" in mail.text for mail in mails}
    assert spoken == {"letter@rivers.example": False, olga.email: True}


def test_who_is_no_owner_any_more_when_the_warning_leaves_does_not_get_it(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    olga = add_colleague(coalition)
    coalition.sign()
    coalition.wait(minutes=11)
    services = SimpleNamespace(
        engine=engine, keyring=coalition.keyring, clock=lambda: coalition.now, wake=Wake()
    )

    assert (warn_of_stuck_mail(services, "test"), warn_of_stuck_mail(services, "test")) == (1, 0)
    with transaction(engine) as session:
        role = session.exec(select(Membership).where(Membership.coordinator_id == olga.id)).one()
        role.role = Role.AUDITOR
    told = [
        mail.to for mail in coalition.deliver_mail().mails() if f"/desk/letters/{SLUG}/sends" in mail.text
    ]
    assert told == ["letter@rivers.example"]
