"""Put a letter away: nobody works at it any more, and from here, or from its answer, its retention counts."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.queries import lock_campaign, released_edition
from service.campaigns.state_words import LETTER_STATES
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.constituent import Constituent
from service.model.delivery import Delivery
from service.model.retention import Retention
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import (
    CAMPAIGN,
    OCCURRENCE,
    SCHEDULE,
    CampaignState,
    DeliveryState,
    OccurrenceState,
    ScheduleState,
)
from service.store.insert import add_once
from service.store.keyring import Keyring

_ON_THE_WAY = (DeliveryState.READY, DeliveryState.CARRYING)


def archive(session: Session, keyring: Keyring, slug: str, *, by: str, now: datetime) -> Retention:
    """Put away a letter that was sent, or closed and never sent; nothing brings it back.

    From now on its personal data is kept as its file says, unless somebody has said otherwise before. Raises Refused
    for a letter that is open, that leaves just now, or of which copies are still on their way.
    """
    campaign = lock_campaign(session, slug)
    _refuse_while_worked_at(session, campaign, now=now)
    add_once(
        session,
        Retention(campaign_id=campaign.id, keep_days=open_file(session, keyring, campaign).purge_after_days),
    )
    row = session.exec(select(Retention).where(Retention.campaign_id == campaign.id).with_for_update()).one()
    CAMPAIGN.move(campaign, CampaignState.ARCHIVED)
    _end_schedules(session, campaign, now=now)
    _forget_addresses(session, campaign, now=now)
    row.archived_at = now
    session.add_all((campaign, row))
    audit.record(session, by=by, act="campaign.archive", campaign_id=campaign.id, now=now)
    return row


def _forget_addresses(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """Delete the addresses of those who asked their Member and whose message never left: it will not leave any more."""
    waiting = update(Constituent).where(
        col(Constituent.campaign_id) == campaign.id, col(Constituent.settled_at).is_(None)
    )
    session.execute(waiting.values(details=b"", settled_at=now))


def _end_schedules(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """End what was planned, and what of it is still to be posted or asks."""
    planned = select(Schedule).where(
        Schedule.campaign_id == campaign.id,
        Schedule.state != ScheduleState.CANCELLED,
        col(Schedule.action).in_(list(Action)),
    )
    for schedule in session.exec(planned.with_for_update()).all():
        SCHEDULE.move(schedule, ScheduleState.CANCELLED)
        session.add(schedule)
    begun = select(Occurrence).where(
        Occurrence.campaign_id == campaign.id,
        col(Occurrence.state).in_((OccurrenceState.FIRING, OccurrenceState.ASKING)),
    )
    for occurrence in session.exec(begun.with_for_update()).all():
        OCCURRENCE.move(occurrence, OccurrenceState.CANCELLED)
        occurrence.ended_at, occurrence.reason = now, "the letter was put away"
        session.add(occurrence)


def _refuse_while_worked_at(session: Session, campaign: Campaign, *, now: datetime) -> None:
    slug = campaign.slug
    if campaign.state not in {CampaignState.CLOSED, CampaignState.SENT}:
        raise Refused(
            Sentence(
                "Only a letter that was sent or closed can be put away. “{slug}” stands at “{state}”.",
                slug=slug,
                state=LETTER_STATES[campaign.state],
            )
        )
    is_to_appear = campaign.publish_at is not None and campaign.publish_at > now
    if campaign.state is CampaignState.SENT and campaign.published_at is None and is_to_appear:
        raise Refused(Sentence("“{slug}” is still to be published; put it away after that.", slug=slug))
    leaving = campaign.state is CampaignState.CLOSED and released_edition(session, campaign) is not None
    on_the_way = select(Delivery.id).where(
        Delivery.campaign_id == campaign.id, col(Delivery.state).in_(_ON_THE_WAY)
    )
    if leaving or session.exec(on_the_way.limit(1)).first() is not None:
        raise Refused(
            Sentence("Copies of this letter are still on their way: wait for them, or stop them."),
            command=f"undersigned deliver {slug} --stop",
        )
