"""What a proof round promises, on each database: each printed line is put to its signatory once, and never too late."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from service.model.anchor import Anchor
from service.model.link_token import LinkToken, Purpose
from service.model.message import Message, MessageKind
from service.model.schedule import Occurrence, Schedule
from service.model.signature import HeldReason, Signature, Visibility
from service.model.states import CampaignState, OccurrenceState, ScheduleState, SignatureState
from service.model.suppression import Suppression, SuppressionReason
from service.schedules.built_in import keep_built_in
from service.schedules.due import Timing
from service.schedules.plan import change_schedule, let_answer_until
from service.store.transaction import reading, transaction
from tests.make import make_sign_on, make_signature
from tests.promises.test_schedules import DAY, HOUR, LEAD, Planner

CONFIRMED = SignatureState.CONFIRMED
DEADLINE = 42 * DAY


@pytest.fixture
def planner(engine, root, noon) -> Planner:
    planner = Planner(engine, root, noon, send_at=noon + DEADLINE + 2 * DAY)
    with transaction(engine) as session:
        keep_built_in(session, lead=LEAD, now=planner.now)
    # It would write to the secretariat each morning.
    planner.moves("digest", ScheduleState.CANCELLED)
    return planner


def has_signed(planner: Planner, *, number: int = 1, **changed: object) -> list[str]:
    came = planner.now - HOUR
    given = {"confirmed_at": came, "accepted_at": came, "signed_at": came, **changed}
    return planner.has(CONFIRMED, number=number, **given)


def proofs(planner: Planner) -> list[Message]:
    return [message for message in planner.messages() if message.kind is MessageKind.PROOF]


def rounds(planner: Planner) -> list[Occurrence]:
    with reading(planner.engine) as session:
        found = select(Occurrence).join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        return list(session.execute(found.where(col(Schedule.name) == "proof")).scalars())


def test_each_who_is_printed_is_asked_once_in_whatever_parts(planner):
    asked = has_signed(planner, number=7)

    assert planner.tick(after=DEADLINE - timedelta(seconds=1)) == 0
    planner.change(state=CampaignState.CLOSED)
    assert planner.tick(after=timedelta(seconds=1), most=3) == 7
    assert planner.tick(after=HOUR) == planner.tick(after=DAY) == 0

    assert sorted(message.recipient_ref for message in proofs(planner)) == sorted(asked)
    until = planner.campaign.send_at - HOUR
    assert {one.answers_until for one in rounds(planner)} == {until}
    assert all(message.expires_at <= until for message in proofs(planner))
    with reading(planner.engine) as session:
        links = session.execute(select(LinkToken).where(col(LinkToken.purpose) == Purpose.PROOF)).scalars()
        assert sorted(link.row_id for link in links) == sorted(asked)


@pytest.mark.parametrize(
    "changed",
    [
        {"sign_on": make_sign_on(visibility=Visibility.COUNTED)},
        {"sign_on": make_sign_on(email="")},
        {"accepted_at": None},
        {"held_reason": HeldReason.SECRETARIAT},
        {"state": SignatureState.WITHDRAWN},
        {"state": SignatureState.PENDING, "confirmed_at": None},
    ],
)
def test_who_is_not_printed_or_cannot_be_written_to_is_not_asked(planner, changed):
    with transaction(planner.engine) as session:
        make_signature(session, planner.keys, planner.campaign, now=planner.now - HOUR, **changed)

    planner.tick(after=DEADLINE)

    assert proofs(planner) == []


def test_who_wants_no_mail_is_left_alone(planner):
    (row,) = has_signed(planner)
    with transaction(planner.engine) as session:
        mailbox = session.get_one(Signature, row).email_index
        session.add(
            Suppression(
                campaign_id=planner.campaign.id,
                email_index=mailbox,
                reason=SuppressionReason.BOUNCED,
                created_at=planner.now,
            )
        )

    planner.tick(after=DEADLINE)

    assert proofs(planner) == []


def test_the_forecast_says_what_then_happens_and_until_when(planner):
    asked = has_signed(planner, number=3)

    foretold = [one for one in planner.forecast(until=DEADLINE) if one.name == "proof"]
    planner.tick(after=DEADLINE)

    assert [sorted(one.whom) for one in foretold] == [sorted(asked)]
    assert [one.answers_until for one in foretold] == [planner.campaign.send_at - HOUR]
    assert sorted(message.recipient_ref for message in proofs(planner)) == sorted(asked)


@pytest.mark.parametrize(
    ("asleep", "state"),
    [(40 * HOUR, OccurrenceState.FIRED), (44 * HOUR, OccurrenceState.SKIPPED)],
)
def test_a_machine_that_slept_asks_only_who_can_still_answer(planner, asleep, state):
    has_signed(planner)

    planner.tick(after=DEADLINE + asleep)

    assert [one.state for one in rounds(planner)] == [state]
    assert len(proofs(planner)) == (1 if state is OccurrenceState.FIRED else 0)


def test_what_was_said_in_the_mails_stays_when_the_sending_is_moved(planner):
    has_signed(planner)
    planner.tick(after=DEADLINE)
    until = planner.campaign.send_at - HOUR

    planner.change(send_at=planner.campaign.send_at + DAY)
    planner.tick(after=HOUR)

    assert [one.answers_until for one in rounds(planner)] == [until]


def test_a_letter_that_has_gone_asks_nobody(planner):
    has_signed(planner)
    planner.change(state=CampaignState.SENT)

    planner.tick(after=DEADLINE)

    assert rounds(planner) == proofs(planner) == []


def test_a_coordinator_gives_it_another_time_and_another_end(planner):
    has_signed(planner)
    slug = planner.campaign.slug
    with transaction(planner.engine) as session:
        end = f"{planner.now + 5 * DAY:%Y-%m-%dT%H:%M:%S}"
        let_answer_until(session, slug, "proof", Timing(anchor=Anchor.AT, local=end, zone="UTC"))
        change_schedule(
            session,
            planner.keyring,
            slug,
            "proof",
            timing=Timing(anchor=Anchor.OPENING, days=3),
            by="ada",
            now=planner.now,
        )

    planner.tick(after=3 * DAY)

    assert len(proofs(planner)) == 1
    assert [one.answers_until for one in rounds(planner)] == [planner.now + 2 * DAY]
