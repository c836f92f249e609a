"""The forecast at the desk tells the numbers that the terminal's tells, on each database, where a letter is not too large."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from service.campaigns.contents import seal_file
from service.campaigns.file import read_campaign_file
from service.foundation.sealing import RootKey
from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.states import CampaignState
from service.schedules.audience import Audience
from service.schedules.built_in import keep_built_in
from service.schedules.sends.days import Moment, moments_of_letter
from service.store.transaction import reading, transaction
from tests.coalition import letter_file
from tests.promises.test_schedules import DAY, INTENDS, INVITED, LEAD, PENDING, Planner

SIX_WEEKS = 42 * DAY


@pytest.fixture
def planner(engine: Engine, root: RootKey, noon: datetime) -> Planner:
    """Give a letter of some hundred sign-ons, whose sendings spare whom the one before has written to."""
    planner = Planner(engine, root, noon, send_at=noon + SIX_WEEKS + 2 * DAY)
    planner.has(PENDING, number=120, country="NP")
    planner.has(INTENDS, number=90, decision_by=date(2026, 12, 1), country="FR")
    planner.has(INVITED, number=60)
    everybody = (PENDING, INVITED, INTENDS)
    planner.plans("all", to=Audience(states=everybody), days=3, clock="09:00")
    planner.plans("spared", to=Audience(states=everybody, spare_hours=48), days=4, clock="09:00")
    planner.plans("nepal", to=Audience(states=everybody, countries=("NP",), spare_hours=100), days=9)
    planner.plans("readers", to=Audience(states=(PENDING,)), anchor=Anchor.OPENING, days=20, by_reader=True)
    with transaction(engine) as session:
        campaign = session.get_one(Campaign, planner.campaign.id)
        seal_file(planner.keys, campaign, read_campaign_file(letter_file(), now=planner.now))
        keep_built_in(session, lead=LEAD, now=planner.now)
    return planner


def at_the_desk(planner: Planner, **how: int) -> Sequence[Moment]:
    with reading(planner.engine) as session:
        campaign = session.get_one(Campaign, planner.campaign.id)
        found = moments_of_letter(
            session,
            planner.keyring,
            campaign,
            lead=LEAD,
            until=planner.now + SIX_WEEKS,
            now=planner.now,
            **how,
        )
    return [one for one in found if one.reach is not None]


def numbers(moments: Sequence[Moment]) -> list[tuple[datetime, int]]:
    return sorted((one.at, one.reach.number) for one in moments if one.reach is not None and one.reach.number)


def foretold(planner: Planner) -> list[tuple[datetime, int]]:
    planned = planner.forecast(until=SIX_WEEKS)
    return sorted((one.due.at, len(one.whom)) for one in planned if one.whom and one.due.at > planner.now)


@pytest.mark.parametrize(
    "letter", [{}, {"state": CampaignState.FROZEN, "opens_at": datetime(2026, 11, 25, 9, tzinfo=UTC)}]
)
def test_the_desk_foretells_what_the_terminal_does(planner: Planner, letter: dict[str, object]) -> None:
    planner.change(**letter)

    moments = at_the_desk(planner)

    assert numbers(moments) == foretold(planner)
    assert not any(one.reach.is_more or one.reach.at_most for one in moments if one.reach is not None)
    # Whom one sending has written to is spared by the next.
    assert {number for _, number in numbers(moments)} >= {270, 120}


def test_a_larger_letter_counts_each_sending_by_itself_until_it_is_asked(planner: Planner) -> None:
    roughly = at_the_desk(planner, exact_up_to=269)
    exactly = at_the_desk(planner, exact_up_to=270)

    assert numbers(exactly) == foretold(planner)
    assert sum(number for _, number in numbers(roughly)) > sum(number for _, number in numbers(exactly))
    assert timedelta(0) < max(one.at for one in roughly) - planner.now


def test_what_would_reach_nobody_is_told_apart(planner: Planner) -> None:
    moments = at_the_desk(planner)

    idle = [one for one in moments if one.is_idle]
    assert idle
    assert all(one.reach is not None and not one.reach.number for one in idle)
    # What a person planned is told all the same, whether it reaches anybody or not.
    assert any(one.reach is not None and not one.reach.number for one in moments if not one.is_idle)
