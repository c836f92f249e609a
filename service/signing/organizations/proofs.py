"""Gather what speaks for an organization's sign-on, and add to it: a coordinator's word, a look into the DNS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.evidence import Evidence, EvidenceKind
from service.model.signature import Kind, Provenance, Signature
from service.signing.organizations.domain import record_name, record_value
from service.signing.organizations.evidence import Facts, Speaks, what_speaks
from service.signing.party import SignOn, read_party
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

LOOKED_FOR = timedelta(days=3)
"""For so long after it was asked for the DNS is looked at, each hour."""


@dataclass(frozen=True, kw_only=True)
class DnsRecord:
    """The TXT record by which an organization proves that a domain is its own."""

    name: str
    value: str


def evidence_of(session: Session, signature_id: str) -> Sequence[Evidence]:
    """List the pieces of evidence of a sign-on, found or only asked for."""
    return session.exec(select(Evidence).where(Evidence.signature_id == signature_id)).all()


def evidence_by_sign_on(session: Session, campaign_id: str) -> Mapping[str, Sequence[Evidence]]:
    """Give the evidence of all sign-ons of a letter."""
    found: dict[str, list[Evidence]] = {}
    for row in session.exec(select(Evidence).where(Evidence.campaign_id == campaign_id)).all():
        found.setdefault(row.signature_id, []).append(row)
    return found


def speaking_for(
    keys: CampaignKeys, row: Signature, party: SignOn, evidence: Sequence[Evidence]
) -> tuple[Speaks, ...]:
    """List what speaks for a sign-on of an organization; of a person nothing is asked."""
    if row.kind is not Kind.ORGANIZATION:
        return ()
    found = {piece.kind: piece for piece in evidence if piece.found_at is not None}
    second = found.get(EvidenceKind.COUNTERSIGNED)
    return what_speaks(
        Facts(
            invited=row.invited,
            attested=row.provenance is Provenance.ATTESTED or EvidenceKind.ATTESTED in found,
            mailbox=party.confirming_email,
            website=party.website,
            officer=str(open_record(keys, second, "details")["email"]) if second else "",
            dns_found=EvidenceKind.DNS in found,
        )
    )


def dns_record(keys: CampaignKeys, row: Signature, party: SignOn) -> DnsRecord:
    """Give the record that would prove an organization's domain; raises Refused where it has none of its own."""
    return DnsRecord(name=record_name(party.website), value=record_value(keys, row.id))


def ask_dns(session: Session, keys: CampaignKeys, row: Signature, *, now: datetime) -> DnsRecord:
    """Have the worker look for the record, from now on and for three days.

    Nothing is looked up unasked: a question for a name tells name servers that this organization may have signed.
    Raises Refused where it has no domain of its own.
    """
    record = dns_record(keys, row, read_party(keys, row))
    piece = _piece(session, row, EvidenceKind.DNS, now=now)
    if piece.found_at is None:
        piece.asked_at, piece.ask_again_at = now, now
    session.add(piece)
    return record


def attest(
    session: Session, keyring: Keyring, slug: str, signature_id: str, *, how: str, by: str, now: datetime
) -> None:
    """Keep that a coordinator knows an organization to have signed, and how; the words lie sealed."""
    campaign = lock_campaign(session, slug)
    row = organization_of(session, campaign.id, signature_id)
    keys = keyring.of(session, campaign.id)
    piece = _piece(session, row, EvidenceKind.ATTESTED, now=now)
    piece.found_at = now
    piece.details = seal_record(keys, piece, "details", {"how": how})
    session.add(piece)
    audit.record(session, by=by, act="signature.attest", campaign_id=campaign.id, thing=signature_id, now=now)


def organization_of(session: Session, campaign_id: str, signature_id: str) -> Signature:
    """Get an organization's sign-on by its id, to change it; raises Refused where there is none, or it was erased."""
    found = select(Signature).where(Signature.campaign_id == campaign_id, Signature.id == signature_id)
    row = session.exec(found.with_for_update()).one_or_none()
    if row is None or row.kind is not Kind.ORGANIZATION:
        raise Refused(Sentence("This is no sign-on of an organization of this letter."))
    if row.erased_at is not None:
        raise Refused(Sentence("This sign-on was erased, so nothing is kept with it any more."))
    return row


def piece_of(session: Session, row: Signature, kind: EvidenceKind) -> Evidence | None:
    """Find one piece of evidence, to look at it."""
    found = select(Evidence).where(Evidence.signature_id == row.id, Evidence.kind == kind)
    return session.exec(found).one_or_none()


def lock_piece(session: Session, row: Signature, kind: EvidenceKind) -> Evidence | None:
    """Find one piece of evidence to change it, and keep its row for this transaction."""
    found = select(Evidence).where(Evidence.signature_id == row.id, Evidence.kind == kind)
    return session.exec(found.with_for_update()).one_or_none()


def due_for_dns(session: Session, *, now: datetime, most: int) -> Sequence[Evidence]:
    """List the records that are to be looked for now."""
    due = select(Evidence).where(Evidence.kind == EvidenceKind.DNS, col(Evidence.ask_again_at) <= now)
    return session.exec(due.order_by(col(Evidence.ask_again_at)).limit(most)).all()


def _piece(session: Session, row: Signature, kind: EvidenceKind, *, now: datetime) -> Evidence:
    known = lock_piece(session, row, kind)
    return known or Evidence(campaign_id=row.campaign_id, signature_id=row.id, kind=kind, asked_at=now)
