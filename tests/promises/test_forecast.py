"""A forecast equals what then happens: six weeks of a letter of 2,000 members, by a clock that only the test moves."""

import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlmodel import col

from service.foundation.errors import Refused
from service.foundation.sealing import KEY_BYTES, RootKey
from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.message import Message
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import CampaignState, SignatureState
from service.schedules.audience import Audience
from service.schedules.built_in import keep_built_in
from service.schedules.due import Timing
from service.schedules.forecast import forecast
from service.schedules.plan import Plan, add_schedule, approve_schedule
from service.store.engine import make_engine
from service.store.keyring import Keyring
from service.store.transaction import reading, transaction
from tests.make import make_campaign, make_sign_on, make_signature
from tests.reminding import pass_time

ROOT = RootKey(bytes(range(KEY_BYTES)))
NOON = datetime(2026, 10, 6, 12, tzinfo=UTC)
SIX_WEEKS, LEAD = timedelta(days=42), timedelta(days=1)
MEMBERS = 2_000
ZONES = ("Europe/London", "America/New_York", "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Apia")
STATES = (
    SignatureState.PENDING,
    SignatureState.INVITED,
    SignatureState.INTENDS,
    SignatureState.CONFIRMED,
    SignatureState.DECLINED,
)
Fired = Mapping[tuple[str, datetime], frozenset[str]]


@pytest.fixture(scope="module")
def crowd(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database that holds a letter and its members, in every state, of several countries and languages."""
    path = tmp_path_factory.mktemp("forecast") / "crowd.db"
    shutil.copyfile(migrated_sqlite, path)
    engine, keyring = make_engine(f"sqlite:///{path}"), Keyring(ROOT)
    with transaction(engine) as session:
        campaign = make_campaign(
            session,
            keyring,
            now=NOON,
            slug="crowd",
            deadline_at=NOON + SIX_WEEKS,
            send_at=NOON + SIX_WEEKS + timedelta(days=2),
        )
        keys = keyring.of(session, campaign.id)
        came = NOON - timedelta(hours=1)
        for number in range(MEMBERS):
            state = STATES[number % len(STATES)]
            make_signature(
                session,
                keys,
                campaign,
                now=came,
                sign_on=make_sign_on(
                    country=("NP", "CN", "US", "FR", "")[number % 7 % 5],
                    language=("", "fr", "ar")[number % 3],
                ),
                state=state,
                decision_by=date(2026, 10, 10) + timedelta(days=number % 30),
            )
    engine.dispose()
    return path


CLOCKS = st.sampled_from(["01:30", "02:15", "09:00", "13:37", "22:30"])
TIMINGS = st.builds(
    Timing,
    anchor=st.sampled_from([Anchor.OPENING, Anchor.DEADLINE]),
    days=st.integers(-20, 20),
    clock=CLOCKS,
    every_days=st.sampled_from([0, 1, 3, 7]),
    times=st.integers(1, 6),
    quiet_from=st.just("21:00"),
    quiet_until=st.sampled_from(["08:00", "09:30"]),
    rest_days=st.sampled_from([(), (5, 6), (4,)]),
    zone=st.sampled_from(["", *ZONES]),
    by_reader=st.booleans(),
) | st.builds(Timing, anchor=st.just(Anchor.WINDOW), part=st.integers(1, 6), parts=st.just(7))
AUDIENCES = st.builds(
    Audience,
    states=st.lists(st.sampled_from(STATES[:3]), min_size=1, max_size=3, unique=True).map(tuple),
    languages=st.sampled_from([(), ("fr",), ("fr", "ar")]),
    countries=st.sampled_from([(), ("NP", "US")]),
    spare_hours=st.sampled_from([0, 12, 24, 100]),
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(plans=st.lists(st.tuples(TIMINGS, AUDIENCES), max_size=3), zone=st.sampled_from(ZONES))
def test_what_was_foretold_is_what_happens(crowd, tmp_path_factory, plans, zone):
    path = tmp_path_factory.mktemp("run") / "run.db"
    shutil.copyfile(crowd, path)
    engine, keyring = make_engine(f"sqlite:///{path}"), Keyring(ROOT)
    _plan(engine, keyring, plans, zone)

    foretold = _foretell(engine, keyring)
    happened = _live_through(engine, keyring, sorted({due for _, due in foretold}))
    engine.dispose()
    path.unlink()

    assert happened == foretold


def _plan(engine: Engine, keyring: Keyring, plans: list[tuple[Timing, Audience]], zone: str) -> None:
    with transaction(engine) as session:
        campaign = session.execute(select(Campaign)).scalar_one()
        campaign.time_zone = zone
        session.add(campaign)
        keep_built_in(session, lead=LEAD, now=NOON)
        for number, (timing, audience) in enumerate(plans):
            plan = Plan(name=f"plan-{number}", timing=timing, audience=audience)
            try:
                add_schedule(session, keyring, "crowd", plan, by="ada", now=NOON)
            except Refused:
                continue
            approve_schedule(session, keyring, "crowd", plan.name, by="ben", now=NOON)


def _foretell(engine: Engine, keyring: Keyring) -> Fired:
    with reading(engine) as session:
        campaign = session.execute(select(Campaign)).scalar_one()
        assert campaign.state is CampaignState.OPEN
        planned = forecast(session, keyring, campaign, lead=LEAD, until=NOON + 2 * SIX_WEEKS, now=NOON)
    return {(one.name, one.due.at): frozenset(one.whom) for one in planned}


def _live_through(engine: Engine, keyring: Keyring, moments: list[datetime]) -> Fired:
    for moment in moments:
        pass_time(engine, keyring, lead=LEAD, now=moment, most=700)
    with reading(engine) as session:
        began = session.execute(
            select(Schedule.name, Occurrence)
            .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
            # A digest goes to the secretariat, and nobody can foretell whether it has anything to tell.
            .where(col(Schedule.action) != Action.DIGEST)
        ).all()
        posted: dict[str, set[str]] = {}
        for occurrence, whom in session.execute(select(col(Message.occurrence), col(Message.recipient_ref))):
            assert whom not in posted.setdefault(occurrence, set())
            posted[occurrence].add(whom)
    return {(name, one.due_at): frozenset(posted.get(one.id, ())) for name, one in began}
