"""What a proof round promises, on each database: each printed line is put to its signatory once, and never too late."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from service.model.anchor import Anchor
from service.model.link_token import LinkToken, Purpose
from service.model.message import Message, MessageKind
from service.model.schedule import Action, Occurrence, Schedule
from service.model.signature import HeldReason, Signature, Visibility
from service.model.states import CampaignState, OccurrenceState, ScheduleState, SignatureState
from service.model.suppression import Suppression, SuppressionReason
from service.schedules.built_in import keep_built_in
from service.schedules.due import Timing
from service.schedules.listing import list_schedules
from service.schedules.plan import Plan, add_schedule, approve_schedule, change_schedule, let_answer_until
from service.schedules.proof_later import ask_later_ones, rounds_with_later_ones
from service.schedules.proof_round import ASKED
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


def ask_later(planner: Planner) -> int:
    """Ask whoever came later, as the job does that looks each minute."""
    with reading(planner.engine) as session:
        found = rounds_with_later_ones(session, planner.keyring, now=planner.now)
    done = 0
    for one in found:
        posted = 1
        while posted:
            with transaction(planner.engine) as session:
                posted = ask_later_ones(session, planner.keyring, one, now=planner.now)
            done += posted
    return done


def confirm(planner: Planner, row: str, *, accepted: bool = True) -> None:
    with transaction(planner.engine) as session:
        signature = session.get_one(Signature, row)
        signature.state, signature.confirmed_at = CONFIRMED, planner.now
        signature.accepted_at = planner.now if accepted else None
        session.add(signature)


def test_who_confirms_in_the_grace_is_asked_too_and_once(planner):
    asked = has_signed(planner, number=2)
    (late,) = planner.has(SignatureState.PENDING)
    planner.tick(after=DEADLINE)
    planner.change(state=CampaignState.CLOSED)
    assert ask_later(planner) == 0
    planner.now += 3 * HOUR
    confirm(planner, late)

    assert ask_later(planner) == 1
    assert ask_later(planner) == 0

    assert sorted(message.recipient_ref for message in proofs(planner)) == sorted([*asked, late])
    (occurrence,) = rounds(planner)
    assert occurrence.posted == 3
    assert all(message.expires_at <= occurrence.answers_until for message in proofs(planner))
    with reading(planner.engine) as session:
        found = select(LinkToken.row_id).where(col(LinkToken.purpose) == Purpose.PROOF)
        assert late in set(session.execute(found).scalars())


def test_who_is_accepted_only_later_is_asked_then(planner):
    (late,) = planner.has(SignatureState.PENDING)
    planner.tick(after=DEADLINE)
    planner.now += HOUR
    confirm(planner, late, accepted=False)
    assert ask_later(planner) == 0

    planner.now += HOUR
    confirm(planner, late)
    assert ask_later(planner) == 1


def test_nobody_is_asked_who_has_no_hour_left_to_answer(planner):
    (late,) = planner.has(SignatureState.PENDING)
    planner.tick(after=DEADLINE)
    (occurrence,) = rounds(planner)
    planner.now = occurrence.answers_until - HOUR + timedelta(seconds=1)
    confirm(planner, late)

    assert ask_later(planner) == 0


def plan_round(planner: Planner, name: str, timing: Timing, *, approve: bool = True) -> None:
    plan = Plan(name=name, action=Action.PROOF, timing=timing, audience=ASKED)
    with transaction(planner.engine) as session:
        add_schedule(session, planner.keyring, planner.campaign.slug, plan, by="ada", now=planner.now)
    if approve:
        with transaction(planner.engine) as session:
            approve_schedule(session, planner.keyring, planner.campaign.slug, name, by="ben", now=planner.now)


def test_a_further_round_asks_all_who_are_printed_once_more(planner):
    asked = has_signed(planner, number=2)
    plan_round(planner, "proof-2", Timing(anchor=Anchor.DEADLINE, days=1))

    foretold = [one for one in planner.forecast(until=DEADLINE + 2 * DAY) if one.name.startswith("proof")]
    planner.tick(after=DEADLINE)
    planner.change(state=CampaignState.CLOSED)
    planner.tick(after=DAY)

    assert [(one.name, sorted(one.whom)) for one in foretold] == [
        ("proof", sorted(asked)),
        ("proof-2", sorted(asked)),
    ]
    assert sorted(message.recipient_ref for message in proofs(planner)) == sorted(2 * asked)


def test_a_further_round_waits_for_an_approval(planner):
    has_signed(planner)
    plan_round(planner, "proof-2", Timing(anchor=Anchor.DEADLINE, days=1), approve=False)
    planner.tick(after=DEADLINE + DAY + HOUR)

    assert len(proofs(planner)) == 1


def why(planner: Planner) -> str:
    with reading(planner.engine) as session:
        lines = list_schedules(session, planner.keyring, planner.campaign, lead=LEAD, now=planner.now)
    return next(line.why_never for line in lines if line.name == "proof")


def test_a_round_in_quiet_hours_goes_at_the_next_minute_unless_that_is_too_late(planner, noon):
    assert why(planner) == ""
    night = noon.replace(hour=2) + 41 * DAY
    at_night = Timing(
        anchor=Anchor.AT,
        local=f"{night:%Y-%m-%dT%H:%M:%S}",
        quiet_from="21:00",
        quiet_until="08:00",
        zone="UTC",
    )
    with transaction(planner.engine) as session:
        change_schedule(
            session,
            planner.keyring,
            planner.campaign.slug,
            "proof",
            timing=at_night,
            by="ada",
            now=planner.now,
        )
    has_signed(planner)
    planner.tick(after=41 * DAY - 4 * HOUR - timedelta(seconds=1))
    assert proofs(planner) == []
    planner.tick(after=timedelta(seconds=1))
    assert len(proofs(planner)) == 1


def test_a_round_that_its_quiet_hours_leave_no_time_for_says_so(engine, root, noon):
    # The deadline is at eleven in the evening, and the letter leaves twelve hours later.
    late = noon.replace(hour=23) + DEADLINE
    planner = Planner(engine, root, noon, deadline_at=late, send_at=late + 12 * HOUR)
    with transaction(engine) as session:
        keep_built_in(session, lead=LEAD, now=planner.now)

    assert "quiet hours end at" in why(planner)
    assert "too little time" in why(planner)
    has_signed(planner)
    planner.tick(after=late - noon + 9 * HOUR)
    assert proofs(planner) == []
