"""Schedules over a few letters, and the audit of what came of them: each fired once, to everybody meant, once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from benchmarks.databases import Database
from benchmarks.installation import Installation
from service.model.anchor import Anchor
from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.schedule import Occurrence
from service.model.signature import Signature
from service.model.states import OccurrenceState, SignatureState
from service.schedules.audience import Audience
from service.schedules.due import Timing
from service.schedules.plan import Plan, add_schedule, approve_schedule
from service.store.transaction import reading, transaction
from service.wiring import Services

_REMINDED = (
    (SignatureState.PENDING, MessageKind.REMINDER),
    (SignatureState.INVITED, MessageKind.INVITATION),
)
# Their audience is found in memory, which opens what is sealed of each.
_BY_COUNTRY_ONE_IN = 5
_COUNTRY = "IS"


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is planned: so many schedules over so many letters, each with an audience of its own."""

    letters: int
    schedules: int
    audience: int

    @property
    def mails(self) -> int:
        """How many mails that makes."""
        return self.schedules * self.audience


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One schedule, and what is to come of it."""

    schedule: str
    due_at: datetime
    kind: MessageKind
    audience: frozenset[str]


Everybody = Mapping[str, frozenset[str]]
"""All sign-ons of each letter, by its address."""


def fill(services: Services, size: Size) -> Everybody:
    """Open the letters, with a mailbox of its own for everybody who has been asked and has not signed."""
    installation = Installation(database=Database(name="", url="", safety=""), services=services, order={})
    for number in range(size.letters):
        installation.add_letter(
            _slug(number),
            signatories=size.audience,
            state=_reminded(number)[0],
            first=number * size.audience,
        )
    return _everybody(services)


def plan(
    services: Services, everybody: Everybody, numbers: Iterable[int], *, now: datetime, due_at: datetime
) -> Sequence[Planned]:
    """Plan the schedules of these numbers, each for one of the letters, due at one moment in whole seconds."""
    return [_plan(services, everybody, number, now=now, due_at=due_at) for number in numbers]


def audit_fired(session: Session, planned: Sequence[Planned]) -> Sequence[str]:
    """Hold all occurrences and mails against the plan, and list what is not as promised."""
    occurrences, written = session.exec(select(Occurrence)).all(), _written(session)
    wanted = {(one.schedule, one.due_at): one for one in planned}
    ours = {one.schedule for one in planned}
    begun = Counter((one.schedule_id, one.due_at) for one in occurrences if one.schedule_id in ours)
    pairs = [(one, wanted.get((one.schedule_id, one.due_at))) for one in occurrences]
    meant = {one.id: _meant(plan) if plan is not None else Counter() for one, plan in pairs}
    checks = {
        "occurrences missing": len(wanted.keys() - begun.keys()),
        "occurrences begun twice, or at a time that nobody planned": (begun - Counter(wanted.keys())).total(),
        "occurrences not fired to their end": sum(
            one.state is not OccurrenceState.FIRED for one, plan in pairs if plan is not None
        ),
        "occurrences whose count of mails is wrong": sum(
            one.posted != meant[one.id].total() for one, _ in pairs
        ),
        "mails missing": sum((meant[one.id] - _of(one.id, written)).total() for one, _ in pairs),
        "mails twice, or to somebody not meant": sum(
            (_of(one.id, written) - meant[one.id]).total() for one, _ in pairs
        ),
        "mails of no occurrence": sum(count.total() for name, count in written.items() if name not in meant),
    }
    return [f"{number} {what}" for what, number in checks.items() if number]


def _written(session: Session) -> Mapping[str, Counter[tuple[str, MessageKind]]]:
    """Count the mails of each occurrence, by whom they are to and what they are."""
    found: dict[str, Counter[tuple[str, MessageKind]]] = {}
    mails = select(col(Message.occurrence), col(Message.recipient_ref), col(Message.kind))
    for occurrence, recipient, kind in session.execute(mails):
        found.setdefault(occurrence, Counter())[recipient, kind] += 1
    return found


def _slug(number: int) -> str:
    return f"river-{number}"


def _reminded(letter: int) -> tuple[SignatureState, MessageKind]:
    return _REMINDED[letter % len(_REMINDED)]


def _everybody(services: Services) -> Everybody:
    found: dict[str, set[str]] = {}
    asked = select(col(Campaign.slug), col(Signature.id)).join(
        Signature, col(Signature.campaign_id) == col(Campaign.id)
    )
    with reading(services.engine) as session:
        for slug, signature in session.execute(asked):
            found.setdefault(slug, set()).add(signature)
    return {slug: frozenset(ids) for slug, ids in found.items()}


def _plan(
    services: Services, everybody: Everybody, number: int, *, now: datetime, due_at: datetime
) -> Planned:
    letter = number % len(everybody)
    state, kind = _reminded(letter)
    countries = () if number % _BY_COUNTRY_ONE_IN else (_COUNTRY,)
    wanted = Plan(
        name=f"remind-{number}",
        timing=Timing(anchor=Anchor.AT, local=f"{due_at:%Y-%m-%dT%H:%M:%S}"),
        audience=Audience(states=(state,), countries=countries),
    )
    with transaction(services.engine) as session:
        slug = _slug(letter)
        add_schedule(session, services.keyring, slug, wanted, by="ada", now=now)
        schedule = approve_schedule(session, services.keyring, slug, wanted.name, by="ben", now=now)
        return Planned(schedule=schedule.id, due_at=due_at, kind=kind, audience=everybody[slug])


def _meant(plan: Planned) -> Counter[tuple[str, MessageKind]]:
    return Counter(dict.fromkeys(((one, plan.kind) for one in plan.audience), 1))


def _of(
    occurrence: str, written: Mapping[str, Counter[tuple[str, MessageKind]]]
) -> Counter[tuple[str, MessageKind]]:
    return written.get(occurrence, Counter())
