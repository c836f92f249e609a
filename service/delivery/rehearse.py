"""Send the letter to ourselves, as each recipient would get it."""

from datetime import datetime

from sqlmodel import Session

from service.campaigns.queries import lock_campaign, present_recipients, present_revision
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.message import MessageKind
from service.model.states import PUT_AWAY, CampaignState
from service.signing.queries import counts
from service.store.keyring import Keyring


def rehearse(session: Session, keyring: Keyring, slug: str, *, by: str, now: datetime) -> int:
    """Post one rehearsal for each recipient to the coalition's own address; gives how many.

    Raises Refused for a draft, or where nobody counts yet.
    """
    campaign = lock_campaign(session, slug)
    present_revision(session, campaign)
    keyring.of(session, campaign.id)
    if campaign.state in {CampaignState.SENT, *PUT_AWAY}:
        raise Refused(Sentence("“{slug}” was already sent; there is nothing left to rehearse.", slug=slug))
    if not counts(session, campaign).signatories:
        raise Refused(
            Sentence(
                "Nobody counts as a signatory of “{slug}” yet, so there is nothing to rehearse.", slug=slug
            )
        )
    recipients = present_recipients(session, campaign)
    for recipient in recipients:
        outbox.post(
            session,
            kind=MessageKind.REHEARSAL,
            campaign_id=campaign.id,
            recipient_ref=recipient.id,
            occurrence=now.isoformat(timespec="seconds"),
            now=now,
        )
    audit.record(session, by=by, act="deliver.rehearse", campaign_id=campaign.id, now=now)
    return len(recipients)
