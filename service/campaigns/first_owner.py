"""Whom an operator invites as the first owner: of the only letter there is, where nobody owns it yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from service.coordinators.invitations import Offer
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.coordinator import Coordinator, Membership, Role
from service.model.states import CampaignState


@dataclass(frozen=True, kw_only=True)
class FirstOwner:
    """What is offered, and the letter's slug, "" where it is to none."""

    offer: Offer
    slug: str


def has_one_ownerless(session: Session) -> bool:
    """Tell whether there is exactly one letter without an owner: only then is it clear which one is meant."""
    return len(_ownerless(session)) == 1


def offer_first_owner(session: Session) -> FirstOwner:
    """Say what an owner without a letter named is invited to; the first coordinator also administers the service.

    Raises Refused where several letters have no owner: the operator has to say which.
    """
    is_admin = session.exec(select(Coordinator.id).limit(1)).first() is None
    letters = _ownerless(session)
    if len(letters) > 1:
        raise Refused(
            Sentence("Several letters have no owner yet: say which one is meant."),
            command="undersigned coordinator invite EMAIL --owner --letter SLUG",
        )
    if not letters:
        return FirstOwner(offer=Offer(is_admin=is_admin), slug="")
    letter = letters[0]
    offer = Offer(campaign_id=letter.id, role=Role.OWNER, is_admin=is_admin)
    return FirstOwner(offer=offer, slug=letter.slug)


def _ownerless(session: Session) -> Sequence[Campaign]:
    """List letters without an owner, two at most: more say no more."""
    owned = select(Membership.campaign_id).where(Membership.role == Role.OWNER)
    return session.exec(
        select(Campaign)
        .where(col(Campaign.state) != CampaignState.PURGED, col(Campaign.id).not_in(owned))
        .limit(2)
    ).all()
