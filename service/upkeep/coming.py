"""What comes next of a letter's purge, and when: both notices, and the purge itself, if nothing changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.campaigns.queries import campaigns_by_slug
from service.model.campaign import Campaign
from service.model.retention import Retention
from service.model.states import PUT_AWAY, CampaignState
from service.upkeep.keeping import Step, steps_to_come
from service.upkeep.purge import facts_of


@dataclass(frozen=True, kw_only=True)
class Coming:
    """One step towards the purge of a letter: a notice to its secretariat, a second one, or the purge."""

    at: datetime
    slug: str
    zone: str
    step: Step


def coming_of(session: Session, campaign: Campaign, *, until: datetime, now: datetime) -> Iterator[Coming]:
    """Tell what comes of one letter until a moment; nothing of one that is still worked at, or was purged."""
    row = session.get(Retention, campaign.id)
    if row is None or campaign.state not in PUT_AWAY or campaign.state is CampaignState.PURGED:
        return
    for step, at in steps_to_come(facts_of(session, row), now=now):
        if at <= until:
            yield Coming(at=at, slug=campaign.slug, zone=campaign.time_zone, step=step)


def coming_of_all(session: Session, *, until: datetime, now: datetime) -> Iterator[Coming]:
    """Tell what comes of all letters until a moment."""
    for campaign in campaigns_by_slug(session):
        yield from coming_of(session, campaign, until=until, now=now)
