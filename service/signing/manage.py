"""Look after one's own sign-on by its link: see what was signed, withdraw it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.queries import lock_campaign_of
from service.foundation.errors import NotFound, Refused
from service.i18n.formats import write_date
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.link_token import LinkToken, Purpose
from service.model.signature import Kind, Signature
from service.model.states import SIGNATURE, SignatureState
from service.signing.leaving import stop_letter_that_names
from service.signing.naming import HOW_NAMED, standing_text
from service.signing.page import LetterView, view_for_holder
from service.signing.proof_line import proof_line
from service.signing.queries import Find, get_signature, lock_signature
from service.signing.reached import reader_acted
from service.store.keyring import Keyring
from service.store.links import find_link
from service.store.sealed import open_text

_MAY_LEAVE = {SignatureState.PENDING, SignatureState.CONFIRMED}


@dataclass(frozen=True, kw_only=True)
class ManageView:
    """What a signatory sees of its own sign-on."""

    letter: LetterView
    name: str
    kind: Kind
    how_named: str
    printed_line: str
    state: SignatureState
    standing_text: str
    may_withdraw: bool
    signed_day: str
    revision: int
    fingerprint: str


def look_at_sign_on(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ManageView:
    """Show a signatory its own sign-on; raises NotFound for a link that opens nothing."""
    link = find_link(session, token, Purpose.MANAGE)
    signature, campaign = _behind(session, link, get_signature, now=now)
    return _view(session, keyring, signature, campaign, now=now)


def withdraw(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ManageView:
    """Take a sign-on back and stop the mail that was still waiting for it; a second time changes nothing."""
    # The campaign first: a release that is under way either sees this or is seen.
    link = find_link(session, token, Purpose.MANAGE)
    lock_campaign_of(session, link.campaign_id)
    signature, campaign = _behind(session, link, lock_signature, now=now)
    reader_acted(session, keyring.of(session, campaign.id), signature, link, now=now)
    if signature.state in _MAY_LEAVE:
        stop_letter_that_names(session, signature, campaign, now=now)
        SIGNATURE.move(signature, SignatureState.WITHDRAWN)
        signature.left_at = now
        signature.accepted_at = signature.confirmed_at = None
        session.add(signature)
        outbox.cancel_for(session, recipient_ref=signature.id, now=now)
    elif signature.state is not SignatureState.WITHDRAWN:
        raise Refused(standing_text(signature, campaign))
    return _view(session, keyring, signature, campaign, now=now)


def _behind(session: Session, link: LinkToken, find: Find, *, now: datetime) -> tuple[Signature, Campaign]:
    signature = find(session, link.row_id)
    campaign = session.get(Campaign, link.campaign_id)
    if (
        signature is None
        or campaign is None
        or now >= link.expires_at
        or link.generation != signature.generation
    ):
        raise NotFound("This link does not open anything.")
    return signature, campaign


def _view(
    session: Session, keyring: Keyring, signature: Signature, campaign: Campaign, *, now: datetime
) -> ManageView:
    keys = keyring.of(session, campaign.id)
    revision = session.get(LetterRevision, signature.revision_id) if signature.revision_id else None
    signed = signature.signed_at or signature.created_at
    return ManageView(
        letter=view_for_holder(session, keyring, campaign, signature, now=now),
        name=open_text(keys, signature, "name"),
        kind=signature.kind,
        how_named=HOW_NAMED[signature.visibility],
        printed_line=proof_line(session, keyring, campaign, signature, now=now),
        state=signature.state,
        standing_text=standing_text(signature, campaign),
        may_withdraw=signature.state in _MAY_LEAVE,
        signed_day=write_date(signed.astimezone(ZoneInfo(campaign.time_zone)).date(), campaign.language),
        revision=revision.number if revision else 0,
        fingerprint=revision.sha256 if revision else "",
    )
