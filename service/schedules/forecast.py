"""What will happen, before it does: who would get what and when, under today's data."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.schedule import Action, Occurrence, Schedule
from service.model.signature import Signature
from service.model.states import OccurrenceState, ScheduleState
from service.schedules.audience import Audience, is_meant
from service.schedules.begin import dates_of, is_running, is_tried, times_of
from service.schedules.built_in import applies_from, is_reckoned_anew, schedules_or_built_in
from service.schedules.due import Due, Timing, Verdict, judge
from service.schedules.invitations import INVITATION, TO_OPEN, whom_opening_invites
from service.schedules.looking_up import reader_moments
from service.schedules.planned import Planned
from service.schedules.planned_updates import is_stopped, whom_update_reaches
from service.schedules.proof_round import answers_until
from service.schedules.show_forecast import forecast_show
from service.signing.invite import leaves_at
from service.signing.party import read_party
from service.store.keyring import Keyring


def forecast(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    *,
    lead: timedelta,
    until: datetime,
    now: datetime,
) -> Sequence[Planned]:
    """Tell what the schedules of a letter will do from now until a moment, the earliest first, if nothing changes.

    Whoever would have been written to by one of them is spared by the next as its audience says, so that it equals
    what then happens. A letter that is not open yet is looked at as opening when its file says; that waits for a person.
    """
    keys = keyring.of(session, campaign.id)
    opening = _invitations(session, campaign, until=until, now=now)
    written: dict[str, datetime] = {one: planned.due.at for planned in opening for one in planned.whom}
    asking = _begun(session, campaign, col(Occurrence.state) == OccurrenceState.ASKING)
    scheduled = [
        replace(
            _look(session, keys, campaign, schedule, due, written),
            answers_until=_answers_until(session, keyring, campaign, schedule, due),
            waits_for="your word"
            if (schedule.id, due.at) in asking
            else _WAITS_FOR.get(schedule.state) or _waits_for_opening(campaign),
        )
        for due, schedule in _coming(session, keyring, campaign, lead=lead, until=until, now=now)
    ]
    of_show = forecast_show(session, keyring, campaign, until=until, now=now)
    return sorted((*opening, *scheduled, *of_show), key=lambda one: (one.due.at, one.name))


def _invitations(
    session: Session, campaign: Campaign, *, until: datetime, now: datetime
) -> Sequence[Planned]:
    """Give the invitations that were posted ahead, to leave at the opening; all others have their schedule."""
    at = leaves_at(campaign, now=now)
    whom = whom_opening_invites(session, campaign, now=now) if at is not None and at <= until else ()
    if at is None or not whom:
        return ()
    clock = at.astimezone(ZoneInfo(campaign.time_zone)).replace(tzinfo=None)
    return (
        Planned(
            slug=campaign.slug,
            name=INVITATION,
            due=Due(at=at, clock=clock, zone=campaign.time_zone),
            whom=sorted(one for one, _ in whom),
            languages=dict(Counter(language for _, language in whom)),
        ),
    )


def _waits_for_opening(campaign: Campaign) -> str:
    """Say that nothing of a letter happens before a person opens it: no letter opens by itself."""
    return "somebody to open the letter" if campaign.state in TO_OPEN else ""


def _answers_until(
    session: Session, keyring: Keyring, campaign: Campaign, schedule: Schedule, due: Due
) -> datetime | None:
    if schedule.action is not Action.PROOF:
        return None
    dates = dates_of(session, keyring, campaign, schedule)
    until = answers_until(schedule, dates, due_at=due.at)
    return until.astimezone(dates.zone) if until is not None else None


def _begun(
    session: Session, campaign: Campaign, which: ColumnElement[bool]
) -> frozenset[tuple[str, datetime]]:
    begun = select(col(Occurrence.schedule_id), col(Occurrence.due_at)).where(
        col(Occurrence.campaign_id) == campaign.id, which
    )
    return frozenset((schedule_id, due_at) for schedule_id, due_at in session.execute(begun))


def _coming(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    *,
    lead: timedelta,
    until: datetime,
    now: datetime,
) -> Sequence[tuple[Due, Schedule]]:
    known = _begun(session, campaign, col(Occurrence.state) != OccurrenceState.ASKING)
    coming = [
        (due, schedule)
        for schedule in schedules_or_built_in(session, campaign, lead=lead, now=now)
        # A digest goes to the secretariat alone, and whether it has anything to tell nobody can know.
        if schedule.state is not ScheduleState.CANCELLED and schedule.action is not Action.DIGEST
        # When a trial ends nobody knows.
        if not is_tried(schedule, campaign)
        for due in takewhile(
            lambda due: due.at <= until, coming_times(session, keyring, campaign, schedule, now=now)
        )
        if (schedule.id, due.at) not in known
    ]
    return sorted(coming, key=lambda pair: (pair[0].at, pair[1].name))


def coming_times(
    session: Session, keyring: Keyring, campaign: Campaign, schedule: Schedule, *, now: datetime
) -> Iterator[Due]:
    """Give the times that a schedule is due from now on, and before where it would still happen; the earliest first."""
    if schedule.state is ScheduleState.DRAFT or is_stopped(session, schedule):
        return
    if not is_running(schedule, campaign) and campaign.state not in TO_OPEN:
        return
    since = schedule.since
    if schedule.is_built_in and is_reckoned_anew(schedule, campaign):
        since = applies_from(campaign, now=now)
    for due in times_of(schedule, dates_of(session, keyring, campaign, schedule, since=since)):
        verdict = judge(schedule.late, schedule.late_seconds, due_at=due.at, now=now)
        if due.at > now or verdict is not Verdict.SKIP:
            yield due


def _look(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    schedule: Schedule,
    due: Due,
    written: dict[str, datetime],
) -> Planned:
    if schedule.action is Action.UPDATE:
        return _look_at_update(session, keys, campaign, schedule, due, written)
    audience, timing = Audience.from_record(schedule.audience), Timing.from_record(schedule.timing)
    meant = is_meant(audience, campaign, keys, due_at=due.at, day=due.clock.date())
    spared_since = due.at - timedelta(hours=audience.spare_hours)
    languages: Counter[str] = Counter()
    whom: list[str] = []
    for at, some in _found(session, keys, campaign, meant, audience, timing, due):
        for one, language in some:
            if audience.spare_hours and written.get(one, spared_since) > spared_since:
                continue
            whom.append(one)
            languages[language] += 1
            written[one] = max(at, written.get(one, at))
    return Planned(
        slug=campaign.slug,
        name=schedule.name,
        due=due,
        whom=sorted(whom),
        languages=dict(languages),
    )


def _look_at_update(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    schedule: Schedule,
    due: Due,
    written: dict[str, datetime],
) -> Planned:
    reached = whom_update_reaches(session, keys, schedule, at=due.at)
    written |= {one: max(due.at, written.get(one, due.at)) for one, _ in reached}
    return Planned(
        slug=campaign.slug,
        name=schedule.name,
        due=due,
        whom=sorted(one for one, _ in reached),
        languages=dict(Counter(language for _, language in reached)),
    )


_WAITS_FOR = {
    ScheduleState.PROPOSED: "an approval",
    ScheduleState.PAUSED: "the end of the pause",
}


def _found(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    meant: Sequence[ColumnElement[bool]],
    audience: Audience,
    timing: Timing,
    due: Due,
) -> Iterator[tuple[datetime, Sequence[tuple[str, str]]]]:
    """Give who is meant, with the language of the mail, by the moment at which it is theirs."""
    if not timing.by_reader and not audience.countries:
        found = select(col(Signature.id), col(Signature.language)).where(*meant)
        yield due.at, [(one, language) for one, language in session.execute(found)]
        return
    rows = {row.id: row for row in session.execute(select(Signature).where(*meant)).scalars()}
    countries = {one: read_party(keys, row).country for one, row in rows.items()}
    zone = ZoneInfo(campaign.time_zone)
    moments = reader_moments(
        countries,
        audience,
        timing,
        due,
        fallback=zone,
        earliest=due.at,
        ends=campaign.deadline_at,
    )
    for at, ids in moments.items():
        yield at, [(one, rows[one].language) for one in ids]
