"""Attack mode: while it is on, the form of a letter asks the browser for proof of work."""

from datetime import datetime

from sqlalchemy import delete, literal
from sqlmodel import Session, col, select

from service.coordinators import audit
from service.model.abuse import AttackMode
from service.model.campaign import Campaign
from service.store.insert import insert_or


def asks_proof(session: Session, campaign_id: str) -> bool:
    """Tell whether a letter is in attack mode."""
    return session.get(AttackMode, campaign_id) is not None


def slug_asks_proof(session: Session, slug: str) -> bool:
    """Tell whether the letter of this slug is in attack mode; it tells nobody whether there is such a letter."""
    found = select(AttackMode.campaign_id).join(Campaign).where(Campaign.slug == slug)
    return session.exec(found).first() is not None


def start_attack_mode(session: Session, campaign: Campaign, *, by: str, now: datetime) -> bool:
    """Let the form of a letter ask for proof of work; tells whether it did not before."""
    row = AttackMode(campaign_id=campaign.id, since=now, by=by)
    once = (
        insert_or(session, row).on_conflict_do_nothing(index_elements=["campaign_id"]).returning(literal(1))
    )
    started = session.execute(once).first() is not None
    if started:
        audit.record(session, by=by, act="abuse.attack_mode", campaign_id=campaign.id, thing="on", now=now)
    return started


def end_attack_mode(session: Session, campaign: Campaign, *, by: str, now: datetime) -> bool:
    """Let the form of a letter ask for no more proof; tells whether it did before."""
    gone = delete(AttackMode).where(col(AttackMode.campaign_id) == campaign.id).returning(literal(1))
    ended = session.execute(gone).first() is not None
    if ended:
        audit.record(session, by=by, act="abuse.attack_mode", campaign_id=campaign.id, thing="off", now=now)
    return ended
