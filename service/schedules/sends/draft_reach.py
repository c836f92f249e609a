"""To how many a draft would go: of a letter of many sign-ons counted by the worker, since no page can wait for it."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, select

from service.foundation.canonical import digest
from service.model.campaign import Campaign
from service.model.schedule import Schedule
from service.model.states import ScheduleState
from service.schedules.reach import MOST, Reach, Within
from service.schedules.sends.compose import reach_of_draft
from service.signing.secretariat.kept_figures import known_reaches
from service.store.keyring import Keyring


def known_reach(
    session: Session, keyring: Keyring, campaign: Campaign, schedule: Schedule, *, now: datetime
) -> Reach:
    """Say to how many a draft would go: exactly up to MOST; beyond it as the worker has counted its rule, if it has."""
    keys = keyring.of(session, campaign.id)
    reach = reach_of_draft(
        session, keys, campaign, schedule, now=now, most=MOST, within=Within(session, campaign)
    )
    if not reach.is_more:
        return reach
    kept = known_reaches(session, keyring, campaign)
    number = kept.numbers.get(_rule_of(schedule)) if kept is not None else None
    if kept is None or number is None:
        return reach
    return Reach(number=number, at_most=reach.at_most, as_of=kept.as_of)


def count_drafts(
    session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime
) -> Mapping[str, int]:
    """Count exactly to how many each draft of a letter would go, by its rule; of a million that takes seconds for each."""
    keys = keyring.of(session, campaign.id)
    drafts = select(Schedule).where(
        Schedule.campaign_id == campaign.id, Schedule.state == ScheduleState.DRAFT
    )
    rules = {_rule_of(one): one for one in session.exec(drafts)}
    return {rule: reach_of_draft(session, keys, campaign, one, now=now).number for rule, one in rules.items()}


def _rule_of(schedule: Schedule) -> str:
    """Give what a rule is known by: drafts of one rule go to the same readers."""
    return digest({"action": schedule.action.value, "audience": schedule.audience})
