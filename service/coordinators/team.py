"""Change a letter's team: another role, or a farewell with all that hangs on it handed over in one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, or_, select

from service.coordinators import audit
from service.coordinators.accounts import actor, give_role
from service.coordinators.backing import end_ways_back
from service.coordinators.sessions import end_sessions
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.coordinator import Coordinator, Membership, Role
from service.model.schedule import Schedule
from service.model.second_look import SecondLook, Verdict
from service.model.states import SCHEDULE, ScheduleState
from service.store.one_moment import has_had_its_moment

NOT_IN_TEAM = Sentence("Nobody like this is in the team of this letter.")
LAST_OWNER = Sentence(
    "A letter has at least one owner who can come in. Make somebody else an owner first; then this one can go."
)
NO_HEIR = Sentence("Choose who of the team takes over.")


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """What went to whoever takes over, and what waits for an approval again."""

    looks: int
    plans: int
    to_approve: int


def change_role(
    session: Session, *, campaign_id: str, coordinator_id: str, role: Role, by: str, now: datetime
) -> None:
    """Give somebody of the team another role; its sessions end, and with the role of an owner its ways back to it.

    Raises NotFound, and Refused for the last owner.
    """
    present = _lock_team(session, campaign_id).get(coordinator_id)
    if present is None:
        raise NotFound(NOT_IN_TEAM)
    if present is role:
        return
    if present is Role.OWNER:
        _refuse_last_owner(session, campaign_id, but=coordinator_id)
    give_role(session, coordinator_id=coordinator_id, campaign_id=campaign_id, role=role, now=now)
    end_sessions(session, coordinator_id=coordinator_id, now=now)
    if present is Role.OWNER:
        end_ways_back(session, campaign_id=campaign_id, coordinator_id=coordinator_id, now=now)
    act = f"team.role:{role.value}"
    audit.record(session, by=by, act=act, campaign_id=campaign_id, thing=coordinator_id, now=now)


def leave_team(
    session: Session, *, campaign_id: str, coordinator_id: str, heir_id: str, by: str, now: datetime
) -> HandedOver:
    """Let somebody leave a team: sessions and invitations end, and what it planned and asked goes to an heir of the team.

    What it approved and has not happened yet waits for an approval again, and so does what would stand by the heir
    alone. Raises NotFound, and Refused for the last owner or without an heir.
    """
    team = _lock_team(session, campaign_id)
    if coordinator_id not in team:
        raise NotFound(NOT_IN_TEAM)
    if heir_id == coordinator_id or heir_id not in team:
        raise Refused(NO_HEIR)
    if team[coordinator_id] is Role.OWNER:
        _refuse_last_owner(session, campaign_id, but=coordinator_id)
    leaver, heir = actor(coordinator_id), actor(heir_id)
    session.execute(
        delete(Membership).where(
            col(Membership.coordinator_id) == coordinator_id, col(Membership.campaign_id) == campaign_id
        )
    )
    end_sessions(session, coordinator_id=coordinator_id, now=now)
    end_ways_back(session, campaign_id=campaign_id, coordinator_id=coordinator_id, now=now)
    looks = _hand_over_looks(session, campaign_id, leaver=leaver, heir=heir)
    plans, to_approve = _hand_over_plans(session, campaign_id, leaver=leaver, heir=heir, now=now)
    thing = f"{coordinator_id} to {heir_id}: {looks} {plans} {to_approve}"
    audit.record(session, by=by, act="team.leave", campaign_id=campaign_id, thing=thing, now=now)
    return HandedOver(looks=looks, plans=plans, to_approve=to_approve)


def _lock_team(session: Session, campaign_id: str) -> dict[str, Role]:
    """Get the team's roles; nobody else changes them meanwhile, so that two owners cannot send each other away."""
    rows: Sequence[Membership] = session.exec(
        select(Membership)
        .where(Membership.campaign_id == campaign_id)
        .order_by(col(Membership.id))
        .with_for_update()
    ).all()
    return {row.coordinator_id: Role(row.role) for row in rows}


def _refuse_last_owner(session: Session, campaign_id: str, *, but: str) -> None:
    others = (
        select(Membership.id)
        .join(Coordinator, col(Coordinator.id) == col(Membership.coordinator_id))
        .where(
            Membership.campaign_id == campaign_id,
            Membership.role == Role.OWNER,
            Membership.coordinator_id != but,
            col(Coordinator.disabled_at).is_(None),
        )
    )
    if session.exec(others.limit(1)).first() is None:
        raise Refused(LAST_OWNER)


def _hand_over_looks(session: Session, campaign_id: str, *, leaver: str, heir: str) -> int:
    """Hand over what waits for, or was approved by, a second coordinator and is not done; gives how many."""
    rows = session.exec(
        select(SecondLook).where(
            SecondLook.campaign_id == campaign_id,
            col(SecondLook.done_at).is_(None),
            or_(col(SecondLook.verdict).is_(None), col(SecondLook.verdict) == Verdict.APPROVED),
            or_(col(SecondLook.asked_by) == leaver, col(SecondLook.decided_by) == leaver),
        )
    ).all()
    for row in rows:
        if row.asked_by == leaver:
            row.asked_by = heir
        if row.decided_by in {leaver, row.asked_by}:
            row.verdict, row.decided_by, row.decided_at = None, "", None
        session.add(row)
    return len(rows)


def _hand_over_plans(
    session: Session, campaign_id: str, *, leaver: str, heir: str, now: datetime
) -> tuple[int, int]:
    """Hand over what is planned; gives how many, and how many of them wait for an approval again."""
    found = session.exec(
        select(Schedule).where(
            Schedule.campaign_id == campaign_id,
            Schedule.state != ScheduleState.CANCELLED,
            col(Schedule.is_built_in).is_(False),
            or_(col(Schedule.created_by) == leaver, col(Schedule.approved_by) == leaver),
        )
    ).all()
    # What went, or is just going, would go to everybody once more by another approval.
    rows = [row for row in found if not has_had_its_moment(session, row, now=now)]
    to_approve = 0
    for row in rows:
        if row.created_by == leaver:
            row.created_by = heir
        if row.approved_by in {leaver, row.created_by} and row.state is not ScheduleState.PROPOSED:
            SCHEDULE.move(row, ScheduleState.PROPOSED)
            row.approved_at, row.approved_by = None, ""
            to_approve += 1
        session.add(row)
    return len(rows), to_approve
