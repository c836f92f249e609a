"""An organization adds to what speaks for its sign-on, by the link with which it looks after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.foundation.addresses import masked_address
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.evidence import EvidenceKind
from service.model.link_token import LinkToken, Purpose
from service.model.signature import Kind, Signature
from service.model.states import SignatureState
from service.signing.organizations.countersign import MOST_ASKED, Officer, ask_officer, officer_of
from service.signing.organizations.domain import website_host
from service.signing.organizations.evidence import Speaks
from service.signing.organizations.proofs import (
    DnsRecord,
    ask_dns,
    dns_record,
    evidence_of,
    piece_of,
    speaking_for,
)
from service.signing.party import SignOn, read_party
from service.signing.queries import Find, get_signature, lock_signature
from service.signing.reached import reader_acted
from service.signing.workplace import Desk
from service.store.keyring import Keyring
from service.store.links import find_link

_SAID: Mapping[Speaks, Sentence] = {
    Speaks.INVITATION: Sentence("invited by the coalition", context="what speaks for a sign-on"),
    Speaks.OWN_DOMAIN: Sentence("mailbox on its own domain", context="what speaks for a sign-on"),
    Speaks.COUNTERSIGNED: Sentence("countersigned by a second officer", context="what speaks for a sign-on"),
    Speaks.DNS: Sentence("record in its DNS", context="what speaks for a sign-on"),
    Speaks.ATTESTED: Sentence("attested by a coordinator", context="what speaks for a sign-on"),
}


@dataclass(frozen=True, kw_only=True)
class EvidenceView:
    """What an organization sees of its evidence; `record` is None where it has no domain of its own.

    `reader` is the language of its mail; `officer` is whom it asked, veiled; `dns` says how far the look into the DNS has come.
    """

    title: str
    coalition: str
    language: str
    reader: str
    reply_to: str
    name: str
    speaks: tuple[Sentence, ...]
    host: str
    record: DnsRecord | None
    dns: str
    officer: str
    countersigned: bool
    may_ask: bool


def look_at_evidence(session: Session, keyring: Keyring, *, token: str, now: datetime) -> EvidenceView:
    """Show what speaks for a sign-on; raises NotFound for a link that opens nothing, or no organization's."""
    desk, row, _ = _behind(session, keyring, token, get_signature, now=now)
    return _view(keyring, desk, row)


def look_for_record(session: Session, keyring: Keyring, *, token: str, now: datetime) -> EvidenceView:
    """Have the DNS looked at for the record; raises Refused where the organization has no domain of its own."""
    desk, row, link = _behind(session, keyring, token, lock_signature, now=now)
    ask_dns(session, desk.keys, row, now=now)
    reader_acted(session, desk.keys, row, link, now=now)
    return _view(keyring, desk, row)


def ask_second_officer(
    session: Session, keyring: Keyring, *, token: str, officer: Officer, now: datetime
) -> EvidenceView:
    """Mail a second officer the link to countersign; raises Refused where that cannot be."""
    desk, row, link = _behind(session, keyring, token, lock_signature, now=now)
    ask_officer(desk, row, officer)
    reader_acted(session, desk.keys, row, link, now=now)
    return _view(keyring, desk, row)


def _behind(
    session: Session, keyring: Keyring, token: str, find: Find, *, now: datetime
) -> tuple[Desk, Signature, LinkToken]:
    link = find_link(session, token, Purpose.MANAGE)
    row, campaign = find(session, link.row_id), session.get(Campaign, link.campaign_id)
    if row is None or campaign is None or now >= link.expires_at or link.generation != row.generation:
        raise NotFound(Sentence("This link does not open anything."))
    is_gone = row.state is not SignatureState.CONFIRMED or row.erased_at is not None
    if row.kind is not Kind.ORGANIZATION or is_gone:
        raise NotFound(Sentence("This link does not open anything."))
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    return desk, row, link


def _view(keyring: Keyring, desk: Desk, row: Signature) -> EvidenceView:
    file, party = open_file(desk.session, keyring, desk.campaign), read_party(desk.keys, row)
    asked = officer_of(desk.session, desk.keys, row)
    is_done = asked is not None and asked[1].found_at is not None
    return EvidenceView(
        title=file.letter.title,
        coalition=file.coalition,
        language=desk.campaign.language,
        reader=row.language,
        reply_to=file.reply_to,
        name=party.name,
        speaks=tuple(
            _SAID[one] for one in speaking_for(desk.keys, row, party, evidence_of(desk.session, row.id))
        ),
        host=website_host(party.website),
        record=_record(desk, row, party),
        dns=_dns(desk, row),
        officer=masked_address(asked[0].email) if asked is not None else "",
        countersigned=is_done,
        may_ask=asked is None or (not is_done and asked[1].generation < MOST_ASKED),
    )


def _record(desk: Desk, row: Signature, party: SignOn) -> DnsRecord | None:
    try:
        return dns_record(desk.keys, row, party)
    except Refused:
        return None


def _dns(desk: Desk, row: Signature) -> str:
    piece = piece_of(desk.session, row, EvidenceKind.DNS)
    if piece is None:
        return ""
    if piece.found_at is not None:
        return "found"
    return "looking" if piece.ask_again_at is not None else "not found"
