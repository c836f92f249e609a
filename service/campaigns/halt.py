"""Stop a letter for a while: it takes no sign-ons, or, in an emergency, shows no names, sends no mail and opens no links."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.coordinators.second_look import ask_second, get_look, take_approved
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.mail.halted import free_letter, stop_letter
from service.model.campaign import Campaign
from service.model.second_look import SecondLook
from service.model.states import CampaignState

END = "emergency.end"
"""The act that waits for a second coordinator before an emergency ends."""
HIDDEN = Sentence("The letter is hidden: no names, no mail, no links. It takes two to end that.")


def pause(session: Session, slug: str, *, by: str, now: datetime) -> Campaign:
    """Take no sign-ons for a while; confirmations still come in. Raises Refused for a letter that is not open."""
    campaign = lock_campaign(session, slug)
    if campaign.state is not CampaignState.OPEN:
        raise Refused(Sentence("Only a letter that collects sign-ons can be paused."))
    if campaign.paused_at is not None:
        raise Refused(Sentence("The letter is paused already."))
    campaign.paused_at = now
    session.add(campaign)
    audit.record(session, by=by, act="campaign.pause", campaign_id=campaign.id, now=now)
    return campaign


def resume(session: Session, slug: str, *, by: str, now: datetime) -> Campaign:
    """Take sign-ons again; raises Refused where the letter is not paused."""
    campaign = lock_campaign(session, slug)
    if campaign.paused_at is None:
        raise Refused(Sentence("The letter is not paused."))
    campaign.paused_at = None
    session.add(campaign)
    audit.record(session, by=by, act="campaign.resume", campaign_id=campaign.id, now=now)
    return campaign


def refuse_if_hidden(campaign: Campaign) -> None:
    """Raise Refused while a letter is hidden in an emergency: nothing with its names leaves then."""
    if campaign.emergency_at is not None:
        raise Refused(HIDDEN)


def was_hidden_at_its_minute() -> ColumnElement[bool]:
    """Say in SQL of a letter that an emergency of it ended after its minute of publication came: by that it becomes public no more."""
    ended = select(SecondLook.id).where(
        col(SecondLook.campaign_id) == col(Campaign.id),
        col(SecondLook.act) == END,
        col(SecondLook.done_at) >= col(Campaign.publish_at),
    )
    return ended.exists()


def begin_emergency(session: Session, slug: str, *, by: str, now: datetime) -> Campaign:
    """Hide all names, stop mail and end links of one letter, all by one commit.

    After it no page shows a name or a number of it, no mail of it passes a sender's fence, and neither its unlisted
    address nor a personal link opens anything.
    """
    campaign = lock_campaign(session, slug)
    if campaign.emergency_at is not None:
        raise Refused(Sentence("The letter is hidden already."))
    campaign.emergency_at = now
    session.add(campaign)
    session.flush()
    held = stop_letter(session, campaign.id, now=now)
    audit.record(session, by=by, act="campaign.emergency", campaign_id=campaign.id, thing=str(held), now=now)
    return campaign


def ask_to_end_emergency(session: Session, slug: str, *, by: str, now: datetime) -> SecondLook:
    """Ask a second coordinator to end the emergency; raises Refused where there is none."""
    campaign = lock_campaign(session, slug)
    return ask_second(session, campaign_id=campaign.id, act=END, thing=_which(campaign), by=by, now=now)


def end_emergency(session: Session, slug: str, look_id: str, *, by: str, now: datetime) -> Campaign:
    """End the emergency that two coordinators want to end: links open again, and the mail that was held goes on."""
    campaign = lock_campaign(session, slug)
    which = _which(campaign)
    if dict(get_look(session, look_id, campaign_id=campaign.id).thing) != which:
        raise Refused(Sentence("This was asked of another emergency; ask anew."))
    take_approved(session, look_id, campaign_id=campaign.id, act=END, now=now)
    campaign.emergency_at = None
    session.add(campaign)
    session.flush()
    freed = free_letter(session, campaign.id, now=now)
    audit.record(
        session, by=by, act="campaign.emergency-end", campaign_id=campaign.id, thing=str(freed), now=now
    )
    return campaign


def _which(campaign: Campaign) -> dict[str, str]:
    if campaign.emergency_at is None:
        raise Refused(Sentence("There is no emergency of this letter."))
    return {"since": campaign.emergency_at.isoformat()}
