"""What the newest proof round has come to: counted by the database, and no roll opened."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from service.model.campaign import Campaign
from service.model.proof_answer import ProofAnswer
from service.model.schedule import Action, Occurrence, Schedule


@dataclass(frozen=True, kw_only=True)
class ProofCounts:
    """How many were asked, called their line right, and fixed it; until when an answer counts."""

    schedule: str
    asked: int
    right: int
    fixed: int
    until: datetime | None


def proof_counts(session: Session, campaign: Campaign) -> ProofCounts | None:
    """Count what was said in the newest proof round of a letter; None before the first."""
    found = (
        select(Occurrence)
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .where(Occurrence.campaign_id == campaign.id, Schedule.action == Action.PROOF)
        .order_by(col(Occurrence.due_at).desc())
        .limit(1)
    )
    newest = session.exec(found).one_or_none()
    if newest is None:
        return None
    fixed = func.count().filter(col(ProofAnswer.fixed_at).is_not(None))
    right = func.count().filter(col(ProofAnswer.agreed_at).is_not(None), col(ProofAnswer.fixed_at).is_(None))
    counted = session.exec(select(right, fixed).where(ProofAnswer.occurrence_id == newest.id)).one()
    return ProofCounts(
        schedule=newest.schedule_id,
        asked=newest.posted,
        right=counted[0],
        fixed=counted[1],
        until=newest.answers_until,
    )
