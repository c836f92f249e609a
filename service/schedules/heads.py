"""The end of a letter's history goes to each of its owners, from its beginning to its purge: on each day on which it moved."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from service.coordinators.accounts import owner_ids
from service.mail import outbox
from service.model.audit_event import AuditEvent
from service.model.campaign import Campaign
from service.model.coordinator import Membership, Role
from service.model.message import Message, MessageKind
from service.model.schedule import Action, Schedule
from service.model.states import CampaignState, MessageState, ScheduleState
from service.schedules.begin import dates_of, is_running, times_of
from service.store.keyring import Keyring

NOT_BEFORE = time(9)
"""On the letter's clock: the digest, which holds the end of the history too, has gone by then."""
_NEVER_LEFT = (
    MessageState.EXPIRED,
    MessageState.CANCELLED,
    MessageState.REFUSED,
    MessageState.SUPPRESSED,
)
"""What was posted and is in such a state told its owner nothing: the next day tells it."""
_LONGEST_BACK = timedelta(days=2)
# Of a letter that was put away, what was mailed is forgotten after a while: its end is not mailed for ever for that.


def post_heads(session: Session, keyring: Keyring, *, now: datetime) -> int:
    """Post the end of its history to each owner of whom it is due; gives how many mails are new.

    Once a day at most, where something was written since the last mail that held it: of a day without, that one still holds.
    It waits for a digest that comes later that day, but not on a second day: that one may have had nothing to tell.
    """
    return sum(
        _post(session, campaign, owner, is_to_wait=is_to_wait, now=now)
        for campaign in _owned(session)
        if now.astimezone(ZoneInfo(campaign.time_zone)).time() >= NOT_BEFORE
        for is_to_wait in (_digest_comes(session, keyring, campaign, now=now),)
        for owner in owner_ids(session, campaign.id)
    )


def is_head_alone(occurrence: str) -> bool:
    """Tell whether a mail of the digest's kind holds the end of the history alone (pure)."""
    return "." in occurrence


def _owned(session: Session) -> Sequence[Campaign]:
    owned = select(Membership.campaign_id).where(Membership.role == Role.OWNER)
    found = select(Campaign).where(Campaign.state != CampaignState.PURGED, col(Campaign.id).in_(owned))
    return session.exec(found.order_by(col(Campaign.id))).all()


def _digest_comes(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> bool:
    """Tell whether the letter's digest, which holds the end of the history too, is still due on this day."""
    found = select(Schedule).where(
        Schedule.campaign_id == campaign.id,
        Schedule.action == Action.DIGEST,
        Schedule.state == ScheduleState.ACTIVE,
    )
    there = now.astimezone(ZoneInfo(campaign.time_zone))
    midnight = datetime.combine(there.date() + timedelta(days=1), time(), tzinfo=there.tzinfo)
    return any(
        due.at > now
        for schedule in session.exec(found).all()
        if is_running(schedule, campaign)
        for due in takewhile(
            lambda due: due.at < midnight, times_of(schedule, dates_of(session, keyring, campaign, schedule))
        )
    )


def _post(session: Session, campaign: Campaign, owner: str, *, is_to_wait: bool, now: datetime) -> int:
    zone = ZoneInfo(campaign.time_zone)
    today, last = now.astimezone(zone).date(), _last_mailed(session, campaign, owner)
    if last is not None and last.astimezone(zone).date() >= today:
        return 0
    if is_to_wait and last is not None and last.astimezone(zone).date() == today - timedelta(days=1):
        return 0
    since = max(last, now - _LONGEST_BACK) if last is not None else now - _LONGEST_BACK
    if not _has_moved(session, campaign, since=since):
        return 0
    is_new = outbox.post(
        session,
        kind=MessageKind.DIGEST,
        campaign_id=campaign.id,
        recipient_ref=owner,
        occurrence=f"{campaign.id}.{today:%Y%m%d}",
        now=now,
    )
    return int(is_new)


def _last_mailed(session: Session, campaign: Campaign, owner: str) -> datetime | None:
    found = select(func.max(Message.created_at)).where(
        Message.recipient_ref == owner,
        Message.campaign_id == campaign.id,
        Message.kind == MessageKind.DIGEST,
        col(Message.state).not_in(_NEVER_LEFT),
    )
    return session.exec(found).one()


def _has_moved(session: Session, campaign: Campaign, *, since: datetime) -> bool:
    newest = select(AuditEvent.at).where(AuditEvent.campaign_id == campaign.id)
    at = session.exec(newest.order_by(col(AuditEvent.id).desc()).limit(1)).first()
    return at is not None and at > since
