"""The calendar of one coordinator's letters: every moment that is known, by day; counted, and no roll opened."""

from calendar import Calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from sqlalchemy import select as select_many
from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.coordinator import Membership
from service.model.schedule import Action, Occurrence, Schedule
from service.model.show import Step
from service.model.signature import Signature
from service.model.states import PUT_AWAY, CampaignState, OccurrenceState, ScheduleState, SignatureState
from service.schedules.begin import is_tried
from service.schedules.built_in import schedules_or_built_in
from service.schedules.calendar import OPENS, TO_OPEN, moments_of
from service.schedules.due import Due
from service.schedules.forecast import coming_times, forecast
from service.schedules.invitations import count_opening_invites
from service.schedules.reach import MOST, Reach, Within, reach_of, reached
from service.schedules.sends.words import title_of
from service.schedules.show_listing import list_show
from service.signing.invite import leaves_at
from service.store.keyring import Keyring

_OF_LETTER: Mapping[str, Sentence] = {
    TO_OPEN: Sentence("Planned to open for sign-ons"),
    OPENS: Sentence("Opens for sign-ons"),
    "deadline for sign-ons": Sentence("Deadline for sign-ons"),
    "planned to be sent": Sentence("Planned to be sent"),
    "grace for confirmations ends": Sentence("Last moment for confirmations"),
    "becomes public": Sentence("Becomes public"),
}
STEPS: Mapping[Step, Sentence] = {
    Step.DELIVERED: Sentence("The letter is handed over to its recipients"),
    Step.RECEIPT: Sentence("A receipt is waited for"),
    Step.COPY: Sentence("Those who signed get the final copy"),
    Step.KITS: Sentence("Members get their kits"),
    Step.PRESS: Sentence("The press gets its copies"),
    Step.PAGE: Sentence("The page becomes public"),
}
WAITS: Mapping[ScheduleState, Sentence] = {
    ScheduleState.PROPOSED: Sentence("waits for an approval"),
    ScheduleState.PAUSED: Sentence("paused"),
}
_BY_HAND = Sentence("a coordinator opens it; it does not open by itself")
_ONCE_OPEN = Sentence("once a coordinator has opened the letter")
_BEFORE_OPENING = (CampaignState.DRAFT, CampaignState.FROZEN)
_MOST_TIMES = 100
EXACT_UP_TO = 1_000
"""Of a letter of so many sign-ons a page reckons who is spared as the exact forecast does, in its own time."""
EXACT_ON_REQUEST = 50_000
"""So many it reckons exactly for whoever asks and waits some seconds."""

Foretold = Mapping[tuple[str, datetime], int]
"""To how many a schedule goes, by its name and its time."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something that happens to a letter; `reach` says to how many mails go, None where it is not a sending to readers.

    `is_idle` is a sending that every letter has, at a time at which it would go to nobody.
    """

    at: datetime
    slug: str
    title: str
    what: Sentence
    note: Sentence | None = None
    reach: Reach | None = None
    schedule: str = ""
    is_idle: bool = False


def moments_of_letters(
    session: Session,
    keyring: Keyring,
    coordinator_id: str,
    *,
    lead: timedelta,
    until: datetime,
    now: datetime,
) -> Sequence[Moment]:
    """List what happens until a moment with the letters in which a coordinator has a role, the earliest first; nothing that is idle."""
    found = (
        select(Campaign)
        .join(Membership, col(Membership.campaign_id) == col(Campaign.id))
        .where(Membership.coordinator_id == coordinator_id, Campaign.state != CampaignState.PURGED)
    )
    return sorted(
        (
            one
            for campaign in session.exec(found).all()
            for one in moments_of_letter(session, keyring, campaign, lead=lead, until=until, now=now)
            if not one.is_idle
        ),
        key=lambda one: (one.at, one.title, str(one.what)),
    )


def moments_of_letter(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    *,
    lead: timedelta,
    until: datetime,
    now: datetime,
    exact_up_to: int = EXACT_UP_TO,
) -> Sequence[Moment]:
    """List what happens with one letter until a moment, the earliest first, if nothing changes; what is idle too.

    Up to `exact_up_to` sign-ons its numbers are those of forecast(); of more each sending is counted by itself, so that
    whoever an earlier one makes a later one spare is counted in both. What precedes its purge is known one floor above (service/upkeep/coming.py).
    """
    title = open_file(session, keyring, campaign).letter.title
    if campaign.state in PUT_AWAY:
        return ()
    foretold = (
        _foretell(session, keyring, campaign, lead=lead, until=until, now=now)
        if has_at_most(session, campaign, exact_up_to)
        else None
    )
    times = _times(session, keyring, campaign, lead=lead, until=until, now=now)
    found = [
        *(
            Moment(
                at=entry.at,
                slug=campaign.slug,
                title=title,
                what=_OF_LETTER[entry.what],
                note=_BY_HAND if entry.what == TO_OPEN else None,
            )
            for entry in moments_of(campaign)
        ),
        *_invitations(session, campaign, title, now=now),
        *_steps(session, keyring, campaign, title, now=now),
        *_sendings(session, keyring, campaign, title, times, foretold=foretold),
    ]
    return sorted((one for one in found if now < one.at <= until), key=lambda one: one.at)


def has_at_most(session: Session, campaign: Campaign, number: int) -> bool:
    """Tell whether a letter has no more sign-ons than so many, of whatever state."""
    found = select(Signature.id).where(Signature.campaign_id == campaign.id)
    return session.exec(found.offset(number).limit(1)).first() is None


def by_day(moments: Sequence[Moment], zone: ZoneInfo) -> Mapping[date, Sequence[Moment]]:
    """Put moments under their days, as a clock in the zone shows them (pure)."""
    days: dict[date, list[Moment]] = {}
    for one in moments:
        days.setdefault(one.at.astimezone(zone).date(), []).append(one)
    return days


def month_grid(month: date, *, first_weekday: int) -> Sequence[Sequence[date]]:
    """Give the weeks of a month, whole ones, from the weekday on which a week begins (pure)."""
    return Calendar(first_weekday).monthdatescalendar(month.year, month.month)


def _invitations(session: Session, campaign: Campaign, title: str, *, now: datetime) -> Iterator[Moment]:
    """Give the moment at which invitations leave that were posted ahead; all others have their schedule."""
    at = leaves_at(campaign, now=now)
    number = count_opening_invites(session, campaign, most=MOST + 1, now=now) if at is not None else 0
    if at is not None and number:
        yield Moment(
            at=at,
            slug=campaign.slug,
            title=title,
            what=Sentence("Invitations"),
            reach=reached(number, MOST, None),
        )


def _note(campaign: Campaign) -> Sentence | None:
    """Say of what happens to a letter that is not open that a person opens it: no letter opens by itself."""
    return _ONCE_OPEN if campaign.state in _BEFORE_OPENING else None


def _steps(
    session: Session, keyring: Keyring, campaign: Campaign, title: str, *, now: datetime
) -> Iterator[Moment]:
    for line in list_show(session, keyring, campaign, now=now):
        if not line.is_over and line.at is not None:
            yield Moment(at=line.at, slug=campaign.slug, title=title, what=STEPS[line.step])


def _foretell(
    session: Session, keyring: Keyring, campaign: Campaign, *, lead: timedelta, until: datetime, now: datetime
) -> Foretold:
    planned = forecast(session, keyring, campaign, lead=lead, until=until, now=now)
    return {(one.name, one.due.at): len(one.whom) for one in planned}


def _sendings(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    title: str,
    times: Iterator[tuple[Schedule, Due]],
    *,
    foretold: Foretold | None,
) -> Iterator[Moment]:
    """Give each sending to readers with to how many it goes: as it was `foretold`, or counted by itself."""
    keys, within = keyring.of(session, campaign.id), Within(session, campaign)
    for schedule, due in times:
        reach = (
            Reach(number=foretold.get((schedule.name, due.at), 0))
            if foretold is not None
            else reach_of(session, keys, campaign, schedule, due, within=within)
        )
        is_idle = schedule.is_built_in and reach is not None and not reach.number and not reach.is_more
        yield Moment(
            at=due.at,
            slug=campaign.slug,
            title=title,
            what=title_of(schedule),
            note=WAITS.get(schedule.state) or _note(campaign),
            reach=reach,
            schedule=schedule.id,
            is_idle=is_idle,
        )


def _times(
    session: Session, keyring: Keyring, campaign: Campaign, *, lead: timedelta, until: datetime, now: datetime
) -> Iterator[tuple[Schedule, Due]]:
    begun = select(Occurrence.schedule_id, Occurrence.due_at).where(
        Occurrence.campaign_id == campaign.id,
        Occurrence.state != OccurrenceState.ASKING,
        Occurrence.due_at > now,
    )
    known, decided = set(session.exec(begun).all()), _days_of_decisions(session, campaign)
    for schedule in schedules_or_built_in(session, campaign, lead=lead, now=now):
        is_silent = schedule.action is Action.DIGEST or is_tried(schedule, campaign)
        if schedule.state is ScheduleState.CANCELLED or is_silent:
            continue
        coming = coming_times(session, keyring, campaign, schedule, now=now)
        # Looked up at once: there may be months of mornings, and hardly anybody decides on any.
        is_morning = schedule.is_built_in and schedule.audience.get("decides_today")
        for due in islice(takewhile(lambda due: due.at <= until, coming), _MOST_TIMES):
            if (schedule.id, due.at) not in known and not (is_morning and due.clock.date() not in decided):
                yield schedule, due


def _days_of_decisions(session: Session, campaign: Campaign) -> frozenset[date]:
    """Give the days on which somebody has said to decide."""
    mine = (col(Signature.campaign_id) == campaign.id, col(Signature.state) == SignatureState.INTENDS)
    found = select_many(col(Signature.decision_by)).where(*mine).distinct()
    return frozenset(day for day in session.execute(found).scalars() if day is not None)
