"""Stop all mail to a mailbox that it did not ask for just now; a sign-on stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.foundation.errors import NotFound
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.link_token import Purpose
from service.model.message import MessageKind
from service.model.signature import Signature
from service.model.suppression import Suppression, SuppressionReason
from service.signing.party import email_index, read_party
from service.store.insert import insert_or
from service.store.keyring import Keyring
from service.store.links import find_link

STOPPED_KINDS = (
    MessageKind.INVITATION,
    MessageKind.REMINDER,
    MessageKind.CHANGE,
    MessageKind.PROOF,
    MessageKind.UPDATE,
    MessageKind.NEWS,
    MessageKind.KIT,
)


@dataclass(frozen=True, kw_only=True)
class UnsubscribeView:
    """What the holder of an unsubscribing link sees."""

    title: str
    coalition: str
    language: str
    reader: str
    stopped: bool


def look_at_unsubscribe(session: Session, keyring: Keyring, *, token: str, now: datetime) -> UnsubscribeView:
    """Show what would stop, and change nothing; raises NotFound for a link that opens nothing."""
    signature, campaign = _behind(session, token, now=now)
    return _view(session, keyring, signature, campaign)


def unsubscribe(session: Session, keyring: Keyring, *, token: str, now: datetime) -> UnsubscribeView:
    """Stop writing invitations, reminders, updates and news to this mailbox for this letter; a second time changes nothing."""
    signature, campaign = _behind(session, token, now=now)
    keys = keyring.of(session, campaign.id)
    party = read_party(keys, signature)
    # Of an organization, contact and approver may be two mailboxes: the link was in the mail of one of them.
    mailboxes = sorted(email_index(keys, address) for address in {party.email, party.confirming_email} - {""})
    for mailbox in mailboxes:
        _suppress(session, campaign, mailbox, now=now)
    # What a sender has made already would leave, whoever of this mailbox's sign-ons it was written for.
    for row_id in sorted({signature.id, *_sign_ons_of(session, campaign, mailboxes)}):
        outbox.cancel_for(session, recipient_ref=row_id, kinds=STOPPED_KINDS, now=now)
    return _view(session, keyring, signature, campaign)


def suppression_of(session: Session, campaign_id: str, mailbox: bytes) -> SuppressionReason | None:
    """Give why a mailbox, known by its keyed hash, is left alone by one letter; None where it may be written to."""
    found = select(Suppression).where(
        Suppression.campaign_id == campaign_id, Suppression.email_index == mailbox
    )
    row = session.exec(found).first()
    return row.reason if row is not None else None


def _sign_ons_of(session: Session, campaign: Campaign, mailboxes: Sequence[bytes]) -> Sequence[str]:
    found = select(Signature.id).where(
        Signature.campaign_id == campaign.id, col(Signature.email_index).in_(mailboxes)
    )
    return session.exec(found).all()


def _suppress(session: Session, campaign: Campaign, mailbox: bytes, *, now: datetime) -> None:
    row = Suppression(
        campaign_id=campaign.id,
        email_index=mailbox,
        reason=SuppressionReason.UNSUBSCRIBED,
        created_at=now,
    )
    # A mail program may send its one click twice. A bounce may be lifted, a wish may not: the wish takes its place.
    once = insert_or(session, row).on_conflict_do_update(
        index_elements=["campaign_id", "email_index"],
        set_={"reason": SuppressionReason.UNSUBSCRIBED},
        where=col(Suppression.reason) == SuppressionReason.BOUNCED,
    )
    session.execute(once)


def _behind(session: Session, token: str, *, now: datetime) -> tuple[Signature, Campaign]:
    link = find_link(session, token, Purpose.UNSUBSCRIBE)
    signature = session.get(Signature, link.row_id)
    campaign = session.get(Campaign, link.campaign_id)
    if signature is None or campaign is None or now >= link.expires_at:
        raise NotFound(Sentence("This link does not open anything."))
    return signature, campaign


def _view(session: Session, keyring: Keyring, signature: Signature, campaign: Campaign) -> UnsubscribeView:
    file = open_file(session, keyring, campaign)
    return UnsubscribeView(
        title=file.letter.title,
        coalition=file.coalition,
        language=campaign.language,
        reader=signature.language,
        # A bounce does not stop it for good: its owner may still say that it shall stop.
        stopped=suppression_of(session, campaign.id, signature.email_index)
        not in {None, SuppressionReason.BOUNCED},
    )
