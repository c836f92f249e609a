"""What has become of a letter's newest proof round, of each who is printed: right, fixed, silent, or not reached."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from service.mail import outbox
from service.mail.no_mail import unwritten_mails
from service.model.campaign import Campaign
from service.model.message import AfterState, Message, MessageEvent, MessageKind
from service.model.proof_answer import ProofAnswer
from service.model.schedule import Occurrence
from service.model.signature import Signature
from service.model.suppression import Suppression
from service.signing.course import TO_BE_CALLED, Course, course_of
from service.signing.earlier_text import reach_of
from service.signing.proof_answers import is_printed, latest_round
from service.store.keyring import Keyring

PROOF_COLUMN = "proof"


class Answered(StrEnum):
    """What a signatory has said of its printed line: `silent`, once the time to answer is over, is taken for right."""

    RIGHT = "right"
    FIXED = "fixed"
    ASKED = "asked"
    SILENT = "silent"
    NOT_REACHED = "not reached"
    NOT_ASKED = "not asked"


def proof_status(
    session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime
) -> Mapping[str, Answered]:
    """Give, by the ids of all who are printed, what came of the newest round; nothing before there was one."""
    occurrence = latest_round(session, campaign.id)
    if occurrence is None or occurrence.answers_until is None:
        return {}
    keys, heard = keyring.of(session, campaign.id), _heard(session, occurrence)
    unwritten = unwritten_mails(session, campaign.id)
    suppressed = and_(
        col(Suppression.campaign_id) == col(Signature.campaign_id),
        col(Suppression.email_index) == col(Signature.email_index),
    )
    answered = and_(
        col(ProofAnswer.occurrence_id) == occurrence.id, col(ProofAnswer.signature_id) == col(Signature.id)
    )
    found = (
        select(Signature, Message, Suppression, ProofAnswer)
        .outerjoin(Message, col(Message.dedupe_key) == _key(occurrence))
        .outerjoin(Suppression, suppressed)
        .outerjoin(ProofAnswer, answered)
        .where(is_printed(campaign))
    )
    return {
        row.id: _answered(
            answer,
            course_of(
                reach_of(keys, row, mail, suppression, heard, unwritten=unwritten),
                keeps_on_change=False,
                objections_until=occurrence.answers_until,
                now=now,
            ),
            is_over=now >= occurrence.answers_until,
        )
        for row, mail, suppression, answer in session.exec(found).all()
    }


def with_proof(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    rows: Sequence[Mapping[str, str]],
    *,
    now: datetime,
) -> list[dict[str, str]]:
    """Give the rows of a letter's list (service/signing/listing.py) with one column more: what came of the newest round."""
    said = proof_status(session, keyring, campaign, now=now)
    return [{**row, PROOF_COLUMN: said[row["id"]].value if row["id"] in said else ""} for row in rows]


def count_proof(
    session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime
) -> Mapping[str, int]:
    """Count what came of the newest round."""
    return Counter(said.value for said in proof_status(session, keyring, campaign, now=now).values())


def _answered(answer: ProofAnswer | None, course: Course, *, is_over: bool) -> Answered:
    if answer is not None and answer.fixed_at is not None:
        return Answered.FIXED
    if answer is not None and answer.agreed_at is not None:
        return Answered.RIGHT
    if course is Course.UNASKED:
        return Answered.NOT_ASKED
    if course in TO_BE_CALLED - {Course.NO_ANSWER}:
        return Answered.NOT_REACHED
    return Answered.SILENT if is_over else Answered.ASKED


def _heard(session: Session, occurrence: Occurrence) -> dict[str, set[str]]:
    """Give what was heard afterwards of the mails of a round, by sign-on."""
    found = (
        select(Message.recipient_ref, MessageEvent.became)
        .join(MessageEvent, col(MessageEvent.message_id) == col(Message.id))
        .join(Signature, col(Signature.id) == col(Message.recipient_ref))
        .where(
            col(Signature.campaign_id) == occurrence.campaign_id,
            col(Message.dedupe_key) == _key(occurrence),
            col(MessageEvent.became).in_([after.value for after in AfterState]),
        )
    )
    heard: dict[str, set[str]] = {}
    for signature_id, became in session.exec(found).all():
        heard.setdefault(signature_id, set()).add(became)
    return heard


def _key(occurrence: Occurrence) -> ColumnElement[str]:
    return outbox.dedupe_key(
        kind=MessageKind.PROOF,
        campaign_id=occurrence.campaign_id,
        recipient_ref=col(Signature.id),
        occurrence=occurrence.id,
    )
