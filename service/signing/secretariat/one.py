"""One sign-on with all that the secretariat knows of it: its line, how it agreed, its mail, its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.foundation.errors import Refused
from service.mail.no_mail import unwritten_mails
from service.mail.view.meanings import AFTERWARDS, STATES, UNWRITTEN
from service.model.agreement import Agreement
from service.model.audit_event import AuditEvent
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.message import AfterState, Message, MessageEvent
from service.model.proof_answer import ProofAnswer
from service.model.signature import Signature, Standing, standing
from service.model.states import MessageState, SignatureState
from service.signing.abuse.mailboxes import Flags, flags_of_one
from service.signing.naming import HOW_NAMED, NOT_CHOSEN, chosen_naming
from service.signing.notes import Note, notes_of
from service.signing.party import SignOn, read_party
from service.signing.proof_answers import answers_of
from service.signing.proof_line import proof_line
from service.signing.secretariat.acts import Does, possible
from service.signing.secretariat.table import veiled_mailbox
from service.signing.showing import show_signatory
from service.store.keyring import Keyring

_MOST_MAILS = 40
_MOST_EVENTS = 100
_PRINTS = frozenset({SignatureState.PENDING, SignatureState.CONFIRMED})


@dataclass(frozen=True, kw_only=True)
class MailSeen:
    """One mail to a signatory: its kind by its code, when, what its state means, and what was heard of it since."""

    kind: str
    at: datetime
    meaning: str
    heard: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One line of a history: when, who (as the audit names it) and the code of the act."""

    at: datetime
    by: str
    act: str


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """That it agreed to a version of the text, and how."""

    version: int
    how: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SignOnSeen:
    """One sign-on; `shown` are the columns of the list (service/signing/listing.py), `party` what was given.

    `line` is what is printed of it, line by line; `why_no_line` says why nothing is.
    """

    row: Signature
    party: SignOn
    shown: Mapping[str, object]
    standing: Standing
    how_named: str
    line: Sequence[str]
    mailbox: str
    version: int
    agreed: Sequence[Agreed]
    mails: Sequence[MailSeen]
    history: Sequence[Happened]
    notes: Sequence[Note]
    proofs: Sequence[ProofAnswer]
    possible: Sequence[Does]
    flags: Flags


def look_at_sign_on(
    session: Session, keyring: Keyring, campaign: Campaign, row: Signature, *, now: datetime
) -> SignOnSeen:
    """Gather what is known of a sign-on of this letter."""
    keys = keyring.of(session, campaign.id)
    shown = show_signatory(session, keyring, campaign, row.id)
    party = read_party(keys, row)
    versions, named = _versions(session, campaign), chosen_naming(row)
    alike = shown["resembles"]
    undecided = isinstance(alike, list) and any(not one["verdict"] for one in alike)
    return SignOnSeen(
        row=row,
        party=party,
        shown=shown,
        standing=standing(row, campaign),
        how_named=HOW_NAMED[named] if named is not None else NOT_CHOSEN,
        line=_line(session, keyring, campaign, row, now=now),
        mailbox=veiled_mailbox(party),
        version=versions.get(row.revision_id or "", 0),
        agreed=_agreed(session, row, versions),
        mails=_mails(session, row),
        history=_history(session, row),
        notes=notes_of(session, keys, row.id),
        proofs=answers_of(session, row),
        possible=possible(row, campaign, looks_like_another=undecided),
        flags=flags_of_one(session, row),
    )


def _line(
    session: Session, keyring: Keyring, campaign: Campaign, row: Signature, *, now: datetime
) -> Sequence[str]:
    if row.erased_at is not None or row.state not in _PRINTS:
        return ()
    try:
        written = proof_line(session, keyring, campaign, row, now=now)
    except Refused:
        return ()
    return tuple(line for line in written.split("\n") if line)


def _agreed(session: Session, row: Signature, versions: Mapping[str, int]) -> Sequence[Agreed]:
    found = select(Agreement).where(Agreement.signature_id == row.id).order_by(col(Agreement.id))
    return [
        Agreed(version=versions.get(one.revision_id, 0), how=one.how.value, at=one.agreed_at)
        for one in session.exec(found)
    ]


def _mails(session: Session, row: Signature) -> Sequence[MailSeen]:
    found = select(Message).where(Message.recipient_ref == row.id).order_by(col(Message.id).desc())
    mails = session.exec(found.limit(_MOST_MAILS)).all()
    heard: dict[str, list[str]] = {}
    events = select(MessageEvent.message_id, MessageEvent.became).where(
        col(MessageEvent.message_id).in_([mail.id for mail in mails]),
        col(MessageEvent.became).in_([after.value for after in AfterState]),
    )
    for message_id, became in session.exec(events.order_by(col(MessageEvent.id))):
        heard.setdefault(message_id, []).append(AFTERWARDS[AfterState(became)])
    held = [mail.id for mail in mails if mail.state is MessageState.HELD]
    unwritten = unwritten_mails(session, row.campaign_id, among=held) if held else ()
    return [
        MailSeen(
            kind=mail.kind.value,
            at=mail.submitted_at or mail.created_at,
            meaning=UNWRITTEN if mail.id in unwritten else STATES[mail.state],
            heard=heard.get(mail.id, ()),
        )
        for mail in mails
    ]


def _history(session: Session, row: Signature) -> Sequence[Happened]:
    found = select(AuditEvent).where(AuditEvent.thing == row.id, AuditEvent.campaign_id == row.campaign_id)
    events = session.exec(found.order_by(col(AuditEvent.id).desc()).limit(_MOST_EVENTS)).all()
    return [Happened(at=one.at, by=one.actor, act=one.act) for one in events]


def _versions(session: Session, campaign: Campaign) -> Mapping[str, int]:
    found = select(LetterRevision.id, LetterRevision.number).where(LetterRevision.campaign_id == campaign.id)
    return dict(session.exec(found).all())
