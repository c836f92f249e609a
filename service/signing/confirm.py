"""Confirm a sign-on by its link: looking changes nothing, only the button counts."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session

from service.campaigns.queries import released_edition
from service.foundation.canonical import digest
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.mail import outbox
from service.mail.brakes.mailbox_days import renew_share
from service.model.campaign import Campaign
from service.model.link_token import LinkToken, Purpose
from service.model.message import MessageKind
from service.model.signature import Kind, Signature
from service.model.states import SIGNATURE, CampaignState, SignatureState
from service.signing.naming import HOW_NAMED, is_accepted_at_once, standing_text
from service.signing.page import LetterView, view_for_holder
from service.signing.party import read_party
from service.signing.proof_line import proof_line
from service.signing.queries import Find, get_signature, lock_signature
from service.signing.reached import reader_acted
from service.signing.sign import Desk, confirm_until, keep_manage_link, keep_unsubscribe_link
from service.store.keyring import Keyring
from service.store.links import find_link
from service.store.sealed import open_text


@dataclass(frozen=True, kw_only=True)
class PendingView:
    """What the holder of a confirming link sees; `seen` changes with anything that would be confirmed."""

    letter: LetterView
    name: str
    kind: Kind
    how_named: str
    printed_line: str
    confirmed: bool
    standing_text: str
    expired: bool
    seen: str


def look_at_confirmation(session: Session, keyring: Keyring, *, token: str, now: datetime) -> PendingView:
    """Show what a link would confirm, and change nothing; raises NotFound for a link that opens nothing."""
    link = find_link(session, token, Purpose.CONFIRM)
    signature, campaign = _behind(session, link, get_signature)
    return _view(
        session,
        keyring,
        signature,
        campaign,
        now=now,
        expired=_is_over(session, link, signature, campaign, now=now),
    )


def confirm(session: Session, keyring: Keyring, *, token: str, seen: str, now: datetime) -> PendingView:
    """Confirm the sign-on behind a link, as it was `seen`; a second time changes nothing and shows the same.

    Raises NotFound for a link that opens nothing, Refused for one whose time is over or that changed since.
    """
    link = find_link(session, token, Purpose.CONFIRM)
    signature, campaign = _behind(session, link, lock_signature)
    if signature.state is not SignatureState.CONFIRMED:
        if _is_over(session, link, signature, campaign, now=now):
            raise Refused(_why_over(signature))
        if _seen(keyring.of(session, campaign.id), signature) != seen:
            raise Refused("What this link confirms has just changed; open it again and look.")
        _spend(session, keyring, link, signature, campaign, now=now)
    return _view(session, keyring, signature, campaign, now=now, expired=False)


def _spend(
    session: Session,
    keyring: Keyring,
    link: LinkToken,
    signature: Signature,
    campaign: Campaign,
    *,
    now: datetime,
) -> None:
    SIGNATURE.move(signature, SignatureState.CONFIRMED)
    signature.confirmed_at = now
    if signature.held_reason is None and is_accepted_at_once(signature, campaign):
        signature.accepted_at = now
    link.used_at = link.used_at or now
    session.add_all((signature, link))
    reader_acted(session, keyring.of(session, campaign.id), signature, link, now=now)
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    mailbox = read_party(desk.keys, signature).confirming_email
    renew_share(session, mailbox, now=now, site_key=keyring.site_key)
    keep_manage_link(desk, signature)
    keep_unsubscribe_link(desk, signature)
    outbox.post(
        session,
        kind=MessageKind.THANKS,
        campaign_id=campaign.id,
        recipient_ref=signature.id,
        occurrence=str(signature.generation),
        now=now,
    )


def _behind(session: Session, link: LinkToken, find: Find) -> tuple[Signature, Campaign]:
    signature = find(session, link.row_id)
    campaign = session.get(Campaign, link.campaign_id)
    if signature is None or campaign is None:
        raise NotFound("This link does not open anything.")
    return signature, campaign


def _is_over(
    session: Session, link: LinkToken, signature: Signature, campaign: Campaign, *, now: datetime
) -> bool:
    if signature.state is SignatureState.CONFIRMED:
        return False
    is_released = released_edition(session, campaign) is not None
    if signature.state is not SignatureState.PENDING or signature.generation != link.generation:
        return True
    if campaign.state not in {CampaignState.OPEN, CampaignState.CLOSED} or is_released:
        return True
    return now >= max(link.expires_at, confirm_until(campaign))


def _why_over(signature: Signature) -> str:
    if signature.state is SignatureState.WITHDRAWN:
        return "This sign-on was withdrawn, so there is nothing to confirm; sign again if you wish to."
    if signature.state is SignatureState.DECLINED:
        return "The coalition does not count this sign-on; write to it for the reason."
    return "The time to confirm this sign-on is over; write to the coalition if your name should still stand."


def _view(
    session: Session,
    keyring: Keyring,
    signature: Signature,
    campaign: Campaign,
    *,
    now: datetime,
    expired: bool,
) -> PendingView:
    keys = keyring.of(session, campaign.id)
    return PendingView(
        letter=view_for_holder(session, keyring, campaign, signature, now=now),
        name=open_text(keys, signature, "name"),
        kind=signature.kind,
        how_named=HOW_NAMED[signature.visibility],
        printed_line=proof_line(session, keyring, campaign, signature, now=now),
        confirmed=signature.state is SignatureState.CONFIRMED,
        standing_text=_why_over(signature) if expired else standing_text(signature, campaign),
        expired=expired,
        seen=_seen(keys, signature),
    )


def _seen(keys: CampaignKeys, signature: Signature) -> str:
    """Give a digest of what is confirmed: a form that shows something else must not confirm it."""
    shown = asdict(read_party(keys, signature))
    return digest({**shown, "kind": signature.kind.value, "visibility": signature.visibility.value})
