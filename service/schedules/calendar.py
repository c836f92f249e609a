"""The calendar of all letters: every moment that is known, the earliest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from service.campaigns.queries import campaigns_by_slug
from service.model.campaign import Campaign
from service.model.show import Step
from service.model.states import PUT_AWAY, CampaignState
from service.schedules.forecast import forecast
from service.schedules.show_listing import list_show
from service.store.keyring import Keyring

_OF_SHOW = {
    Step.RECEIPT: "a receipt is waited for until now at the latest",
    Step.PRESS: "copies to the press",
}
TO_OPEN = "planned to open, which somebody does by hand"
OPENS = "opens for sign-ons"
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
            *moments_of(campaign),
            *_of_show(session, keyring, campaign, now=now),
            *_mails(session, keyring, campaign, lead=lead, until=until, now=now),
        )
        if now < entry.at <= until
    ]
    return sorted(entries, key=lambda entry: (entry.at, entry.slug, entry.what))


def moments_of(campaign: Campaign) -> Iterator[Entry]:
    """Give the letter's own moments: opening, deadline, the end of the grace, sending, publication."""
    is_open = campaign.state in (*_BEFORE_OPENING, CampaignState.OPEN)
    moments = {
        TO_OPEN: campaign.opens_at if campaign.state in _BEFORE_OPENING else None,
        OPENS: campaign.opens_at if campaign.state is CampaignState.OPEN else None,
        "deadline for sign-ons": campaign.deadline_at if is_open else None,
        "planned to be sent": campaign.send_at if is_open or campaign.state is CampaignState.CLOSED else None,
        "grace for confirmations ends": _grace_ends(campaign),
        "becomes public": campaign.publish_at if campaign.published_at is None else None,
    }
    for what, at in moments.items():
        if at is not None:
            yield Entry(at=at, slug=campaign.slug, what=what)


def _grace_ends(campaign: Campaign) -> datetime | None:
    """Say until when a confirmation still counts that comes after the deadline; None where none does any more."""
    if campaign.state not in (*_BEFORE_OPENING, CampaignState.OPEN, CampaignState.CLOSED):
        return None
    grace = timedelta(seconds=campaign.grace_seconds)
    return campaign.deadline_at + grace if grace else None


def _of_show(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> Iterator[Entry]:
    """Give the steps of a run of show that send nothing to those who signed; the others stand in the forecast."""
    for line in list_show(session, keyring, campaign, now=now):
        if line.step in _OF_SHOW and not line.is_over and line.at is not None:
            yield Entry(at=line.at, slug=campaign.slug, what=_OF_SHOW[line.step])


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
