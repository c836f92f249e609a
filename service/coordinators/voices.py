"""Whose voice somebody of a team speaks with: for a day, whoever is new speaks with that of whoever invited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.coordinators import audit
from service.coordinators.accounts import actor
from service.coordinators.permissions import ROLES_OF, Act
from service.coordinators.team import NOT_IN_TEAM
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.coordinator import Coordinator, Membership
from service.model.second_look import SecondLook

NEW_FOR = timedelta(hours=24)
"""So long whoever was invited counts as one with whoever invited, unless somebody else vouches."""
ONE_VOICE = Sentence(
    "You and whoever did the first half of this count as one person for now: one of you invited the other less than a day"
    " ago. Another owner can vouch for the new one on the page of the team, or somebody else can do it; else wait until"
    " the day is over."
)
NOT_NEW = Sentence("Nobody has to vouch for this one: it counts as a person of its own already.")
NOT_BY_THE_INVITER = Sentence(
    "Somebody else of the owners has to vouch: you invited this one, or were invited along with it."
)
_COORDINATOR = "coordinator:"


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Somebody who is new in a team: who invited, whose voice it counts as, and until when."""

    invited_by: str
    counts_as: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Pair:
    """How the first and the second of two stand to one another."""

    are_two: bool
    one_invited_the_other: bool


def are_two(session: Session, campaign_id: str, first: str, second: str, *, now: datetime) -> bool:
    """Tell whether two, by their audit names, count as two people at a letter now.

    A coordinator who is not of the team counts as nobody; who is no coordinator, such as an operator, counts as itself.
    """
    voices = voices_of(session, campaign_id, now=now)
    one, other = spoken_by(voices, first), spoken_by(voices, second)
    return bool(one) and bool(other) and one != other


def refuse_one_voice(session: Session, campaign_id: str, first: str, second: str, *, now: datetime) -> None:
    """Raise Refused where two do not count as two people at a letter now."""
    if not are_two(session, campaign_id, first, second, now=now):
        raise Refused(ONE_VOICE)


def voices_of(session: Session, campaign_id: str, *, now: datetime) -> Mapping[str, str]:
    """Give with whose voice each of a letter's team speaks now, both by their audit names."""
    team = _team(session, campaign_id)
    return {one: _voice(one, team, now=now) for one in team}


def spoken_by(voices: Mapping[str, str], by: str) -> str:
    """Give the voice of whoever acts; "" for a coordinator who is not of the team (pure)."""
    return voices.get(by, "") if by.startswith(_COORDINATOR) else by


def people_of(session: Session, campaign_id: str, act: Act, *, now: datetime) -> frozenset[str]:
    """Give the voices of those of a letter's team who may come in and do an act: as many people may do it."""
    found = (
        select(Membership.coordinator_id)
        .join(Coordinator, col(Coordinator.id) == col(Membership.coordinator_id))
        .where(
            Membership.campaign_id == campaign_id,
            col(Membership.role).in_(ROLES_OF[act]),
            col(Coordinator.disabled_at).is_(None),
        )
    )
    voices = voices_of(session, campaign_id, now=now)
    return frozenset(spoken_by(voices, actor(one)) for one in session.exec(found).all())


def newcomers_of(session: Session, campaign_id: str, *, now: datetime) -> Mapping[str, Newcomer]:
    """List who of a letter's team does not count as itself yet, by ids of coordinators."""
    team = _team(session, campaign_id)
    return {
        row.coordinator_id: Newcomer(
            invited_by=row.invited_by,
            counts_as=_voice(one, team, now=now),
            until=row.joined_at + NEW_FOR,
        )
        for one, row in team.items()
        if row.joined_at is not None and _is_new(row, now=now)
    }


def has_invited(session: Session, campaign_id: str, first: str, second: str) -> bool:
    """Tell whether one of two of a team has invited the other, however long ago."""
    team = _team(session, campaign_id)
    return any(
        one in team and team[one].invited_by == other for one, other in ((first, second), (second, first))
    )


def pair_of(session: Session, look: SecondLook, by: str, *, now: datetime) -> Pair:
    """Say how whoever asked stands to whoever decided, or, before that, to `by` who looks at it."""
    second = look.decided_by or by
    return Pair(
        are_two=are_two(session, look.campaign_id, look.asked_by, second, now=now),
        one_invited_the_other=has_invited(session, look.campaign_id, look.asked_by, second),
    )


def vouch(session: Session, *, campaign_id: str, coordinator_id: str, by: str, now: datetime) -> None:
    """Say as an owner that one knows who is new in the team: it counts as a person of its own at once.

    Raises NotFound for whoever is not of the team, and Refused for whom nobody has to vouch, or by whoever invited.
    """
    found = select(Membership).where(
        Membership.campaign_id == campaign_id, Membership.coordinator_id == coordinator_id
    )
    row = session.exec(found.with_for_update()).one_or_none()
    if row is None:
        raise NotFound(NOT_IN_TEAM)
    if not _is_new(row, now=now):
        raise Refused(NOT_NEW)
    if not are_two(session, campaign_id, actor(coordinator_id), by, now=now):
        raise Refused(NOT_BY_THE_INVITER)
    row.vouched_by, row.vouched_at = by, now
    session.add(row)
    audit.record(session, by=by, act="team.vouch", campaign_id=campaign_id, thing=coordinator_id, now=now)


def _team(session: Session, campaign_id: str) -> dict[str, Membership]:
    rows = session.exec(
        select(Membership).where(Membership.campaign_id == campaign_id).order_by(col(Membership.id))
    ).all()
    return {actor(row.coordinator_id): row for row in rows}


def _voice(by: str, team: Mapping[str, Membership], *, now: datetime) -> str:
    """Follow who invited whom, as far as each of them is new; who has left meanwhile still has a voice."""
    passed: set[str] = set()
    while by in team and by not in passed and _is_new(team[by], now=now):
        passed.add(by)
        by = team[by].invited_by
    return by


def _is_new(row: Membership, *, now: datetime) -> bool:
    # Whom an operator invited counts at once: the operator could do all of this without any account.
    return (
        row.joined_at is not None
        and row.vouched_at is None
        and row.invited_by.startswith(_COORDINATOR)
        and now - row.joined_at < NEW_FOR
    )
