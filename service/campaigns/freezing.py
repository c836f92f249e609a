"""Make a text final at the desk: by two coordinators, on exactly these words, or alone where the letter is of one person."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from service.campaigns.contents import open_file
from service.campaigns.drafting import MAY_STILL_CHANGE
from service.campaigns.file import revision_record
from service.campaigns.life import freeze
from service.campaigns.queries import lock_campaign
from service.coordinators.second_look import ask_second, get_look, take_approved
from service.foundation.canonical import digest
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.audit_event import AuditEvent
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.second_look import SecondLook
from service.model.states import CampaignState
from service.store.keyring import Keyring

FREEZE = "freeze"
"""The act that waits for a second coordinator before a text is final."""
REVISE = "text.revise"
"""The act that waits for one before a text that is final has another version (service/campaigns/revising.py)."""
OTHER_WORDS = Sentence(
    "The text, its recipients or the settings have changed since this was asked; ask for it again."
)


def words_now(session: Session, keyring: Keyring, campaign: Campaign) -> str:
    """Give the hash of all that a second coordinator agrees to: the text as a revision, and the settings it binds."""
    file = open_file(session, keyring, campaign)
    # Approvers and the terms of signing are not of the revision, and nobody shall change them between the two.
    settings = {key: value for key, value in file.as_record().items() if key not in MAY_STILL_CHANGE}
    return digest({"revision": revision_record(file), "settings": settings})


def ask_to_freeze(session: Session, keyring: Keyring, slug: str, *, by: str, now: datetime) -> SecondLook:
    """Ask a second coordinator to look at exactly these words; raises Refused for anything but a draft."""
    campaign = lock_campaign(session, slug)
    _refuse_unless_draft(campaign)
    thing = {"text": words_now(session, keyring, campaign)}
    return ask_second(session, campaign_id=campaign.id, act=FREEZE, thing=thing, by=by, now=now)


def freeze_approved(
    session: Session, keyring: Keyring, slug: str, look_id: str, *, by: str, now: datetime
) -> LetterRevision:
    """Make the text final that a second coordinator has approved; raises Refused where it has changed since."""
    campaign = lock_campaign(session, slug)
    _refuse_unless_draft(campaign)
    look = get_look(session, look_id, campaign_id=campaign.id)
    if dict(look.thing).get("text") != words_now(session, keyring, campaign):
        raise Refused(OTHER_WORDS)
    take_approved(session, look_id, campaign_id=campaign.id, act=FREEZE, now=now)
    return freeze(session, keyring, slug, by=by, now=now)


def freeze_alone(session: Session, keyring: Keyring, slug: str, *, by: str, now: datetime) -> LetterRevision:
    """Make the text of a letter of one person final; raises Refused where two are to decide."""
    campaign = lock_campaign(session, slug)
    if not campaign.solo:
        raise Refused(Sentence("A second coordinator has to look at the text before it is final."))
    return freeze(session, keyring, slug, by=by, now=now)


def was_frozen_by_two(session: Session, campaign: Campaign) -> bool:
    """Tell whether the present text was made final with a second coordinator's approval."""
    if campaign.revision_id is None:
        return False
    looked = select(SecondLook.id).where(
        SecondLook.campaign_id == campaign.id,
        col(SecondLook.act).in_((FREEZE, REVISE)),
        col(SecondLook.done_at).is_not(None),
        col(SecondLook.done_at) >= _final_since(session, campaign),
    )
    return session.exec(looked.limit(1)).first() is not None


def _final_since(session: Session, campaign: Campaign) -> datetime:
    """Give when the present text was made final: frozen, or made anew as another version."""
    frozen = select(func.max(col(AuditEvent.at))).where(
        AuditEvent.campaign_id == campaign.id,
        col(AuditEvent.act).in_(("campaign.freeze", "campaign.revise")),
    )
    latest: datetime | None = session.exec(frozen).one()
    return latest or campaign.created_at


def _refuse_unless_draft(campaign: Campaign) -> None:
    if campaign.state is not CampaignState.DRAFT:
        raise Refused(Sentence("The text is final already."))
