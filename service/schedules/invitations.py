"""The invitations of a letter: the schedule that they have, and those that a letter was opened with by an earlier version."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, literal, select
from sqlmodel import Session, col

from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.schedule import Action, Schedule
from service.model.signature import Signature
from service.model.states import CampaignState, MessageState, SignatureState
from service.schedules.audience import Audience
from service.schedules.due import Timing
from service.signing.invite import leaves_at

INVITATION = "invitation"
"""The name of their schedule, and what a forecast calls them."""
AT_OPENING = Timing(anchor=Anchor.OPENING)
TO_OPEN = (CampaignState.DRAFT, CampaignState.FROZEN)
"""Where a letter stands before a person has opened it."""
_UNDECIDED = (SignatureState.INVITED, SignatureState.INTENDS)


def invitation(
    campaign: Campaign, *, since: datetime, by: str, now: datetime, name: str = INVITATION
) -> Schedule:
    """Make the schedule by which those are invited who wait for it: once the letter takes sign-ons, from `since` on (pure)."""
    return Schedule(
        campaign_id=campaign.id,
        name=name,
        action=Action.INVITE,
        is_built_in=True,
        timing=AT_OPENING.as_record(),
        audience=Audience(states=_UNDECIDED, uninvited=True).as_record(),
        since=since,
        of_deadline=campaign.deadline_at,
        created_at=now,
        created_by=by,
        approved_at=now,
        approved_by=by,
    )


def invites(schedules: Sequence[Schedule]) -> Schedule | None:
    """Find the schedule of a letter that invites; None where it has none."""
    return next((one for one in schedules if one.action is Action.INVITE), None)


def free_name(schedules: Sequence[Schedule]) -> str:
    """Give it a name that no other schedule of the letter has taken."""
    taken = {one.name for one in schedules}
    names = (INVITATION, *(f"{INVITATION}-{number}" for number in range(1, len(taken) + 1)))
    return next(name for name in names if name not in taken)


def whom_opening_invites(session: Session, campaign: Campaign, *, now: datetime) -> Sequence[tuple[str, str]]:
    """List whose invitation was posted ahead, to leave when the letter takes sign-ons, each with its language; nobody once it does."""
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
    if campaign.state is not CampaignState.OPEN:
        return None
    waits = exists().where(
        col(Message.recipient_ref) == col(Signature.id),
        col(Message.kind) == MessageKind.INVITATION,
        col(Message.state) == MessageState.QUEUED,
        col(Message.due_at) == at,
    )
    return wanted.where(waits)
