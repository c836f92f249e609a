"""Confirm a sign-on by its link, and for all other ways what confirming does; looking changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.campaigns.queries import released_edition
from service.foundation.canonical import digest
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.mail.brakes.mailbox_days import renew_share
from service.model.agreement import How
from service.model.campaign import Campaign
from service.model.link_token import LinkToken, Purpose
from service.model.message import MessageKind
from service.model.signature import ConfirmedBy, HeldReason, Kind, Signature
from service.model.states import SIGNATURE, CampaignState, SignatureState
from service.signing.abuse.small_forms import Asking, is_let_be
from service.signing.agreement import keep_agreement
from service.signing.haste import is_machine_like
from service.signing.late import is_late
from service.signing.members import is_counted_as_member
from service.signing.naming import HOW_NAMED, is_accepted_at_once, standing_text
from service.signing.organizations.contact import tell_known_contact, tell_listed
from service.signing.organizations.joined import hold_look_alike, tell_secretariat
from service.signing.page import LetterView, view_for_holder
from service.signing.party import read_party
from service.signing.proof import Proof, proof_of
from service.signing.proof_line import proof_line
from service.signing.queries import Find, get_signature, lock_signature
from service.signing.reached import link_acted
from service.signing.sign import Desk, ask_to_confirm, confirm_until, keep_own_links
from service.store.keyring import Keyring
from service.store.links import Link, find_link, use_link
from service.store.rows import read_moment, run_quickly
from service.store.sealed import open_text

_MAILED_AT = (
    "SELECT settled_at FROM message WHERE recipient_ref = :signature AND kind IN ('confirm', 'reminder')"
    " AND state = 'accepted' ORDER BY settled_at DESC LIMIT 1"
)
_LOOK_AGAIN = Sentence(
    "This page was open for more than an hour, or what it shows has changed since;"
    " please look at it and press the button again."
)


@dataclass(frozen=True, kw_only=True)
class PendingView:
    """What the holder of a confirming link sees; `seen` changes with anything that would be confirmed.

    `reader` is the language of the signatory, empty where it is not known.
    """

    letter: LetterView
    name: str
    kind: Kind
    how_named: str
    printed_line: str
    confirmed: bool
    standing_text: str
    expired: bool
    seen: str
    reader: str
    proof: Proof
    text_has_changed: bool = False
    may_ask_anew: bool = False
    was_before: bool = False


def look_at_confirmation(
    session: Session, keyring: Keyring, *, token: str, text: str = "", now: datetime
) -> PendingView:
    """Show what a link would confirm, in the language `text` if there is such a text, and change nothing.

    Raises NotFound for a link that opens nothing.
    """
    link = find_link(session, token, Purpose.CONFIRM)
    signature, campaign = _behind(session, link, get_signature)
    return _view(
        session,
        keyring,
        signature,
        campaign,
        text=text,
        now=now,
        expired=_is_over(session, link, signature, campaign, now=now),
    )


Opened = Callable[[str], datetime | None]
"""Tells when the page was opened that showed what has this digest; None where it showed something else, or long ago."""


def confirm(session: Session, keyring: Keyring, *, token: str, opened: Opened, now: datetime) -> None:
    """Confirm the sign-on behind a link, as its page showed it when it was opened; a second time changes nothing.

    Raises NotFound for a link that opens nothing, Refused for one whose time is over or that changed since.
    """
    link = find_link(session, token, Purpose.CONFIRM)
    signature, campaign = _behind(session, link, lock_signature)
    if is_settled(signature):
        return
    if _is_over(session, link, signature, campaign, now=now):
        raise Refused(_why_over(signature))
    opened_at = opened(seen_digest(keyring.of(session, campaign.id), signature, campaign))
    if opened_at is None:
        raise Refused(_LOOK_AGAIN)
    # What was seen is the present text: that is what the button agrees to, whatever stood there at the form.
    signature.revision_id = campaign.revision_id
    link.used_at = link.used_at or now
    session.add(link)
    act = Act(by=ConfirmedBy.BUTTON, opened_at=opened_at)
    settle(session, keyring, signature, campaign, act=act, now=now)


def look_at_signature(
    session: Session, keyring: Keyring, signature: Signature, campaign: Campaign, *, now: datetime
) -> PendingView:
    """Show a sign-on to somebody who has just proven to be its owner."""
    return _view(session, keyring, signature, campaign, now=now, expired=False)


def ask_anew(session: Session, keyring: Keyring, *, token: str, asking: Asking, now: datetime) -> None:
    """Mail a new link, to the address on record only, where the one that was opened is over and the sign-on still waits.

    Says nothing of whether it did. Raises NotFound for a link that opens nothing.
    """
    link = find_link(session, token, Purpose.CONFIRM)
    signature, campaign = _behind(session, link, lock_signature)
    email = read_party(keyring.of(session, campaign.id), signature).confirming_email
    let_be = is_let_be(session, keyring, asking, campaign_id=campaign.id, email=email, now=now)
    if not let_be and _may_ask_anew(session, signature, campaign, now=now):
        ask_to_confirm(
            Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now),
            signature,
        )


def is_settled(signature: Signature) -> bool:
    """Tell whether nothing is left to confirm; a reply that nobody could prove leaves the button to be pressed."""
    is_confirmed = signature.state is SignatureState.CONFIRMED
    return is_confirmed and signature.held_reason is not HeldReason.UNPROVEN_REPLY


def is_takeable(session: Session, signature: Signature, campaign: Campaign, *, now: datetime) -> bool:
    """Tell whether a sign-on may still be confirmed now, by whatever way."""
    waits = signature.state is SignatureState.PENDING or signature.held_reason is HeldReason.UNPROVEN_REPLY
    if not waits or signature.state not in {SignatureState.PENDING, SignatureState.CONFIRMED}:
        return False
    if campaign.state not in {CampaignState.OPEN, CampaignState.CLOSED, CampaignState.SENT}:
        return False
    leaves = released_edition(session, campaign) is not None and not is_late(campaign)
    return now < confirm_until(campaign, signature) and not leaves


@dataclass(frozen=True, kw_only=True)
class Act:
    """By what a sign-on is confirmed, and when the page was opened on which it was.

    With `hold` it waits for the secretariat's check, until its owner confirms it by a surer way.
    """

    by: ConfirmedBy
    opened_at: datetime | None = None
    hold: bool = False


def settle(
    session: Session, keyring: Keyring, signature: Signature, campaign: Campaign, *, act: Act, now: datetime
) -> None:
    """Confirm a sign-on that may be: it counts where it is accepted, and its mailbox is thanked once.

    The caller holds the row. What was not `READ_OUT` proves that the confirming mail has arrived.
    """
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    party = read_party(desk.keys, signature)
    if signature.state is not SignatureState.CONFIRMED:
        SIGNATURE.move(signature, SignatureState.CONFIRMED)
    elif signature.held_reason is HeldReason.UNPROVEN_REPLY:
        signature.held_reason = None
    if act.hold:
        signature.held_reason = signature.held_reason or HeldReason.UNPROVEN_REPLY
    signature.confirmed_at, signature.confirmed_by = now, act.by
    hold_look_alike(desk, signature)
    if party.condition:
        tell_secretariat(desk, signature, "condition")
    # Whoever confirms after the letter was sent joins it by a person's decision only.
    is_accepted = is_accepted_at_once(signature, campaign, members=party.members) and not is_late(campaign)
    # Nobody takes the place of a member that counts with its network unless the coalition knows, or accepts, who it is.
    is_known = signature.invited or not is_counted_as_member(session, campaign, signature)
    if signature.held_reason is None and is_accepted and is_known:
        signature.accepted_at = now
    session.add(signature)
    take_consequences(desk, signature, act, site_key=keyring.site_key, at=now)


def take_consequences(desk: Desk, signature: Signature, act: Act, *, site_key: bytes, at: datetime) -> None:
    """Do all that follows once a sign-on was confirmed `at` a moment: its agreement, its links, its thanking mail.

    The caller holds the row. Done twice, it is done once.
    """
    is_hasty = is_machine_like(mailed_at=_mailed_at(desk.session, signature), opened_at=act.opened_at, now=at)
    if is_hasty != signature.machine_like:
        signature.machine_like = is_hasty
        desk.session.add(signature)
    keep_agreement(desk.session, desk.keys, signature, how=How.AGREED, now=at)
    tell_known_contact(desk, signature)
    tell_listed(desk, signature)
    if act.by is not ConfirmedBy.READ_OUT:
        _has_arrived(desk, signature)
        mailbox = read_party(desk.keys, signature).confirming_email
        renew_share(desk.session, mailbox, now=desk.now, site_key=site_key)
    keep_own_links(desk, signature)
    outbox.post(
        desk.session,
        kind=MessageKind.THANKS,
        campaign_id=desk.campaign.id,
        recipient_ref=signature.id,
        occurrence=str(signature.generation),
        now=desk.now,
    )


def _has_arrived(desk: Desk, signature: Signature) -> None:
    """Take in that the reader of the confirming mail acted: its link is used, doubt about the mail ends."""
    link = Link(purpose=Purpose.CONFIRM, row_id=signature.id, generation=signature.generation)
    given_at = use_link(desk.session, desk.keys, link, now=desk.now)
    if given_at is not None:
        link_acted(desk.session, desk.keys, signature, Purpose.CONFIRM, given_at=given_at, now=desk.now)


def _mailed_at(session: Session, signature: Signature) -> datetime | None:
    """Give when the newest mail with a confirming link was accepted, where one was."""
    settled_at = run_quickly(session.connection(), _MAILED_AT, signature=signature.id)
    return read_moment(settled_at) if settled_at is not None else None


def _behind(session: Session, link: LinkToken, find: Find) -> tuple[Signature, Campaign]:
    signature = find(session, link.row_id)
    campaign = session.get(Campaign, link.campaign_id)
    if signature is None or campaign is None:
        raise NotFound(Sentence("This link does not open anything."))
    return signature, campaign


def _is_over(
    session: Session, link: LinkToken, signature: Signature, campaign: Campaign, *, now: datetime
) -> bool:
    if is_settled(signature):
        return False
    if signature.generation != link.generation or now >= link.expires_at:
        return True
    return not is_takeable(session, signature, campaign, now=now)


def _may_ask_anew(session: Session, signature: Signature, campaign: Campaign, *, now: datetime) -> bool:
    is_pending = signature.state is SignatureState.PENDING
    return is_pending and is_takeable(session, signature, campaign, now=now)


def _why_over(signature: Signature, *, may_ask_anew: bool = False) -> str:
    if may_ask_anew:
        return Sentence(
            "This link has been replaced by a newer one, or its time is over. The sign-on still waits to be confirmed."
        )
    if signature.state is SignatureState.WITHDRAWN:
        return Sentence(
            "This sign-on was withdrawn, so there is nothing to confirm; sign again if you wish to."
        )
    if signature.state is SignatureState.DECLINED:
        return Sentence("The coalition does not count this sign-on; write to it for the reason.")
    return Sentence(
        "The time to confirm this sign-on is over; write to the coalition if your name should still stand."
    )


def _view(
    session: Session,
    keyring: Keyring,
    signature: Signature,
    campaign: Campaign,
    *,
    text: str = "",
    now: datetime,
    expired: bool,
) -> PendingView:
    keys = keyring.of(session, campaign.id)
    may_ask_anew = expired and _may_ask_anew(session, signature, campaign, now=now)
    return PendingView(
        letter=view_for_holder(session, keyring, campaign, signature, text=text, now=now),
        name=open_text(keys, signature, "name"),
        kind=signature.kind,
        how_named=HOW_NAMED[signature.visibility],
        printed_line=proof_line(session, keyring, campaign, signature, now=now),
        confirmed=is_settled(signature),
        standing_text=_why_over(signature, may_ask_anew=may_ask_anew)
        if expired
        else standing_text(signature, campaign),
        expired=expired,
        seen=seen_digest(keys, signature, campaign),
        reader=signature.language,
        text_has_changed=not is_settled(signature) and signature.revision_id != campaign.revision_id,
        may_ask_anew=may_ask_anew,
        proof=proof_of(session, keyring, campaign, signature, text=text, now=now),
    )


def seen_digest(keys: CampaignKeys, signature: Signature, campaign: Campaign) -> str:
    """Give a digest of what is confirmed: a form that shows something else must not confirm it."""
    shown = vars(read_party(keys, signature)) | {
        "kind": signature.kind.value,
        "visibility": signature.visibility.value,
    }
    return digest({**shown, "revision": campaign.revision_id})
