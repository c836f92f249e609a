"""Stop invitations and reminders to a mailbox; a sign-on stays as it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from service.campaigns.contents import open_file
from service.foundation.errors import NotFound
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.link_token import Purpose
from service.model.message import MessageKind
from service.model.signature import Signature
from service.model.suppression import Suppression, SuppressionReason
from service.store.keyring import Keyring
from service.store.links import find_link

STOPPED_KINDS = (MessageKind.INVITATION, MessageKind.REMINDER)


@dataclass(frozen=True, kw_only=True)
class UnsubscribeView:
    """What the holder of an unsubscribing link sees."""

    title: str
    coalition: str
    language: str
    stopped: bool


def look_at_unsubscribe(session: Session, keyring: Keyring, *, token: str, now: datetime) -> UnsubscribeView:
    """Show what would stop, and change nothing; raises NotFound for a link that opens nothing."""
    signature, campaign = _behind(session, token, now=now)
    return _view(session, keyring, signature, campaign)


def unsubscribe(session: Session, keyring: Keyring, *, token: str, now: datetime) -> UnsubscribeView:
    """Stop writing invitations and reminders to this mailbox for this letter; a second time changes nothing."""
    signature, campaign = _behind(session, token, now=now)
    if not is_suppressed(session, signature):
        session.add(
            Suppression(
                campaign_id=campaign.id,
                email_index=signature.email_index,
                reason=SuppressionReason.UNSUBSCRIBED,
                created_at=now,
            )
        )
        session.flush()
    outbox.cancel_for(session, recipient_ref=signature.id, kinds=STOPPED_KINDS, now=now)
    return _view(session, keyring, signature, campaign)


def is_suppressed(session: Session, signature: Signature) -> bool:
    """Tell whether invitations and reminders to this mailbox were stopped."""
    return suppression_of(session, signature.campaign_id, signature.email_index) is not None


def suppression_of(session: Session, campaign_id: str, mailbox: bytes) -> SuppressionReason | None:
    """Give why a mailbox, known by its keyed hash, is left alone by one letter; None where it may be written to."""
    found = select(Suppression).where(
        Suppression.campaign_id == campaign_id, Suppression.email_index == mailbox
    )
    row = session.exec(found).first()
    return row.reason if row is not None else None


def _behind(session: Session, token: str, *, now: datetime) -> tuple[Signature, Campaign]:
    link = find_link(session, token, Purpose.UNSUBSCRIBE)
    signature = session.get(Signature, link.row_id)
    campaign = session.get(Campaign, link.campaign_id)
    if signature is None or campaign is None or now >= link.expires_at:
        raise NotFound("This link does not open anything.")
    return signature, campaign


def _view(session: Session, keyring: Keyring, signature: Signature, campaign: Campaign) -> UnsubscribeView:
    file = open_file(session, keyring, campaign)
    return UnsubscribeView(
        title=file.letter.title,
        coalition=file.coalition,
        language=campaign.language,
        stopped=is_suppressed(session, signature),
    )
