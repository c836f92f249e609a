"""Forget what the secretariat tracked of one of the invited."""

from sqlalchemy import delete
from sqlmodel import Session, col

from service.model.agreed_source import AgreedSource
from service.model.chaser import Chase


def forget_tracked(session: Session, signature_id: str) -> None:
    """Delete who chased a signatory, what it said to them, and how it agreed."""
    session.flush()
    session.execute(delete(Chase).where(col(Chase.signature_id) == signature_id))
    session.execute(delete(AgreedSource).where(col(AgreedSource.signature_id) == signature_id))
