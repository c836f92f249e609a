"""Keep what was answered to the questions of a sign-on, with the version of their words and the moment."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from service.model.consent import Consent, Occasion
from service.model.signature import Signature
from service.store.insert import insert_quickly

WORDING = "2026-11"
"""The version of the questions on the form; a test holds its words, so that new words get a new version."""


def keep_answers(session: Session, row: Signature, *, occasion: Occasion, now: datetime) -> None:
    """Add the answers of a sign-on as they stand now; call it wherever one of them was given or changed."""
    row.wording = WORDING
    insert_quickly(
        session,
        Consent(
            campaign_id=row.campaign_id,
            signature_id=row.id,
            at=now,
            occasion=occasion,
            wording=WORDING,
            visibility=row.visibility,
            keeps_on_change=row.keeps_on_change,
            wants_news=row.wants_news,
        ),
    )


def consents_of(session: Session, row: Signature) -> Sequence[Consent]:
    """List what was answered for a sign-on, oldest first."""
    found = select(Consent).where(Consent.signature_id == row.id)
    return session.exec(found.order_by(col(Consent.at), col(Consent.id))).all()
