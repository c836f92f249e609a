"""Dispute a sign-on by the link that its organization's contact was mailed: it is held at once."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.queries import lock_campaign_of
from service.coordinators import audit
from service.foundation.errors import NotFound
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.link_token import LinkToken, Purpose
from service.model.signature import HeldReason, Signature
from service.model.states import SignatureState
from service.signing.leaving import stop_letter_that_names
from service.signing.organizations.joined import tell_secretariat
from service.signing.organizations.listed import OF_MEMBER, invitation_of, listed_by, take_off_list
from service.signing.party import read_party
from service.signing.workplace import Desk
from service.store.keyring import Keyring
from service.store.links import find_link
from service.store.sealed import open_text

BY_CONTACT = "contact"

_STANDS = (SignatureState.PENDING, SignatureState.CONFIRMED)


@dataclass(frozen=True, kw_only=True)
class ObjectionView:
    """What the holder of such a link sees: in whose name and by whom the sign-on was made."""

    title: str
    coalition: str
    language: str
    reply_to: str
    name: str
    representative: str
    stands: bool
    disputed: bool
    listed_by: str = ""
    unlisted: bool = False


def look_at_objection(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ObjectionView:
    """Show what would be disputed, and change nothing; raises NotFound for a link that opens nothing."""
    link = find_link(session, token, Purpose.OBJECT)
    if session.get(Signature, link.row_id) is None:
        return _listing_view(session, keyring, link, now=now)
    row, campaign = _behind(session, token, now=now)
    return _view(session, keyring, row, campaign)


def object_to(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ObjectionView:
    """Hold a sign-on that its organization does not know of, and alert the secretariat; a second time changes nothing.

    A letter that is about to go out with the name stops. Only the secretariat can release the sign-on again.
    """
    link = find_link(session, token, Purpose.OBJECT)
    lock_campaign_of(session, link.campaign_id)
    if session.get(Signature, link.row_id) is None:
        return _object_to_listing(session, keyring, link, now=now)
    row, campaign = _behind(session, token, now=now)
    session.refresh(row, with_for_update=True)
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    if row.state in _STANDS and row.held_reason is not HeldReason.DISPUTED:
        hold_disputed(desk, row, by=BY_CONTACT)
    return _view(session, keyring, row, campaign)


def hold_disputed(desk: Desk, row: Signature, *, by: str) -> None:
    """Hold a sign-on that somebody disputes who may speak for its organization."""
    stop_letter_that_names(desk.session, row, desk.campaign, now=desk.now)
    row.held_reason = HeldReason.DISPUTED
    desk.session.add(row)
    tell_secretariat(desk, row, f"disputed {desk.now:%Y-%m-%dT%H:%M:%S}")
    audit.record(
        desk.session,
        by=by,
        act="signature.dispute",
        campaign_id=desk.campaign.id,
        thing=row.id,
        now=desk.now,
    )


def _object_to_listing(
    session: Session, keyring: Keyring, link: LinkToken, *, now: datetime
) -> ObjectionView:
    """Take a member off the list of the sign-on that has it, and tell the secretariat."""
    view = _listing_view(session, keyring, link, now=now)
    found, campaign = listed_by(session, link.row_id), session.get(Campaign, link.campaign_id)
    if found is None or campaign is None or not view.stands:
        return view
    member, network = found
    session.refresh(network, with_for_update=True)
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    # The list has its name no more, so the mail takes it from what the coalition invited.
    own = invitation_of(session, member)
    of_member = f"{OF_MEMBER}{own.id}" if own is not None else ""
    stop_letter_that_names(session, network, campaign, now=now)
    take_off_list(session, desk.keys, member, network)
    tell_secretariat(desk, network, f"unlisted{of_member} {now:%Y%m%d%H%M%S}")
    link.used_at = now
    session.add(link)
    audit.record(
        session,
        by=BY_CONTACT,
        act="signature.unlist",
        campaign_id=campaign.id,
        thing=network.id,
        now=now,
    )
    return replace(view, stands=False, unlisted=True)


def _listing_view(session: Session, keyring: Keyring, link: LinkToken, *, now: datetime) -> ObjectionView:
    campaign, found = session.get(Campaign, link.campaign_id), listed_by(session, link.row_id)
    if campaign is None or now >= link.expires_at or (found is None and link.used_at is None):
        raise NotFound(Sentence("This link does not open anything."))
    file, keys = open_file(session, keyring, campaign), keyring.of(session, link.campaign_id)
    is_there = found is not None and found[1].erased_at is None
    return ObjectionView(
        title=file.letter.title,
        coalition=file.coalition,
        language=campaign.language,
        reply_to=file.reply_to,
        name=open_text(keys, found[0], "name") if found is not None and is_there else "",
        representative="",
        stands=found is not None and is_there and found[1].state in _STANDS,
        disputed=False,
        listed_by=open_text(keys, found[1], "name") if found is not None and is_there else "",
        unlisted=found is None,
    )


def _behind(session: Session, token: str, *, now: datetime) -> tuple[Signature, Campaign]:
    link = find_link(session, token, Purpose.OBJECT)
    row, campaign = session.get(Signature, link.row_id), session.get(Campaign, link.campaign_id)
    if row is None or campaign is None or now >= link.expires_at or link.generation != row.generation:
        raise NotFound(Sentence("This link does not open anything."))
    return row, campaign


def _view(session: Session, keyring: Keyring, row: Signature, campaign: Campaign) -> ObjectionView:
    file = open_file(session, keyring, campaign)
    party = read_party(keyring.of(session, campaign.id), row)
    signed_by = (party.representative_name, party.representative_title)
    return ObjectionView(
        title=file.letter.title,
        coalition=file.coalition,
        language=campaign.language,
        reply_to=file.reply_to,
        name=party.name,
        representative=", ".join(filter(None, signed_by)),
        stands=row.state in _STANDS,
        disputed=row.held_reason is HeldReason.DISPUTED,
    )
