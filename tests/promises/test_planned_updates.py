"""What a planned update promises, on each database: its very words go once, at its time, as if sent by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from service.foundation.errors import Refused
from service.mail.brakes.canary import LARGE, UNDO
from service.model.anchor import Anchor
from service.model.audit_event import AuditEvent
from service.model.brake import Canary
from service.model.link_token import LinkToken, Purpose
from service.model.message import MessageKind
from service.model.schedule import Occurrence
from service.model.states import CampaignState, OccurrenceState, ScheduleState
from service.model.update import Update, UpdateAudience
from service.schedules.audience import Audience
from service.schedules.due import Timing
from service.schedules.forecast import Planned
from service.schedules.plan import Plan, approve_schedule
from service.schedules.planned_updates import UpdateText, plan_update
from service.signing import updates
from service.signing.update_stop import stop_update
from service.signing.update_words import UpdateWords
from service.store import insert
from service.store.transaction import reading, transaction
from tests.make import make_sign_on, make_signature
from tests.promises.test_schedules import DAY, HOUR, Planner

WORDS = UpdateWords(subject="The office will see us", body="On **Tuesday**.")
SIGNATORIES, NEWS = UpdateAudience.SIGNATORIES, UpdateAudience.NEWS


@pytest.fixture
def planner(engine, root, noon) -> Planner:
    return Planner(engine, root, noon)


def has_signed(planner: Planner, *, number: int = 1, **given: object) -> list[str]:
    came = planner.now - HOUR
    with transaction(planner.engine) as session:
        return [
            make_signature(
                session, planner.keys, planner.campaign, now=came, sign_on=make_sign_on(**given)
            ).id
            for _ in range(number)
        ]


def plans(
    planner: Planner,
    name: str = "news",
    *,
    audience: UpdateAudience = SIGNATORIES,
    approve: bool = True,
    **timing: object,
) -> None:
    plan = Plan(
        name=name, timing=Timing(**{"anchor": Anchor.OPENING, "days": 1, **timing}), audience=Audience()
    )
    text = UpdateText(words=WORDS, audience=audience)
    with transaction(planner.engine) as session:
        plan_update(session, planner.keyring, planner.campaign.slug, plan, text, by="ada", now=planner.now)
        if approve:
            approve_schedule(session, planner.keyring, planner.campaign.slug, name, by="ben", now=planner.now)


def foretold_of(planner: Planner) -> list[Planned]:
    return [one for one in planner.forecast(until=3 * DAY) if one.name in {"news", "to-readers"}]


def occurrences(planner: Planner) -> list[Occurrence]:
    with reading(planner.engine) as session:
        return list(session.execute(select(Occurrence).order_by(col(Occurrence.due_at))).scalars())


def test_it_goes_once_at_its_time_to_all_who_signed_and_can_be_undone_for_a_minute(planner):
    rows = has_signed(planner, number=5)
    plans(planner)

    assert planner.tick(after=DAY - timedelta(seconds=1)) == 0
    assert planner.tick(after=timedelta(seconds=1)) == 5
    assert planner.tick(after=HOUR) == 0

    assert planner.whom() == sorted(rows)
    assert {message.kind for message in planner.messages()} == {MessageKind.UPDATE}
    assert {message.due_at for message in planner.messages()} == {planner.now - HOUR + UNDO}
    assert [one.state for one in occurrences(planner)] == [OccurrenceState.FIRED]
    with reading(planner.engine) as session:
        purposes = set(session.execute(select(col(LinkToken.purpose))).scalars())
        sent = session.execute(select(AuditEvent).where(col(AuditEvent.act) == "update.send")).scalars().all()
    assert {Purpose.MANAGE, Purpose.UNSUBSCRIBE} <= purposes
    assert [event.actor for event in sent] == ["ben"]


def test_nothing_goes_before_somebody_else_has_approved_it(planner):
    has_signed(planner)
    plans(planner, approve=False)

    with transaction(planner.engine) as session, pytest.raises(Refused, match="yourself"):
        approve_schedule(session, planner.keyring, planner.campaign.slug, "news", by="ada", now=planner.now)
    (foretold,) = foretold_of(planner)
    assert foretold.waits_for == "an approval"
    assert planner.tick(after=2 * DAY) == 0


def test_its_words_lie_sealed(planner):
    plans(planner, approve=False)

    with reading(planner.engine) as session:
        kept = session.execute(select(Update)).scalar_one()
    assert b"office" not in kept.subject + kept.body


def test_the_forecast_equals_what_then_goes(planner):
    has_signed(planner, number=3, language="fr")
    has_signed(planner, number=1, wants_news=True, language="es")
    plans(planner)
    plans(planner, "to-readers", audience=NEWS, days=2)

    foretold = foretold_of(planner)
    planner.tick(after=DAY)
    planner.tick(after=DAY)

    assert [(one.name, len(one.whom), dict(one.languages)) for one in foretold] == [
        ("news", 4, {"fr": 3, "es": 1}),
        ("to-readers", 1, {"es": 1}),
    ]
    assert sorted(one for plan in foretold for one in plan.whom) == planner.whom()


def test_many_begin_with_a_canary_and_are_posted_in_parts(planner, monkeypatch):
    monkeypatch.setitem(insert._ROWS_AT_ONCE, "sqlite", 200)
    monkeypatch.setattr(updates, "_LINKS_AT_ONCE", 300)
    rows = has_signed(planner, number=LARGE + 1)
    plans(planner)

    planner.tick(after=DAY)

    assert planner.whom() == sorted(rows)
    with reading(planner.engine) as session:
        canary = session.execute(select(Canary)).scalar_one()
        counted = session.execute(select(func.sum(col(Occurrence.posted)))).scalar_one()
    assert (canary.audience, canary.started_at, counted) == (LARGE + 1, planner.now, LARGE + 1)
    due = {message.due_at for message in planner.messages()}
    assert due == {planner.now, canary.rest_due_at}


def test_a_stop_before_its_time_is_for_good(planner):
    has_signed(planner)
    plans(planner)
    with transaction(planner.engine) as session:
        stop_update(
            session,
            planner.keyring,
            planner.campaign.slug,
            WORDS,
            audience=SIGNATORIES,
            by="ada",
            now=planner.now,
        )

    assert foretold_of(planner) == []
    assert planner.tick(after=DAY) == 0
    (one,) = occurrences(planner)
    assert (one.state, "was stopped" in one.reason) == (OccurrenceState.SKIPPED, True)


@pytest.mark.parametrize(
    ("signed", "state", "reason"),
    [
        (1, CampaignState.FROZEN, "is not open yet"),
        (0, CampaignState.OPEN, "nobody to send this to"),
    ],
)
def test_what_does_not_fit_is_left_out_and_says_why(planner, signed, state, reason):
    has_signed(planner, number=signed)
    plans(planner)
    planner.change(state=state)

    assert planner.tick(after=DAY) == 0

    (one,) = occurrences(planner)
    assert one.state is OccurrenceState.SKIPPED
    assert reason in one.reason
    assert planner.tick(after=DAY) == 0


@pytest.mark.parametrize("state", [CampaignState.CLOSED, CampaignState.SENT])
def test_it_goes_after_the_deadline_too(planner, state):
    has_signed(planner)
    plans(planner, anchor=Anchor.DEADLINE, days=3)
    planner.change(state=state)

    assert planner.tick(after=45 * DAY) == 1


def test_a_pause_and_a_cancel_keep_it(planner):
    has_signed(planner)
    plans(planner)
    planner.moves("news", ScheduleState.PAUSED)
    assert planner.tick(after=DAY) == 0

    planner.moves("news", ScheduleState.CANCELLED)

    assert planner.tick(after=DAY) == 0


def test_a_time_of_each_readers_own_is_refused(planner):
    with pytest.raises(Refused, match="each reader"):
        plans(planner, anchor=Anchor.AT, local="2026-12-01T09:00:00", days=0, by_reader=True)
