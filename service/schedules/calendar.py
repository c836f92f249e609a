"""The calendar of all letters: every moment that is known, the earliest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from service.campaigns.queries import campaigns_by_slug
from service.model.campaign import Campaign
from service.model.states import PUT_AWAY, CampaignState
from service.schedules.forecast import forecast
from service.store.keyring import Keyring

_BEFORE_OPENING = (CampaignState.DRAFT, CampaignState.FROZEN)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something that happens to a letter; `mails` says how many go, None where it is not a sending of mails."""

    at: datetime
    slug: str
    what: str
    mails: int | None = None


def calendar(
    session: Session, keyring: Keyring, *, lead: timedelta, until: datetime, now: datetime
) -> Sequence[Entry]:
    """Tell what happens with all letters from now until a moment, the earliest first, if nothing changes."""
    entries = [
        entry
        for campaign in campaigns_by_slug(session)
        if campaign.state not in PUT_AWAY
        for entry in (
            *_moments(campaign),
            *_mails(session, keyring, campaign, lead=lead, until=until, now=now),
        )
        if now < entry.at <= until
    ]
    return sorted(entries, key=lambda entry: (entry.at, entry.slug, entry.what))


def _moments(campaign: Campaign) -> Iterator[Entry]:
    """Give the letter's own moments that are still to come."""
    is_open = campaign.state in (*_BEFORE_OPENING, CampaignState.OPEN)
    moments = {
        "planned to open": campaign.opens_at if campaign.state in _BEFORE_OPENING else None,
        "deadline for sign-ons": campaign.deadline_at if is_open else None,
        "planned to be sent": campaign.send_at if is_open or campaign.state is CampaignState.CLOSED else None,
        "becomes public": campaign.publish_at if campaign.published_at is None else None,
    }
    for what, at in moments.items():
        if at is not None:
            yield Entry(at=at, slug=campaign.slug, what=what)


def _mails(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    *,
    lead: timedelta,
    until: datetime,
    now: datetime,
) -> Iterator[Entry]:
    for one in forecast(session, keyring, campaign, lead=lead, until=until, now=now):
        yield Entry(at=one.due.at, slug=one.slug, what=f"{one.name}{one.proviso}", mails=len(one.whom))
