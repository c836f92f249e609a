"""What the secretariat sees of an organization's evidence and adds to it: a record in its DNS, a second officer's word."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.foundation.addresses import veiled_address
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.evidence import Evidence, EvidenceKind
from service.model.signature import Kind, Signature
from service.model.states import SignatureState
from service.signing.organizations.countersign import MOST_ASKED, Officer, ask_officer, officer_of
from service.signing.organizations.proofs import DnsRecord, ask_dns, dns_record, organization_of, piece_of
from service.signing.party import SignOn, read_party
from service.signing.workplace import Desk
from service.store.keyring import Keyring
from service.store.sealed import open_record

_NO_SECOND = Sentence("No second officer’s address is on record; give one.")
_STANDS = frozenset({SignatureState.PENDING, SignatureState.CONFIRMED})


@dataclass(frozen=True, kw_only=True)
class EvidenceSeen:
    """What was added to what speaks for a sign-on, and what can be added now.

    `record` is None where there is no domain of its own; `dns` is "", "looking", "found" or "not found". `officer` is who was
    asked last and `second` the second officer on record, their addresses veiled.
    """

    attested: str
    record: DnsRecord | None
    dns: str
    officer: str
    has_countersigned: bool
    second: str
    may_attest: bool
    may_look: bool
    may_ask: bool


def evidence_seen(session: Session, keys: CampaignKeys, row: Signature, party: SignOn) -> EvidenceSeen | None:
    """Tell how far the evidence of a sign-on has come; None for a person, of whom nothing is asked."""
    if row.kind is not Kind.ORGANIZATION or row.erased_at is not None:
        return None
    asked, looked = officer_of(session, keys, row), piece_of(session, row, EvidenceKind.DNS)
    word = piece_of(session, row, EvidenceKind.ATTESTED)
    stands, record = row.state in _STANDS, _record(keys, row, party)
    is_done = asked is not None and asked[1].found_at is not None
    is_left = asked is None or asked[1].generation < MOST_ASKED
    return EvidenceSeen(
        attested=str(open_record(keys, word, "details")["how"]) if word is not None else "",
        record=record,
        dns=_dns(looked),
        officer=_shown(asked[0]) if asked is not None else "",
        has_countersigned=is_done,
        second=veiled_address(party.second_email) if party.second_email else "",
        may_attest=stands,
        may_look=stands and record is not None and _dns(looked) in {"", "not found"},
        may_ask=row.state is SignatureState.CONFIRMED and not is_done and is_left,
    )


def look_for_record(
    session: Session, keyring: Keyring, slug: str, signature_id: str, *, by: str, now: datetime
) -> DnsRecord:
    """Have the DNS looked at, for three days, for the record that proves an organization's domain, and give the record.

    Raises Refused where the organization has no domain of its own.
    """
    desk, row = _desk(session, keyring, slug, signature_id, now=now)
    record = ask_dns(session, desk.keys, row, now=now)
    _keep(desk, row, "signature.domain", by=by)
    return record


def ask_second_officer(
    session: Session,
    keyring: Keyring,
    slug: str,
    signature_id: str,
    officer: Officer,
    *,
    by: str,
    now: datetime,
) -> None:
    """Mail a second officer the link to countersign; where no address is given, the second officer on record.

    Raises Refused where none is on record either, and as ask_officer() does.
    """
    desk, row = _desk(session, keyring, slug, signature_id, now=now)
    email = officer.email or read_party(desk.keys, row).second_email
    if not email:
        raise Refused(
            _NO_SECOND, command=f"undersigned signatories countersign {slug} {signature_id} --email …"
        )
    ask_officer(desk, row, Officer(name=officer.name, title=officer.title, email=email))
    _keep(desk, row, "signature.countersign", by=by)


def _record(keys: CampaignKeys, row: Signature, party: SignOn) -> DnsRecord | None:
    try:
        return dns_record(keys, row, party)
    except Refused:
        return None


def _dns(piece: Evidence | None) -> str:
    if piece is None:
        return ""
    if piece.found_at is not None:
        return "found"
    return "looking" if piece.ask_again_at is not None else "not found"


def _shown(officer: Officer) -> str:
    return ", ".join(filter(None, (officer.name, officer.title, veiled_address(officer.email))))


def _desk(
    session: Session, keyring: Keyring, slug: str, signature_id: str, *, now: datetime
) -> tuple[Desk, Signature]:
    campaign = lock_campaign(session, slug)
    row = organization_of(session, campaign.id, signature_id)
    return Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now), row


def _keep(desk: Desk, row: Signature, act: str, *, by: str) -> None:
    audit.record(desk.session, by=by, act=act, campaign_id=desk.campaign.id, thing=row.id, now=desk.now)
