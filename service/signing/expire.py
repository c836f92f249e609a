"""Let sign-ons lapse that nobody confirmed while they could be."""

from datetime import datetime, timedelta

from sqlalchemy import exists, literal, update
from sqlmodel import Session, col, select

from service.model.campaign import Campaign
from service.model.signature import Signature
from service.model.states import CampaignState, SignatureState
from service.signing.sign import CONFIRM_LIVES, confirm_until

_OVER = (CampaignState.CLOSED, CampaignState.SENT, CampaignState.ARCHIVED)


def expire_unconfirmed(session: Session, *, now: datetime) -> int:
    """End what still waits two weeks after its letter took the last confirmation; gives how many sign-ons.

    Until then a letter may be reopened for somebody who is late. Whoever comes after that signs anew.
    """
    waits = exists().where(
        col(Signature.campaign_id) == Campaign.id, col(Signature.state) == SignatureState.PENDING
    )
    letters = session.exec(select(Campaign).where(col(Campaign.state).in_(_OVER), waits)).all()
    return sum(
        _expire(session, letter, now=now)
        for letter in letters
        if confirm_until(letter) + CONFIRM_LIVES <= now
    )


def _expire(session: Session, letter: Campaign, *, now: datetime) -> int:
    # Who was let in late has a moment of its own.
    over = now - CONFIRM_LIVES - timedelta(seconds=letter.grace_seconds)
    unconfirmed = update(Signature).where(
        col(Signature.campaign_id) == letter.id,
        col(Signature.state) == SignatureState.PENDING,
        col(Signature.late_until).is_(None) | (col(Signature.late_until) <= over),
    )
    return len(session.execute(unconfirmed.values(state=SignatureState.EXPIRED).returning(literal(1))).all())
