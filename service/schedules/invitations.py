"""Invitations that leave at a letter's opening: whom they go to, before they do."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, literal, select
from sqlmodel import Session, col

from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.signature import Signature
from service.model.states import CampaignState, MessageState, SignatureState
from service.signing.invite import leaves_at

INVITATION = "invitation"
"""What a forecast calls them."""
_TO_OPEN = (CampaignState.DRAFT, CampaignState.FROZEN)
_UNDECIDED = (SignatureState.INVITED, SignatureState.INTENDS)


def whom_opening_invites(session: Session, campaign: Campaign, *, now: datetime) -> Sequence[tuple[str, str]]:
    """List which sign-ons get their invitation when the time of the opening comes, each with its language; nobody once it came.

    Of a letter that is not open yet: if somebody opens it before that.
    """
    found = _found(campaign, now=now)
    return [(one, language) for one, language in session.execute(found)] if found is not None else []


def count_opening_invites(session: Session, campaign: Campaign, *, most: int, now: datetime) -> int:
    """Count those, no further than `most`."""
    found = _found(campaign, now=now)
    if found is None:
        return 0
    some = found.with_only_columns(literal(1)).limit(most).subquery()
    return int(session.execute(select(func.count()).select_from(some)).scalar_one())


def _found(campaign: Campaign, *, now: datetime) -> Select[str, str] | None:
    at = leaves_at(campaign, now=now)
    # While a letter is tried there are none: they go when it is switched live.
    if at is None or campaign.trial_since is not None:
        return None
    wanted = select(col(Signature.id), col(Signature.language)).where(
        col(Signature.campaign_id) == campaign.id,
        col(Signature.state).in_(_UNDECIDED),
        col(Signature.email).is_not(None),
    )
    if campaign.state in _TO_OPEN:
        return wanted
    if campaign.state is not CampaignState.OPEN:
        return None
    waits = exists().where(
        col(Message.recipient_ref) == col(Signature.id),
        col(Message.kind) == MessageKind.INVITATION,
        col(Message.state) == MessageState.QUEUED,
        col(Message.due_at) == at,
    )
    return wanted.where(waits)
