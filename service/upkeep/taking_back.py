"""Take an import of members back: whoever was neither written to nor spoken to goes as if never invited, the rest is named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from service.coordinators import audit
from service.coordinators.revealing import OF_MEMBERS, OF_SIGN_ONS
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.agreed_source import AgreedSource
from service.model.audit_event import AuditEvent
from service.model.campaign import Campaign
from service.model.chaser import Chase
from service.model.member_import import MemberImport
from service.model.message import Message
from service.model.signature import Signature
from service.model.signature_note import SignatureNote
from service.model.states import MessageState, SignatureState
from service.signing.invitees.importing import lock_import
from service.store.sealed import open_text
from service.upkeep.sign_ons import deleting_sign_ons

_AT_ONCE = 500
# A mail in one of these states is here still, unless it has passed a sender's fence before.
_STILL_HERE = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.HELD, MessageState.CANCELLED)
# What a file may say of a member; whoever says so later leaves a trace, in its mail or in the history.
_AS_IT_CAME = (SignatureState.INVITED, SignatureState.INTENDS, SignatureState.DECLINED)
# That an address was looked at is no word about whoever it is of.
_ONLY_LOOKED = (OF_MEMBERS, OF_SIGN_ONS)


class Why(StrEnum):
    """Why somebody of an import that was undone stays."""

    ANSWERED = "answered"
    MAILED = "mailed"
    NOTED = "noted"


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """What an undo could do: how many were taken back, and how many stay."""

    taken: int
    stay: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Stays:
    """Somebody of an import that stays, and why."""

    id: str
    name: str
    why: Why


def take_back_import(
    session: Session, campaign: Campaign, import_id: str, *, by: str, now: datetime
) -> TakenBack:
    """Undo an import as far as it can be; a second time finds nothing more to take back.

    Whoever was written to, or of whom anything was noted since, stays (who_stays() names them). Raises NotFound once its
    day is over, and Refused where nothing was imported.
    """
    row = lock_import(session, campaign, import_id, now=now)
    if row.began_at is None:
        raise Refused(Sentence("Nothing of this file was imported, so there is nothing to undo."))
    taken = stay = 0
    for part in _parts(row):
        there = _lock(session, campaign, part)
        why = _why_each_stays(session, there)
        gone = [one.id for one in there if one.id not in why]
        if gone:
            deleting_sign_ons(now)(session, gone)
        taken, stay = taken + len(gone), stay + len(why)
    row.finished_at, row.undone_at = row.finished_at or now, now
    session.add(row)
    thing = f"{row.id}: {taken} taken back, {stay} stay"
    audit.record(session, by=by, act="members.undo-import", campaign_id=campaign.id, thing=thing, now=now)
    return TakenBack(taken=taken, stay=stay)


def who_stays(session: Session, keys: CampaignKeys, row: MemberImport) -> Sequence[Stays]:
    """Name those of an import that was undone who are here still, in the order of the file."""
    found: list[Stays] = []
    for part in _parts(row):
        there = session.exec(select(Signature).where(*_of(row.campaign_id, part))).all()
        why = _why_each_stays(session, there)
        found += [
            Stays(id=one.id, name=open_text(keys, one, "name"), why=why[one.id])
            for one in there
            if one.id in why
        ]
    return found


def _parts(row: MemberImport) -> Iterator[list[str]]:
    for first in range(0, len(row.made), _AT_ONCE):
        yield row.made[first : first + _AT_ONCE]


def _of(campaign_id: str, ids: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return col(Signature.campaign_id) == campaign_id, col(Signature.id).in_(ids)


def _lock(session: Session, campaign: Campaign, ids: Sequence[str]) -> Sequence[Signature]:
    """Lock sign-ons, their mail and what is tracked of them, so that what is read of them after this stays true.

    A sender that has just taken a mail to its fence is waited for: then the mail has left, and is seen to have; one that
    comes later finds it cancelled, and lets no byte go. It is the same with a chaser who notes a promise at this moment.
    """
    found = select(Signature).where(*_of(campaign.id, ids)).order_by(col(Signature.id)).with_for_update()
    rows = session.exec(found.execution_options(populate_existing=True)).all()
    present = [row.id for row in rows]
    mails = select(Message.id).where(col(Message.recipient_ref).in_(present)).order_by(col(Message.id))
    session.exec(mails.with_for_update()).all()
    chases = select(Chase.id).where(col(Chase.signature_id).in_(present)).order_by(col(Chase.id))
    session.exec(chases.with_for_update()).all()
    return rows


def _why_each_stays(session: Session, rows: Sequence[Signature]) -> Mapping[str, Why]:
    """Say of those who stay why they do; who is not among them can go. What weighs most is said."""
    ids = [row.id for row in rows]
    noted = {
        *session.exec(
            select(Chase.signature_id).where(
                col(Chase.signature_id).in_(ids),
                or_(
                    col(Chase.said).is_not(None),
                    col(Chase.note).is_not(None),
                    col(Chase.left_out_at).is_not(None),
                ),
            )
        ),
        *session.exec(select(SignatureNote.signature_id).where(col(SignatureNote.signature_id).in_(ids))),
        *session.exec(select(AgreedSource.signature_id).where(col(AgreedSource.signature_id).in_(ids))),
        *session.exec(
            select(AuditEvent.thing).where(
                col(AuditEvent.thing).in_(ids), col(AuditEvent.act).not_in(_ONLY_LOOKED)
            )
        ),
    }
    mailed = set(
        session.exec(
            select(Message.recipient_ref).where(
                col(Message.recipient_ref).in_(ids),
                or_(
                    col(Message.state).not_in(_STILL_HERE),
                    col(Message.submitted_at).is_not(None),
                    col(Message.possible_duplicate),
                ),
            )
        )
    )
    answered = {row.id for row in rows if row.state not in _AS_IT_CAME or row.signed_at is not None}
    return {
        **dict.fromkeys(noted, Why.NOTED),
        **dict.fromkeys(mailed, Why.MAILED),
        **dict.fromkeys(answered, Why.ANSWERED),
    }
