"""Look into the DNS for the records by which organizations prove their domains."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from service.foundation.clock import Clock
from service.foundation.errors import Permanent, Refused
from service.mail.dns import Resolver, Unanswered
from service.model.evidence import Evidence
from service.model.signature import Signature
from service.signing.organizations.proofs import LOOKED_FOR, DnsRecord, dns_record, due_for_dns
from service.signing.party import read_party
from service.store.keyring import Keyring
from service.store.transaction import reading, transaction

_A_RUN = 20
_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class _Question:
    evidence_id: str
    record: DnsRecord | None


def look_up_domains(engine: Engine, keyring: Keyring, *, resolver: Resolver, clock: Clock) -> int:
    """Look for the records that were asked for and are due; gives how many were found.

    No transaction is open while a name server is asked. What was not found is looked for again in an hour, for three
    days after it was asked for.
    """
    found = 0
    for question in _questions(engine, keyring, clock):
        is_there = question.record is not None and _is_published(resolver, question.record)
        found += _keep(engine, question.evidence_id, is_there=is_there, clock=clock)
    return found


def _questions(engine: Engine, keyring: Keyring, clock: Clock) -> list[_Question]:
    with reading(engine) as session:
        due = due_for_dns(session, now=clock(), most=_A_RUN)
        rows = [(piece, session.get(Signature, piece.signature_id)) for piece in due]
        return [
            _Question(evidence_id=piece.id, record=_record(keyring, session, row))
            for piece, row in rows
            if row
        ]


def _record(keyring: Keyring, session: Session, row: Signature) -> DnsRecord | None:
    try:
        keys = keyring.of(session, row.campaign_id)
        return dns_record(keys, row, read_party(keys, row))
    except (Refused, Permanent):
        # Its website has changed meanwhile, or the letter was purged: there is nothing to look for.
        return None


def _is_published(resolver: Resolver, record: DnsRecord) -> bool:
    try:
        return record.value in {text.strip().lower() for text in resolver.texts(record.name)}
    except Unanswered:
        return False


def _keep(engine: Engine, evidence_id: str, *, is_there: bool, clock: Clock) -> bool:
    now = clock()
    with transaction(engine) as session:
        piece = session.get(Evidence, evidence_id, with_for_update=True)
        if piece is None or piece.found_at is not None:
            return False
        if is_there:
            piece.found_at, piece.ask_again_at = now, None
        else:
            again = now + _AGAIN_AFTER
            piece.ask_again_at = again if again <= piece.asked_at + LOOKED_FOR else None
        session.add(piece)
        return is_there
