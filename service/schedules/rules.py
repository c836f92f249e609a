"""Give a schedule another rule: to whom it goes, whom it spares, and what becomes of it when it comes late."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.anchor import Late
from service.model.evidence import EvidenceKind
from service.model.schedule import Action, Occurrence, Schedule
from service.model.signature import Kind
from service.model.states import OccurrenceState, ScheduleState, SignatureState
from service.schedules.audience import Audience
from service.schedules.plan import lock_schedule, wait_for_approval
from service.store.one_moment import has_had_its_moment

STATES: Mapping[Action, frozenset[SignatureState]] = {
    Action.REMIND: frozenset({SignatureState.INVITED, SignatureState.INTENDS, SignatureState.PENDING}),
    Action.INVITE: frozenset({SignatureState.INVITED, SignatureState.INTENDS}),
    Action.PROOF: frozenset({SignatureState.CONFIRMED}),
}
"""Whom each may be for; what is not here has its readers by something else than a rule that could be changed."""

_CANNOT = Sentence("This cannot be done with it where it stands now; look at where it stands.")
_FIXED = Sentence(
    "Whom this goes to belongs to its words, and cannot be changed: cancel it, and plan another."
)
_WHOM = Sentence("Choose at least one group that it can go to.")


@dataclass(frozen=True, kw_only=True)
class NewRule:
    """What changes of a rule; what is None stays as it was. `late_within` goes with a late policy."""

    states: tuple[SignatureState, ...] | None = None
    kinds: tuple[Kind, ...] | None = None
    languages: tuple[str, ...] | None = None
    countries: tuple[str, ...] | None = None
    evidence: tuple[EvidenceKind, ...] | None = None
    revision: int | None = None
    spare_hours: int | None = None
    late: Late | None = None
    late_within: timedelta = timedelta(0)

    @property
    def audience(self) -> Mapping[str, Any]:
        """What changes of the audience."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        return {name: value for name, value in given.items() if name not in {"late", "late_within"}}


def change_rule(session: Session, slug: str, name: str, new: NewRule, *, by: str, now: datetime) -> Schedule:
    """Give a schedule another audience, spare hours or late policy; its time stays, and what was begun is as it was.

    One that every letter has needs no approval; any other waits for one again. Raises Refused while it is being posted, for
    what was cancelled or has gone, and for an audience that it cannot have.
    """
    campaign, schedule = lock_schedule(session, slug, name)
    firing = select(Occurrence.id).where(
        Occurrence.schedule_id == schedule.id, Occurrence.state == OccurrenceState.FIRING
    )
    is_over = schedule.state in {ScheduleState.CANCELLED, ScheduleState.DRAFT}
    # By another approval, what went at its one moment would go once more.
    is_over = is_over or has_had_its_moment(session, schedule, now=now)
    if is_over or session.exec(firing.limit(1)).first() is not None:
        raise Refused(_CANNOT)
    if new.audience:
        may_be = STATES.get(schedule.action)
        if may_be is None:
            raise Refused(_FIXED)
        audience = replace(Audience.from_record(schedule.audience), **new.audience)
        if not audience.states or not may_be.issuperset(audience.states):
            raise Refused(_WHOM)
        schedule.audience = audience.as_record()
    if new.late is not None:
        schedule.late, schedule.late_seconds = new.late, int(new.late_within.total_seconds())
    wait_for_approval(campaign, schedule, by=by)
    session.add(schedule)
    audit.record(session, by=by, act="schedule.change", campaign_id=campaign.id, thing=schedule.id, now=now)
    return schedule
