"""What an approver asks about an edition, and what the secretariat answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.queries import WITHOUT_ITS_ROLL
from service.coordinators import audit
from service.delivery.approve import LONGEST_NOTE, find_seat
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.mail import outbox
from service.model.approver_desk import ApproverQuestion
from service.model.edition import Approver, Edition
from service.model.message import MessageKind
from service.store.keyring import Keyring
from service.store.sealed import open_record, open_text, seal_text

ASK_FIRST = Sentence("Write your question.")
ANSWER_FIRST = Sentence("Write the answer.")
NO_SUCH_QUESTION = Sentence("There is no such question.")
TOO_MANY = Sentence(
    "You have asked ten times about this edition; please answer to the mail, or call the secretariat."
)
_MOST = 10


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question about an edition, and its answer where there is one."""

    id: str
    approver: str
    edition: int
    question: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None


def ask(session: Session, keyring: Keyring, *, token: str, question: str, now: datetime) -> ApproverQuestion:
    """Keep an approver's question, once, and tell the secretariat; raises NotFound for a link that opens nothing."""
    seat = find_seat(session, token, now=now)
    text = clean_text(question, what=Sentence("The question"), longest=LONGEST_NOTE)
    if not text:
        raise Refused(ASK_FIRST)
    keys, before = keyring.of(session, seat.campaign.id), _of_seat(session, seat.edition.id, seat.approver.id)
    for one in before:
        if one.answered_at is None and open_text(keys, one, "question") == text:
            # A second press asks nothing new.
            return one
    if len(before) >= _MOST:
        raise Refused(TOO_MANY)
    row = ApproverQuestion(
        campaign_id=seat.campaign.id,
        edition_id=seat.edition.id,
        approver_id=seat.approver.id,
        question=b"",
        asked_at=now,
    )
    row.question = seal_text(keys, row, "question", text)
    session.add(row)
    session.flush()
    _tell(session, row, to=seat.campaign.id, word="asked", now=now)
    by = f"approver:{seat.approver.id}"
    audit.record(session, by=by, act="edition.ask", campaign_id=seat.campaign.id, thing=row.id, now=now)
    return row


def answer(
    session: Session,
    keyring: Keyring,
    campaign_id: str,
    question_id: str,
    *,
    text: str,
    by: str,
    now: datetime,
) -> None:
    """Answer an approver's question, and mail the answer, once; another answer takes its place.

    Raises NotFound for a question about another letter.
    """
    row = session.get(ApproverQuestion, question_id)
    if row is None or row.campaign_id != campaign_id:
        raise NotFound(NO_SUCH_QUESTION)
    told = clean_text(text, what=Sentence("The answer"), longest=LONGEST_NOTE)
    if not told:
        raise Refused(ANSWER_FIRST)
    keys = keyring.of(session, campaign_id)
    if row.answered_at is not None and open_text(keys, row, "answer") == told:
        return
    row.answer = seal_text(keys, row, "answer", told)
    row.answered_by, row.answered_at = by, now
    session.add(row)
    session.flush()
    _tell(session, row, to=row.approver_id, word="answered", now=now)
    audit.record(session, by=by, act="edition.answer", campaign_id=campaign_id, thing=row.id, now=now)


def questions_of(session: Session, keyring: Keyring, campaign_id: str) -> Sequence[Asked]:
    """List what approvers of a letter have asked, the newest first."""
    found = (
        select(ApproverQuestion)
        .where(ApproverQuestion.campaign_id == campaign_id)
        .order_by(col(ApproverQuestion.id).desc())
    )
    keys = keyring.of(session, campaign_id)
    return [_asked(session, keys, row) for row in session.exec(found).all()]


def own_questions(session: Session, keyring: Keyring, *, token: str, now: datetime) -> Sequence[Asked]:
    """List what one approver has asked about its edition, the oldest first."""
    seat = find_seat(session, token, now=now)
    keys = keyring.of(session, seat.campaign.id)
    return [_asked(session, keys, row) for row in _of_seat(session, seat.edition.id, seat.approver.id)]


def _of_seat(session: Session, edition_id: str, approver_id: str) -> Sequence[ApproverQuestion]:
    found = select(ApproverQuestion).where(
        ApproverQuestion.edition_id == edition_id, ApproverQuestion.approver_id == approver_id
    )
    return session.exec(found.order_by(col(ApproverQuestion.id))).all()


def _tell(session: Session, row: ApproverQuestion, *, to: str, word: str, now: datetime) -> None:
    outbox.post(
        session,
        kind=MessageKind.ALERT,
        campaign_id=row.campaign_id,
        recipient_ref=to,
        occurrence=f"{word}:{row.id}:{now:%H%M%S}",
        now=now,
    )


def _asked(session: Session, keys: CampaignKeys, row: ApproverQuestion) -> Asked:
    approver = session.get_one(Approver, row.approver_id)
    return Asked(
        id=row.id,
        approver=str(open_record(keys, approver, "details").get("name", "")),
        edition=session.get_one(Edition, row.edition_id, options=[WITHOUT_ITS_ROLL]).number,
        question=open_text(keys, row, "question"),
        asked_at=row.asked_at,
        answer=open_text(keys, row, "answer"),
        answered_at=row.answered_at,
    )
