"""Find coordinators and their roles, and open what is sealed of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from service.coordinators.permissions import NOTHING_HERE, Act, may, refuse_unless
from service.foundation.addresses import normal_address
from service.foundation.errors import NotFound
from service.foundation.identity import make_id
from service.foundation.sealing import CampaignKeys
from service.model.coordinator import Coordinator, Membership, Role
from service.store.insert import insert_or
from service.store.sealed import open_record, seal_record


@dataclass(frozen=True, kw_only=True)
class Person:
    """A coordinator as the others see it."""

    id: str
    name: str
    email: str
    is_admin: bool
    is_disabled: bool


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A coordinator, and in how many letters it has a role."""

    person: Person
    letters: int


@dataclass(frozen=True, kw_only=True)
class TeamMember:
    """Somebody of a letter's team."""

    person: Person
    role: Role
    since: datetime


def actor(coordinator_id: str) -> str:
    """Give the name by which the audit knows a coordinator: an id, never a name."""
    return f"coordinator:{coordinator_id}"


def email_index(keys: CampaignKeys, email: str) -> bytes:
    """Give the keyed hash by which a coordinator's address is found; `keys` are those of the desk."""
    return keys.blind("coordinator", normal_address(email))


def make_coordinator(
    session: Session,
    keys: CampaignKeys,
    *,
    name: str,
    email: str,
    now: datetime,
    is_admin: bool = False,
    language: str = "",
) -> Coordinator:
    """Add a coordinator without any way to come in yet; `keys` are those of the desk."""
    row = Coordinator(
        id=make_id(),
        email_index=email_index(keys, email),
        details=b"",
        language=language,
        is_admin=is_admin,
        created_at=now,
        changed_at=now,
    )
    row.details = seal_record(keys, row, "details", {"name": name, "email": email})
    session.add(row)
    session.flush()
    return row


def find_coordinator(session: Session, keys: CampaignKeys, email: str) -> Coordinator | None:
    """Find a coordinator by its address, disabled or not."""
    return session.exec(
        select(Coordinator).where(Coordinator.email_index == email_index(keys, email))
    ).one_or_none()


def person_of(keys: CampaignKeys, row: Coordinator) -> Person:
    """Open who a coordinator is."""
    details = open_record(keys, row, "details")
    return Person(
        id=row.id,
        name=details["name"],
        email=details["email"],
        is_admin=row.is_admin,
        is_disabled=row.disabled_at is not None,
    )


def give_role(
    session: Session,
    *,
    coordinator_id: str,
    campaign_id: str,
    role: Role,
    now: datetime,
    invited_by: str = "",
) -> None:
    """Give a coordinator a role in a letter, in place of the one it may have; who `invited_by` is kept of a new one."""
    row = Membership(
        coordinator_id=coordinator_id,
        campaign_id=campaign_id,
        role=role,
        since=now,
        invited_by=invited_by,
        joined_at=now,
    )
    session.execute(
        insert_or(session, row).on_conflict_do_update(
            index_elements=["coordinator_id", "campaign_id"], set_={"role": role, "since": now}
        )
    )


def role_in(session: Session, *, coordinator_id: str, campaign_id: str) -> Role | None:
    """Give a coordinator's role in a letter; None where it has none, or may not come in any more."""
    found = (
        select(Membership.role)
        .join(Coordinator, col(Coordinator.id) == col(Membership.coordinator_id))
        .where(
            Membership.coordinator_id == coordinator_id,
            Membership.campaign_id == campaign_id,
            col(Coordinator.disabled_at).is_(None),
        )
    )
    role = session.exec(found).one_or_none()
    return Role(role) if role else None


def owner_ids(session: Session, campaign_id: str) -> Sequence[str]:
    """List the owners of a letter who may come in, by their ids."""
    found = (
        select(Membership.coordinator_id)
        .join(Coordinator, col(Coordinator.id) == col(Membership.coordinator_id))
        .where(
            Membership.campaign_id == campaign_id,
            Membership.role == Role.OWNER,
            col(Coordinator.disabled_at).is_(None),
        )
        .order_by(col(Membership.id))
    )
    return session.exec(found).all()


def check_act(session: Session, *, coordinator_id: str, campaign_id: str, act: Act) -> None:
    """Check within the transaction of an act that its coordinator may do it, now.

    Raises NotFound where the letter is not one's own, and Refused where the role does not include the act.
    """
    refuse_unless(role_in(session, coordinator_id=coordinator_id, campaign_id=campaign_id), act)


def who_may(session: Session, campaign_id: str, *acts: Act) -> Sequence[str]:
    """List the ids of those in a letter's team who may come in and may do each of these acts."""
    roles = [role for role in Role if all(may(role, act) for act in acts)]
    found = (
        select(Membership.coordinator_id)
        .join(Coordinator, col(Coordinator.id) == col(Membership.coordinator_id))
        .where(
            Membership.campaign_id == campaign_id,
            col(Membership.role).in_(roles),
            col(Coordinator.disabled_at).is_(None),
        )
        .order_by(col(Membership.id))
    )
    return session.exec(found).all()


def check_admin(session: Session, coordinator_id: str) -> None:
    """Check within the transaction of an act that its coordinator administers the service, now; raises NotFound."""
    row = session.get(Coordinator, coordinator_id)
    if row is None or not row.is_admin or row.disabled_at is not None:
        raise NotFound(NOTHING_HERE)


def team_of(session: Session, keys: CampaignKeys, campaign_id: str) -> Sequence[TeamMember]:
    """List a letter's team, owners first, then by name."""
    rows = session.exec(
        select(Coordinator, Membership)
        .join(Membership, col(Coordinator.id) == col(Membership.coordinator_id))
        .where(Membership.campaign_id == campaign_id)
    ).all()
    team = [TeamMember(person=person_of(keys, row), role=one.role, since=one.since) for row, one in rows]
    return sorted(
        team, key=lambda one: (list(Role).index(one.role), one.person.name.casefold(), one.person.id)
    )


def list_coordinators(session: Session, keys: CampaignKeys) -> Sequence[Counted]:
    """List every coordinator of the service with the number of its letters, those who came first, first."""
    rows = session.exec(
        select(Coordinator, func.count(col(Membership.id)))
        .outerjoin(Membership, col(Membership.coordinator_id) == col(Coordinator.id))
        .group_by(col(Coordinator.id))
        .order_by(col(Coordinator.id))
    ).all()
    return [Counted(person=person_of(keys, row), letters=letters) for row, letters in rows]


def name_of_actor(session: Session, keys: CampaignKeys, by: str) -> str:
    """Give the name of whom the audit knows by this, to show it to the team; who is no coordinator is named as it is."""
    kind, _, coordinator_id = by.partition(":")
    row = session.get(Coordinator, coordinator_id) if kind == "coordinator" else None
    return person_of(keys, row).name if row is not None else by
