"""Invite a coordinator by a link that is good once, for 48 hours, for one role; and take it up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from service.coordinators import audit
from service.coordinators.accounts import email_index, find_coordinator, give_role, owner_ids, role_in
from service.foundation.clock import ONE_PRESS
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.tokens import derive_token, looks_like_token, token_digest
from service.mail.outbox import post
from service.model.coordinator import Coordinator, Role
from service.model.message import MessageKind
from service.model.recovery_sheet import RecoverySheet
from service.model.sign_in import CoordinatorInvitation
from service.store.sealed import open_record, seal_record

LIVES = timedelta(hours=48)
BY_SHEET = "recovery_sheet"
"""Who invites where the code of a sheet was typed, as the audit knows it."""
JOINED = "joined"
"""What the occurrence of a mail begins with that tells owners who came into their team; the invitation's id follows."""
_PURPOSE = "coordinator_invitation"
NO_INVITATION = Sentence("This link does not open anything.")
USED = Sentence("This invitation was used already: whoever was invited has an account now, and signs in.")
ENDED = Sentence(
    "This invitation was replaced by a newer one or taken back; use the link of the newest mail."
)
EXPIRED = Sentence(
    "This invitation is over: it was good for 48 hours. Ask whoever invited you for a new one."
)
IN_TEAM = Sentence("Whoever has this address is in the team already; change the role in the list.")


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What somebody is invited to: a role in a letter, to administer the service, or an account alone."""

    campaign_id: str | None = None
    role: Role | None = None
    is_admin: bool = False


@dataclass(frozen=True, kw_only=True)
class Invited:
    """An invitation as its reader, or the team, sees it."""

    id: str
    email: str
    campaign_id: str | None
    role: Role | None
    is_admin: bool
    invited_by: str
    expires_at: datetime


def invitation_token(keys: CampaignKeys, invitation_id: str) -> str:
    """Make the token of an invitation's link; the same each time, so that its mail can be made again."""
    return derive_token(keys.token, purpose=_PURPOSE, row=invitation_id, generation=1)


def invite(
    session: Session,
    keys: CampaignKeys,
    *,
    email: str,
    offer: Offer,
    by: str,
    now: datetime,
) -> CoordinatorInvitation:
    """Invite somebody by mail; an earlier invitation of the same address to the same letter ends.

    The same once more within a moment is a second press, and the first invitation stands. `email` is a normal address.
    Raises Refused where it is in the letter's team already.
    """
    known, campaign_id = find_coordinator(session, keys, email), offer.campaign_id
    if known and campaign_id and role_in(session, coordinator_id=known.id, campaign_id=campaign_id):
        raise Refused(IN_TEAM)
    if (standing := _just_invited(session, keys, email=email, offer=offer, by=by, now=now)) is not None:
        return standing
    end_invitations(session, keys, email=email, campaign_id=campaign_id, now=now)
    row = CoordinatorInvitation(
        digest=b"",
        email_index=email_index(keys, email),
        details=b"",
        campaign_id=campaign_id,
        role=offer.role,
        is_admin=offer.is_admin,
        invited_by=by,
        created_at=now,
        expires_at=now + LIVES,
    )
    row.digest = token_digest(invitation_token(keys, row.id))
    row.details = seal_record(keys, row, "details", {"email": email})
    session.add(row)
    session.flush()
    post(
        session,
        kind=MessageKind.COORDINATOR_INVITATION,
        campaign_id=campaign_id,
        recipient_ref=row.id,
        occurrence="",
        now=now,
        expires_at=row.expires_at,
    )
    audit.record(session, by=by, act="team.invite", campaign_id=campaign_id, thing=row.id, now=now)
    return row


def _just_invited(
    session: Session, keys: CampaignKeys, *, email: str, offer: Offer, by: str, now: datetime
) -> CoordinatorInvitation | None:
    found = select(CoordinatorInvitation).where(
        CoordinatorInvitation.email_index == email_index(keys, email),
        col(CoordinatorInvitation.campaign_id).is_not_distinct_from(offer.campaign_id),
        col(CoordinatorInvitation.role).is_not_distinct_from(offer.role),
        CoordinatorInvitation.is_admin == offer.is_admin,
        CoordinatorInvitation.invited_by == by,
        col(CoordinatorInvitation.used_at).is_(None),
        col(CoordinatorInvitation.ended_at).is_(None),
        CoordinatorInvitation.created_at > now - ONE_PRESS,
    )
    return session.exec(found.limit(1)).first()


def end_invitations(
    session: Session, keys: CampaignKeys, *, email: str, campaign_id: str | None, now: datetime
) -> None:
    """End the open invitations of one address to one letter, or to the service alone."""
    _end(
        session,
        col(CoordinatorInvitation.email_index) == email_index(keys, email),
        col(CoordinatorInvitation.campaign_id).is_not_distinct_from(campaign_id),
        now=now,
    )


def end_invitation(
    session: Session, invitation_id: str, *, campaign_id: str | None, by: str, now: datetime
) -> None:
    """Take back one invitation to a letter, or to the service alone; raises NotFound for what is none of it, or is not open."""
    mine = (
        col(CoordinatorInvitation.id) == invitation_id,
        col(CoordinatorInvitation.campaign_id).is_not_distinct_from(campaign_id),
    )
    if not _end(session, *mine, now=now):
        raise NotFound(NO_INVITATION)
    audit.record(session, by=by, act="team.uninvite", campaign_id=campaign_id, thing=invitation_id, now=now)


def end_invitations_by(session: Session, *, by: str, campaign_id: str, now: datetime) -> None:
    """End what somebody has invited to a letter who leaves its team, or is no owner of it any more."""
    _end(
        session,
        col(CoordinatorInvitation.invited_by) == by,
        col(CoordinatorInvitation.campaign_id) == campaign_id,
        now=now,
    )


def end_all_invitations_by(session: Session, *, by: str, now: datetime) -> None:
    """End whatever somebody has invited to, to any letter and to administer the service: it may have invited itself."""
    _end(session, col(CoordinatorInvitation.invited_by) == by, now=now)


def open_invitations(
    session: Session, keys: CampaignKeys, campaign_id: str | None, *, now: datetime
) -> list[Invited]:
    """List the invitations to a letter, or to the service alone, that wait, the oldest first."""
    rows = session.exec(
        select(CoordinatorInvitation)
        .where(
            col(CoordinatorInvitation.campaign_id).is_not_distinct_from(campaign_id),
            col(CoordinatorInvitation.used_at).is_(None),
            col(CoordinatorInvitation.ended_at).is_(None),
            col(CoordinatorInvitation.expires_at) > now,
        )
        .order_by(col(CoordinatorInvitation.id))
    ).all()
    return [opened(keys, row) for row in rows]


def opened(keys: CampaignKeys, row: CoordinatorInvitation) -> Invited:
    """Open who is invited to what."""
    return Invited(
        id=row.id,
        email=open_record(keys, row, "details")["email"],
        campaign_id=row.campaign_id,
        role=Role(row.role) if row.role else None,
        is_admin=row.is_admin,
        invited_by=row.invited_by,
        expires_at=row.expires_at,
    )


def find_invitation(session: Session, token: str, *, now: datetime) -> CoordinatorInvitation:
    """Find what a link invites to; raises NotFound for no invitation, and Refused with why it is over."""
    found = select(CoordinatorInvitation).where(CoordinatorInvitation.digest == token_digest(token))
    row = session.exec(found).one_or_none() if looks_like_token(token) else None
    if row is None:
        raise NotFound(NO_INVITATION)
    if row.used_at is not None:
        raise Refused(USED)
    if row.ended_at is not None:
        raise Refused(ENDED)
    if row.expires_at <= now:
        raise Refused(EXPIRED)
    return row


def take_up(session: Session, row: CoordinatorInvitation, coordinator: Coordinator, *, now: datetime) -> None:
    """Use an invitation, once: its role is given, where the coordinator has none in that letter yet.

    Raises Refused where another hand was faster.
    """
    used = session.execute(
        update(CoordinatorInvitation)
        .where(
            col(CoordinatorInvitation.id) == row.id,
            col(CoordinatorInvitation.used_at).is_(None),
            col(CoordinatorInvitation.ended_at).is_(None),
            col(CoordinatorInvitation.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(CoordinatorInvitation.id))
    )
    if used.first() is None:
        raise Refused(USED)
    mine, letter = coordinator.id, row.campaign_id
    if letter and row.role and role_in(session, coordinator_id=mine, campaign_id=letter) is None:
        behind = _who_stands_behind(session, row)
        give_role(
            session,
            coordinator_id=mine,
            campaign_id=letter,
            role=Role(row.role),
            now=now,
            invited_by=behind,
        )
        _tell_owners(session, row, letter, but=mine, now=now)
    if row.is_admin:
        coordinator.is_admin = True
        session.add(coordinator)
    by = f"coordinator:{mine}"
    audit.record(session, by=by, act="team.join", campaign_id=letter, thing=row.id, now=now)


def _who_stands_behind(session: Session, row: CoordinatorInvitation) -> str:
    """Give who has invited: of the finder of a sheet, whoever made the sheet, since that one knew its code."""
    if row.invited_by != BY_SHEET:
        return row.invited_by
    made = select(RecoverySheet.made_by).where(
        RecoverySheet.campaign_id == row.campaign_id, RecoverySheet.used_at == row.created_at
    )
    return session.exec(made.limit(1)).first() or row.invited_by


def _tell_owners(
    session: Session, row: CoordinatorInvitation, campaign_id: str, *, but: str, now: datetime
) -> None:
    """Tell the owners at once who has come in: an account that one of them made for itself is seen by the others."""
    for owner in owner_ids(session, campaign_id):
        if owner != but:
            post(
                session,
                kind=MessageKind.DESK_NOTICE,
                campaign_id=campaign_id,
                recipient_ref=owner,
                occurrence=f"{JOINED}:{row.id}",
                now=now,
            )


def _end(session: Session, *which: ColumnElement[bool], now: datetime) -> bool:
    ended = session.execute(
        update(CoordinatorInvitation)
        .where(
            *which,
            col(CoordinatorInvitation.used_at).is_(None),
            col(CoordinatorInvitation.ended_at).is_(None),
        )
        .values(ended_at=now)
        .returning(col(CoordinatorInvitation.id))
    )
    return bool(ended.all())
