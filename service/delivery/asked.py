"""Which signatories have asked their Member of Congress to raise a letter, and wait for its release: how many, by office."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session, col, select

from service.model.campaign import Campaign
from service.model.constituent import Constituent
from service.model.signature import Kind, Signature, is_counted


def asked_counts(session: Session, campaign: Campaign) -> Mapping[str, int]:
    """Count those who wait, by the code of the office; nobody who does not count is in it."""
    found = (
        select(Constituent.office, func.count())
        .join(Signature, col(Signature.id) == Constituent.signature_id)
        .where(_waits(campaign))
        .group_by(col(Constituent.office))
    )
    return dict(session.exec(found).all())


def waiting_for(session: Session, campaign: Campaign, office: str) -> Sequence[Constituent]:
    """Get the requests to one office that wait, to make them part of a release, in an order that stays."""
    found = (
        select(Constituent)
        .join(Signature, col(Signature.id) == Constituent.signature_id)
        .where(_waits(campaign), Constituent.office == office)
        .order_by(col(Constituent.id))
    )
    return session.exec(found.with_for_update(of=Constituent)).all()


def _waits(campaign: Campaign) -> ColumnElement[bool]:
    return and_(
        col(Constituent.campaign_id) == campaign.id,
        col(Constituent.delivery_id).is_(None),
        col(Constituent.settled_at).is_(None),
        col(Signature.kind) == Kind.PERSON,
        is_counted(campaign),
    )
