"""What signatories say of their printed lines: who is asked, and what is kept of an answer."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.proof_answer import ProofAnswer
from service.model.schedule import Action, Occurrence, Schedule
from service.model.signature import Signature, Visibility, is_counted
from service.model.states import OccurrenceState


def is_printed(campaign: Campaign) -> ColumnElement[bool]:
    """Say in SQL which sign-ons count and are named in the letter, be it only in the addressee's copy."""
    return and_(
        is_counted(campaign), col(Signature.visibility).in_((Visibility.PUBLIC, Visibility.RECIPIENT))
    )


def latest_round(session: Session, campaign_id: str) -> Occurrence | None:
    """Find the newest proof round of a letter in which anybody was, or is being, written to; None where there is none."""
    under_way = (OccurrenceState.FIRING, OccurrenceState.FIRED)
    asked = or_(col(Occurrence.state).in_(under_way), col(Occurrence.posted) > 0)
    return session.exec(_rounds(campaign_id).where(asked).limit(1)).first()


def asked_in(session: Session, signature: Signature) -> Occurrence | None:
    """Find the newest proof round in which a sign-on was written to; None where it never was."""
    mine = (
        _rounds(signature.campaign_id)
        .join(Message, col(Message.occurrence) == col(Occurrence.id))
        .where(
            col(Message.recipient_ref) == signature.id,
            col(Message.kind) == MessageKind.PROOF,
        )
    )
    return session.exec(mine.limit(1)).first()


def answer_in(session: Session, occurrence: Occurrence, signature: Signature) -> ProofAnswer | None:
    """Find what a sign-on has answered in a round; None where it is silent."""
    found = select(ProofAnswer).where(
        ProofAnswer.occurrence_id == occurrence.id, ProofAnswer.signature_id == signature.id
    )
    return session.exec(found).one_or_none()


def answers_of(session: Session, signature: Signature) -> Sequence[ProofAnswer]:
    """List what a sign-on has answered in all rounds, in their order."""
    found = select(ProofAnswer).where(ProofAnswer.signature_id == signature.id)
    return session.exec(found.order_by(col(ProofAnswer.occurrence_id))).all()


def line_index(keys: CampaignKeys, line: str) -> bytes:
    """Give the keyed hash by which a printed line is known again."""
    return keys.blind("proof-line", line)


def keep_agreed(
    session: Session, occurrence: Occurrence, signature: Signature, line: bytes, *, now: datetime
) -> None:
    """Keep that a signatory calls its line right; the caller holds the signature's row."""
    answer = _answer(session, occurrence, signature)
    answer.line, answer.agreed_at = line, now
    session.add(answer)


def keep_fixed(session: Session, signature: Signature, *, now: datetime) -> None:
    """Keep that a signatory who was asked has changed its line; the caller holds the signature's row.

    What it said of the line before does not hold for the new one.
    """
    occurrence = asked_in(session, signature)
    if occurrence is None:
        return
    answer = _answer(session, occurrence, signature)
    answer.line, answer.agreed_at, answer.fixed_at = b"", None, now
    session.add(answer)


def forget_answers(session: Session, signature: Signature) -> None:
    """Delete what a sign-on has answered, with all else that is of it."""
    session.execute(delete(ProofAnswer).where(col(ProofAnswer.signature_id) == signature.id))


def _answer(session: Session, occurrence: Occurrence, signature: Signature) -> ProofAnswer:
    return answer_in(session, occurrence, signature) or ProofAnswer(
        campaign_id=signature.campaign_id, occurrence_id=occurrence.id, signature_id=signature.id
    )


def _rounds(campaign_id: str) -> SelectOfScalar[Occurrence]:
    """Select the proof rounds of a letter that have begun, the newest first."""
    return (
        select(Occurrence)
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .where(
            col(Occurrence.campaign_id) == campaign_id,
            col(Schedule.action) == Action.PROOF,
            col(Occurrence.answers_until).is_not(None),
        )
        .order_by(col(Occurrence.began_at).desc(), col(Occurrence.id).desc())
    )
