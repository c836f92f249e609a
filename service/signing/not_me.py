"""Say by a link in the confirming mail: this was not me. The sign-on ends, and the address is left alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col

from service.campaigns.contents import open_file
from service.campaigns.queries import lock_campaign_of
from service.coordinators import audit
from service.foundation.errors import NotFound
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.link_token import LinkToken, Purpose
from service.model.signature import HeldReason, Signature
from service.model.states import SIGNATURE, SignatureState
from service.model.suppression import Suppression, SuppressionReason
from service.signing.codes import end_codes
from service.signing.constituents import forget_constituent
from service.signing.leaving import stop_letter_that_names
from service.signing.organizations.joined import part_joined
from service.signing.party import email_index, read_party
from service.signing.queries import Find, get_signature, lock_signature
from service.store.insert import insert_or
from service.store.keyring import Keyring
from service.store.links import find_link

BY = "mailbox"
"""Who did it, for the audit: whoever reads the mailbox that the link went to."""

_STANDS = frozenset({SignatureState.PENDING, SignatureState.CONFIRMED})


@dataclass(frozen=True, kw_only=True)
class NotMeView:
    """What the holder of the link sees; nothing of the sign-on, which somebody else has written."""

    title: str
    coalition: str
    language: str
    reader: str
    reply_to: str
    done: bool


def look_at_not_me(session: Session, keyring: Keyring, *, token: str, now: datetime) -> NotMeView:
    """Show what would end, and change nothing; raises NotFound for a link that opens nothing."""
    link = find_link(session, token, Purpose.NOT_ME)
    signature, campaign = _behind(session, link, get_signature, now=now)
    return _view(session, keyring, signature, campaign)


def end_as_not_me(session: Session, keyring: Keyring, *, token: str, now: datetime) -> NotMeView:
    """End the sign-on and all mail to its address for this letter; a second time changes nothing.

    The secretariat sees why it ended, and whoever signs under it again is looked at first.
    """
    link = find_link(session, token, Purpose.NOT_ME)
    # The campaign first, as with every leave: a release that is under way either sees this or is seen.
    lock_campaign_of(session, link.campaign_id)
    signature, campaign = _behind(session, link, lock_signature, now=now)
    _leave_alone(session, keyring, signature, now=now)
    if signature.held_reason is not HeldReason.NOT_ME:
        if signature.state in _STANDS:
            stop_letter_that_names(session, signature, campaign, now=now)
            part_joined(session, signature)
            SIGNATURE.move(signature, SignatureState.WITHDRAWN)
            signature.left_at = now
            signature.accepted_at = signature.confirmed_at = None
        signature.held_reason = HeldReason.NOT_ME
        session.add(signature)
        forget_constituent(session, signature.id)
        outbox.cancel_for(session, recipient_ref=signature.id, now=now)
        end_codes(session, signature)
        audit.record(
            session, by=BY, act="signature.not_me", campaign_id=campaign.id, thing=signature.id, now=now
        )
    return _view(session, keyring, signature, campaign)


def _leave_alone(session: Session, keyring: Keyring, signature: Signature, *, now: datetime) -> None:
    keys = keyring.of(session, signature.campaign_id)
    mailbox = read_party(keys, signature).confirming_email
    if not mailbox:
        return
    row = Suppression(
        campaign_id=signature.campaign_id,
        email_index=email_index(keys, mailbox),
        reason=SuppressionReason.NOT_ME,
        created_at=now,
    )
    # A complaint says as much; every other reason says less.
    once = insert_or(session, row).on_conflict_do_update(
        index_elements=["campaign_id", "email_index"],
        set_={"reason": SuppressionReason.NOT_ME},
        where=col(Suppression.reason) != SuppressionReason.COMPLAINED,
    )
    session.execute(once)


def _behind(session: Session, link: LinkToken, find: Find, *, now: datetime) -> tuple[Signature, Campaign]:
    signature = find(session, link.row_id)
    campaign = session.get(Campaign, link.campaign_id)
    if signature is None or campaign is None or now >= link.expires_at:
        raise NotFound(Sentence("This link does not open anything."))
    if link.generation != signature.generation:
        raise NotFound(Sentence("This link does not open anything."))
    return signature, campaign


def _view(session: Session, keyring: Keyring, signature: Signature, campaign: Campaign) -> NotMeView:
    file = open_file(session, keyring, campaign)
    return NotMeView(
        title=file.letter.title,
        coalition=file.coalition,
        language=campaign.language,
        reader=signature.language,
        reply_to=file.reply_to,
        done=signature.held_reason is HeldReason.NOT_ME,
    )
