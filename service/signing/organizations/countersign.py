"""A second officer of an organization countersigns its sign-on, by a link to a second mailbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.queries import lock_campaign_of
from service.foundation.addresses import comparable_address, masked_address
from service.foundation.clock import ONE_PRESS
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.evidence import Evidence, EvidenceKind
from service.model.link_token import LinkToken, Purpose
from service.model.message import MessageKind
from service.model.signature import HeldReason, Signature
from service.model.states import SignatureState
from service.signing.organizations.dispute import hold_disputed
from service.signing.organizations.proofs import lock_piece, piece_of
from service.signing.party import SignOn, read_party
from service.signing.workplace import Desk
from service.store.keyring import Keyring
from service.store.links import Link, find_link, keep_link
from service.store.sealed import open_record, seal_record

MOST_ASKED = 3
"""So often a sign-on may ask a second officer, whoever that is: its link is no way to send strangers mail."""

BY_OFFICER = "second officer"

_LIVES = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Officer:
    """The second officer, as the first one names them."""

    name: str
    title: str
    email: str


@dataclass(frozen=True, kw_only=True)
class CountersignView:
    """What the second officer sees."""

    title: str
    coalition: str
    language: str
    reply_to: str
    name: str
    representative: str
    officer: str
    stands: bool
    countersigned: bool
    disputed: bool


def ask_officer(desk: Desk, row: Signature, officer: Officer) -> None:
    """Mail a second officer the link to countersign; an earlier link opens nothing any more.

    The same officer once more within a moment is a second press: it is asked once, and its link stands.
    Raises Refused where the mailbox is that of the sign-on itself, where it does not stand, or was asked too often.
    """
    party = read_party(desk.keys, row)
    _refuse_unless_second(row, party, officer)
    piece = lock_piece(desk.session, row, EvidenceKind.COUNTERSIGNED)
    if piece is None:
        piece = Evidence(
            campaign_id=row.campaign_id,
            signature_id=row.id,
            kind=EvidenceKind.COUNTERSIGNED,
            generation=0,
            asked_at=desk.now,
        )
    if piece.found_at is not None:
        raise Refused(Sentence("A second officer has countersigned already; nothing more is needed."))
    asked = {"name": officer.name, "title": officer.title, "email": officer.email}
    if _was_just_asked(desk, piece, asked):
        return
    if piece.generation >= MOST_ASKED:
        raise Refused(Sentence("A second officer was asked three times already; write to the coalition."))
    piece.generation, piece.asked_at = piece.generation + 1, desk.now
    piece.details = seal_record(desk.keys, piece, "details", asked)
    desk.session.add(piece)
    _mail(desk, row, piece)


def _was_just_asked(desk: Desk, piece: Evidence, asked: Mapping[str, str]) -> bool:
    is_now = piece.generation > 0 and desk.now - piece.asked_at < ONE_PRESS
    return is_now and open_record(desk.keys, piece, "details") == asked


def officer_of(session: Session, keys: CampaignKeys, row: Signature) -> tuple[Officer, Evidence] | None:
    """Give the second officer that was asked, and the piece of evidence; None where nobody was."""
    piece = piece_of(session, row, EvidenceKind.COUNTERSIGNED)
    if piece is None:
        return None
    return Officer(**open_record(keys, piece, "details")), piece


def countersign_link(row: Signature, piece: Evidence) -> Link:
    """Give the link of the officer that was asked last."""
    return Link(purpose=Purpose.COUNTERSIGN, row_id=row.id, generation=piece.generation)


def look_at_countersigning(
    session: Session, keyring: Keyring, *, token: str, now: datetime
) -> CountersignView:
    """Show the sign-on that would be countersigned; raises NotFound for a link that opens nothing."""
    link = find_link(session, token, Purpose.COUNTERSIGN)
    return _view(session, keyring, *_behind(session, link, now=now))


def countersign(
    session: Session, keyring: Keyring, *, token: str, agrees: bool, now: datetime
) -> CountersignView:
    """Keep a second officer's word: that the organization has signed, or that it has not, which holds the sign-on."""
    link = find_link(session, token, Purpose.COUNTERSIGN)
    lock_campaign_of(session, link.campaign_id)
    row, campaign, piece = _behind(session, link, now=now)
    session.refresh(row, with_for_update=True)
    if row.state is SignatureState.CONFIRMED and agrees:
        piece.found_at = piece.found_at or now
        session.add(piece)
    elif row.state is SignatureState.CONFIRMED and row.held_reason is not HeldReason.DISPUTED:
        piece.found_at = None
        session.add(piece)
        desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
        hold_disputed(desk, row, by=BY_OFFICER)
    return _view(session, keyring, row, campaign, piece)


def _refuse_unless_second(row: Signature, party: SignOn, officer: Officer) -> None:
    if row.state is not SignatureState.CONFIRMED:
        raise Refused(Sentence("Confirm the sign-on first; then a second officer can countersign it."))
    own = {comparable_address(address) for address in (party.email, party.confirming_email) if address}
    if comparable_address(officer.email) in own:
        raise Refused(
            Sentence("This address belongs to the sign-on already; give one that another officer reads.")
        )


def _mail(desk: Desk, row: Signature, piece: Evidence) -> None:
    link = countersign_link(row, piece)
    keep_link(desk.session, desk.keys, link, expires_at=desk.now + _LIVES, now=desk.now)
    outbox.post(
        desk.session,
        kind=MessageKind.COUNTERSIGN,
        campaign_id=row.campaign_id,
        recipient_ref=row.id,
        occurrence=str(piece.generation),
        now=desk.now,
    )


def _behind(session: Session, link: LinkToken, *, now: datetime) -> tuple[Signature, Campaign, Evidence]:
    row, campaign = session.get(Signature, link.row_id), session.get(Campaign, link.campaign_id)
    piece = piece_of(session, row, EvidenceKind.COUNTERSIGNED) if row is not None else None
    if row is None or campaign is None or piece is None:
        raise NotFound(Sentence("This link does not open anything."))
    if now >= link.expires_at or link.generation != piece.generation:
        raise NotFound(Sentence("This link does not open anything."))
    return row, campaign, piece


def _view(
    session: Session, keyring: Keyring, row: Signature, campaign: Campaign, piece: Evidence
) -> CountersignView:
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    party, officer = read_party(keys, row), Officer(**open_record(keys, piece, "details"))
    return CountersignView(
        title=file.letter.title,
        coalition=file.coalition,
        language=campaign.language,
        reply_to=file.reply_to,
        name=party.name,
        representative=", ".join(filter(None, (party.representative_name, party.representative_title))),
        officer=", ".join(filter(None, (officer.name, officer.title))) or masked_address(officer.email),
        stands=row.state is SignatureState.CONFIRMED,
        countersigned=piece.found_at is not None,
        disputed=row.held_reason is HeldReason.DISPUTED,
    )
