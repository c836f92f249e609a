"""What the invitations of a letter promise, on each database: each goes once, when the letter opens or when it was said."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from service.foundation.sealing import RootKey
from service.mail.no_mail import NO_MAIL
from service.mail.outbox import move_message
from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.schedule import Action, Schedule
from service.model.signature import Signature
from service.model.states import CampaignState, MessageState, ScheduleState
from service.schedules.built_in import keep_built_in
from service.schedules.due import Timing
from service.schedules.opening import Inviting, invite_at_opening
from service.schedules.plan import change_schedule, make_built_in
from service.schedules.sends.mails import follow_part, unsettled
from service.signing.invite import FIRST_INVITATION, import_signatories, send_invitation
from service.signing.roll_file import read_signatories
from service.signing.workplace import Desk
from service.store.transaction import reading, transaction
from tests.promises.test_schedules import DAY, HOUR, INTENDS, INVITED, LEAD, PENDING, Planner

LATER = b"kind,name,email,status\norganization,Delta,delta@members.example,invited\n"


@pytest.fixture
def planner(engine: Engine, root: RootKey, noon: datetime) -> Planner:
    """Give a letter whose text is final, and which nobody has opened yet."""
    return Planner(engine, root, noon, state=CampaignState.FROZEN)


def opens(planner: Planner, **how: int) -> Inviting:
    with transaction(planner.engine) as session:
        campaign = session.get_one(Campaign, planner.campaign.id)
        campaign.state = CampaignState.OPEN
        return invite_at_opening(session, planner.keyring, campaign, now=planner.now, **how)


def works(planner: Planner, *, after: timedelta = timedelta(0)) -> int:
    """Let time pass, and do all that a worker does; gives how many mails were posted."""
    planner.now += after
    with transaction(planner.engine) as session:
        keep_built_in(session, lead=LEAD, now=planner.now)
    return planner.tick()


def makes(planner: Planner) -> None:
    with transaction(planner.engine) as session:
        make_built_in(session, planner.campaign.slug, lead=LEAD, now=planner.now)


def moves(planner: Planner, at: datetime) -> None:
    timing = Timing(anchor=Anchor.AT, local=f"{at:%Y-%m-%dT%H:%M:%S}", zone="UTC")
    slug = planner.campaign.slug
    with transaction(planner.engine) as session:
        change_schedule(
            session, planner.keyring, slug, "invitation", timing=timing, by="ada", now=planner.now
        )


def follows(planner: Planner) -> None:
    """Do what a worker does about sendings that were paused, resumed or cancelled."""
    with transaction(planner.engine) as session:
        for schedule_id in unsettled(session):
            while follow_part(session, schedule_id, now=planner.now):
                pass


def imports(planner: Planner, rows: bytes = LATER) -> int:
    with transaction(planner.engine) as session:
        return import_signatories(
            session,
            planner.keyring,
            planner.campaign.slug,
            read_signatories(rows, attested=False),
            attest="",
            by="test",
            now=planner.now,
        ).invited


def posted(planner: Planner) -> list[str]:
    """Give whose invitation was posted; whoever had two stands there twice."""
    return sorted(
        one.recipient_ref
        for one in planner.messages()
        if one.kind is MessageKind.INVITATION and one.occurrence == FIRST_INVITATION
    )


def foretold(planner: Planner) -> Sequence[tuple[datetime, Sequence[str], str]]:
    planned = planner.forecast(until=42 * DAY)
    return [(one.due.at, one.whom, one.waits_for) for one in planned if one.name == "invitation"]


def schedule(planner: Planner) -> Schedule | None:
    with reading(planner.engine) as session:
        return session.execute(
            select(Schedule).where(col(Schedule.action) == Action.INVITE)
        ).scalar_one_or_none()


def invites_as_before(planner: Planner) -> None:
    """Post each invitation one by one, as the version before opened a letter."""
    with transaction(planner.engine) as session:
        campaign = session.get_one(Campaign, planner.campaign.id)
        campaign.state = CampaignState.OPEN
        desk = Desk(session=session, keys=planner.keys, campaign=campaign, now=planner.now)
        for row in session.execute(select(Signature)).scalars():
            send_invitation(desk, row)


def test_who_waits_is_invited_as_the_letter_opens_each_once_and_in_parts(planner):
    meant = sorted([*planner.has(INVITED, number=4), *planner.has(INTENDS, number=3)])
    planner.has(PENDING)
    planner.has(INVITED, email="")

    assert opens(planner, most=3) == Inviting(number=7)
    # The page that opened it has posted the first part, and a worker goes on after it.
    assert posted(planner) == meant[:3]
    assert works(planner) == 4
    assert posted(planner) == meant
    assert all(planner.now == one.due_at for one in planner.messages())
    assert works(planner, after=DAY) == 0


def test_who_comes_later_is_invited_at_once(planner):
    planner.has(INVITED)
    opens(planner)

    assert imports(planner) == 1
    assert works(planner) == 0
    assert len(posted(planner)) == 2


def test_another_moment_is_kept_and_foretold_and_who_comes_meanwhile_waits_too(planner):
    meant, at = planner.has(INVITED, number=3), planner.now + 3 * DAY
    assert foretold(planner) == [(planner.now, sorted(meant), "somebody to open the letter")]
    makes(planner)
    moves(planner, at)
    assert foretold(planner) == [(at, sorted(meant), "somebody to open the letter")]
    planner.now += DAY

    assert opens(planner) == Inviting(number=3, at=at)
    assert imports(planner) == works(planner) == 0
    [(when, whom, waits_for)] = foretold(planner)
    assert (when, len(whom), waits_for) == (at, 4, "")
    # Another deadline makes nobody be invited sooner, or twice.
    planner.change(deadline_at=planner.now + 30 * DAY)
    assert works(planner, after=2 * DAY - timedelta(seconds=1)) == 0
    assert works(planner, after=timedelta(seconds=1)) == 4
    assert posted(planner) == sorted(whom)
    assert foretold(planner) == []
    planner.change(deadline_at=planner.now + 10 * DAY)
    assert works(planner, after=HOUR) == 0


def test_a_moment_that_passed_before_the_letter_was_opened_loses_nobody(planner):
    meant = planner.has(INVITED, number=2)
    makes(planner)
    moves(planner, planner.now + DAY)
    planner.now += 2 * DAY

    assert opens(planner) == Inviting(number=2)
    assert posted(planner) == sorted(meant)


def test_nobody_is_invited_by_what_was_cancelled_and_by_what_rests_once_it_goes_on(planner):
    planner.has(INVITED, number=2)
    makes(planner)
    planner.moves("invitation", ScheduleState.PAUSED)
    assert opens(planner) == Inviting(number=0)
    assert works(planner, after=HOUR) == 0

    planner.moves("invitation", ScheduleState.ACTIVE)
    assert works(planner) == 2


def test_who_is_added_after_invitations_were_cancelled_is_invited_alone(planner):
    planner.has(INVITED, number=2)
    makes(planner)
    planner.moves("invitation", ScheduleState.CANCELLED)
    assert opens(planner) == Inviting(number=0)
    assert works(planner, after=HOUR) == 0
    assert foretold(planner) == []

    assert imports(planner) == 1
    assert len(posted(planner)) == 1


def test_who_is_added_after_the_cancelling_is_not_cancelled_when_another_mail_is_held(planner):
    """As where no mail goes to the domain of one of them, or the letter was hidden in an emergency."""
    planner.has(INVITED)
    opens(planner)
    planner.moves("invitation", ScheduleState.CANCELLED)
    with transaction(planner.engine) as session:
        schedule = session.execute(select(Schedule.id).where(col(Schedule.action) == Action.INVITE))
        assert follow_part(session, schedule.scalar_one(), now=planner.now) == 1
    assert imports(planner) == 1
    assert imports(planner, b"kind,name,email,status\norganization,Echo,echo@lakes.example,invited\n") == 1
    with transaction(planner.engine) as session:
        one = session.execute(select(Message).order_by(col(Message.id).desc()).limit(1)).scalar_one()
        move_message(session, one, MessageState.HELD, reason=NO_MAIL, now=planner.now)

    follows(planner)

    states = [one.state for one in planner.messages()]
    assert sorted(states) == sorted([MessageState.CANCELLED, MessageState.QUEUED, MessageState.HELD])


def test_a_letter_that_is_tried_invites_once_when_it_is_switched_live(planner):
    meant = planner.has(INVITED, number=2)
    planner.change(trial_since=planner.now)
    assert opens(planner) == Inviting(number=0)
    assert works(planner, after=DAY) == 0

    with transaction(planner.engine) as session:
        campaign = session.get_one(Campaign, planner.campaign.id)
        campaign.trial_since = None
        assert invite_at_opening(session, planner.keyring, campaign, now=planner.now) == Inviting(number=2)
    assert works(planner) == 0
    assert posted(planner) == sorted(meant)


def test_what_an_early_close_left_goes_once_the_letter_is_open_again(planner):
    meant = planner.has(INVITED, number=4)
    opens(planner, most=1)
    planner.change(state=CampaignState.CLOSED)
    assert works(planner, after=DAY) == 0

    planner.change(state=CampaignState.OPEN, deadline_at=planner.now + 7 * DAY)
    assert works(planner) == 3
    assert posted(planner) == sorted(meant)


def test_what_was_made_before_the_opening_is_reckoned_from_it_beside_the_invitations(planner):
    makes(planner)
    planner.now += 10 * DAY
    planner.has(PENDING)
    opens(planner)

    # The first third of the 32 days that are left.
    assert works(planner) == works(planner, after=10 * DAY) == 0
    assert works(planner, after=DAY) == 1


@pytest.mark.parametrize("made_before", [True, False])
def test_a_letter_that_an_earlier_version_opened_goes_on_and_nobody_is_invited_twice(planner, made_before):
    meant = planner.has(INVITED, number=3)
    opens_at = planner.now + DAY
    planner.change(opens_at=opens_at)
    if made_before:
        makes(planner)
    invites_as_before(planner)

    if not made_before:
        assert foretold(planner) == [(opens_at, sorted(meant), "")]
        assert schedule(planner) is None
    assert works(planner) == works(planner, after=2 * DAY) == 0
    assert Counter(posted(planner)) == Counter(meant)
    assert {one.due_at for one in planner.messages()} == {opens_at}
    assert imports(planner) == 1


def test_a_schedule_of_that_name_takes_nobody_the_invitation(planner):
    meant = planner.has(INVITED, number=2)
    planner.plans("invitation")

    assert opens(planner) == Inviting(number=2)
    assert posted(planner) == sorted(meant)
    made = schedule(planner)
    assert made is not None
    assert made.name == "invitation-1"
