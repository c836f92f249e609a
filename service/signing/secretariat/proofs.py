"""What signatories have answered in the newest proof round: a list, the newest answers first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.model.campaign import Campaign
from service.model.proof_answer import ProofAnswer
from service.model.signature import Signature
from service.signing.party import read_party
from service.signing.proof_answers import latest_round
from service.store.keyring import Keyring

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer: whose, and whether it called its line right or fixed it, and when."""

    signature_id: str
    name: str
    is_fixed: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Round:
    """The newest round: until when answers count, how many of each there are, and some of them."""

    answers_until: datetime
    right: int
    fixed: int
    answers: Sequence[Answer]
    before: str


def proof_round(session: Session, keyring: Keyring, campaign: Campaign, *, before: str = "") -> Round | None:
    """Give the newest round with a page of its answers; None where there was none."""
    occurrence = latest_round(session, campaign.id)
    if occurrence is None or occurrence.answers_until is None:
        return None
    mine = col(ProofAnswer.occurrence_id) == occurrence.id
    is_fixed = col(ProofAnswer.fixed_at).is_not(None)
    numbers = session.execute(
        select(func.count().filter(~is_fixed), func.count().filter(is_fixed)).where(mine)
    ).one()
    found = (
        select(ProofAnswer, Signature)
        .join(Signature, col(Signature.id) == col(ProofAnswer.signature_id))
        .where(mine, *([col(ProofAnswer.id) < before] if before else []))
        .order_by(col(ProofAnswer.id).desc())
        .limit(PAGE + 1)
    )
    rows = session.execute(found).all()
    keys = keyring.of(session, campaign.id)
    return Round(
        answers_until=occurrence.answers_until,
        right=int(numbers[0]),
        fixed=int(numbers[1]),
        answers=[
            Answer(
                signature_id=row.id,
                name=read_party(keys, row).name,
                is_fixed=answer.fixed_at is not None,
                at=answer.fixed_at or answer.agreed_at or occurrence.answers_until,
            )
            for answer, row in rows[:PAGE]
        ],
        before=rows[PAGE - 1][0].id if len(rows) > PAGE else "",
    )
