"""The calendar of all one's letters, and the forecast of one: what happens when, and to how many it would go."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response, request

from service.campaigns.mine import letters_of
from service.coordinators.calendar_link import calendar_link_since
from service.coordinators.permissions import Act
from service.foundation.sentence import Sentence
from service.schedules.sends.days import (
    EXACT_ON_REQUEST,
    EXACT_UP_TO,
    Moment,
    by_day,
    has_at_most,
    moments_of_letter,
    moments_of_letters,
    month_grid,
)
from service.schedules.sends.names import names_of
from service.upkeep.coming import Coming, coming_of, coming_of_all
from service.upkeep.keeping import Step
from service.web.desk.blueprint import get
from service.web.desk.page import desk_page
from service.web.desk.sends.pages import PART
from service.web.desk.sends.shown import place_of
from service.web.desk.visit import letter, letter_row, looking, visit
from service.web.services import services

_AHEAD = timedelta(days=62)
_MOST_AHEAD = timedelta(days=400)
_MONDAY = 0
_OF_PURGE: Mapping[Step, Sentence] = {
    Step.NOTIFY: Sentence("The secretariat is told that personal data of this letter will be purged"),
    Step.REMIND: Sentence("The secretariat is told once more that personal data will be purged"),
    Step.PURGE: Sentence("Personal data of this letter is purged, unless that is put off"),
}


@get("/calendar", Act.OWN)
def calendar() -> Response:
    """Show what happens with all the letters in which the coordinator has a role: a list by day, and one month as a table."""
    here, who = services(), visit()
    now = here.now()
    with looking() as session:
        mine = letters_of(session, here.keyring, who.coordinator_id)
    zone = ZoneInfo(who.time_zone or next((one.time_zone for one in mine), "UTC"))
    today = now.astimezone(zone).date()
    month = _month(request.args.get("month", ""), today=today)
    until = max(now + _AHEAD, now + (month + timedelta(days=42) - today))
    until = min(until, now + _MOST_AHEAD)
    with looking() as session:
        found = moments_of_letters(
            session, here.keyring, who.coordinator_id, lead=here.reminder_lead, until=until, now=now
        )
        titles = {one.slug: one.title for one in mine}
        purges = coming_of_all(session, until=until, now=now)
        found = [*found, *(_purge(one, titles[one.slug]) for one in purges if one.slug in titles)]
        link_since = calendar_link_since(session, who.coordinator_id)
    return desk_page(
        "sends/calendar.html",
        link_since=link_since,
        days=by_day(sorted(found, key=_at), zone),
        weeks=month_grid(month, first_weekday=_MONDAY),
        month=month,
        before=(month - timedelta(days=1)).replace(day=1),
        after=(month + timedelta(days=32)).replace(day=1),
        today=today,
        zone=zone,
        place=place_of(zone.key),
    )


@get("/letters/<slug>/forecast", Act.LOOK)
def forecast(slug: str) -> Response:
    """Show what would go when, and to how many, under today's data."""
    del slug
    here, who = services(), visit()
    now, zone = here.now(), ZoneInfo(who.time_zone or letter().time_zone)
    exact_up_to = EXACT_ON_REQUEST if request.args.get("exact") else EXACT_UP_TO
    with looking() as session:
        campaign = letter_row(session)
        found = moments_of_letter(
            session,
            here.keyring,
            campaign,
            lead=here.reminder_lead,
            until=now + _MOST_AHEAD,
            now=now,
            exact_up_to=exact_up_to,
        )
        is_exact = has_at_most(session, campaign, exact_up_to)
        can_be_exact = has_at_most(session, campaign, EXACT_ON_REQUEST)
        purges = coming_of(session, campaign, until=now + _MOST_AHEAD, now=now)
        told = [one for one in found if not one.is_idle]
        left_out = len(found) - len(told)
        told = sorted((*told, *(_purge(one, letter().title) for one in purges)), key=_at)
    return desk_page(
        "sends/forecast.html",
        part=PART,
        days=by_day(told, zone),
        left_out=left_out,
        zone=zone,
        place=place_of(zone.key),
        is_exact=is_exact,
        can_be_exact=can_be_exact,
    )


@get("/letters/<slug>/sends/<schedule>/readers", Act.SEE_NAMES)
def readers(slug: str, schedule: str) -> Response:
    """Name the first of those to whom the next time of a sending would go."""
    del slug
    here = services()
    with looking() as session:
        named = names_of(session, here.keyring, letter_row(session), schedule, now=here.now())
    return desk_page("sends/readers.html", part=PART, named=named, schedule=schedule)


def _purge(coming: Coming, title: str) -> Moment:
    return Moment(at=coming.at, slug=coming.slug, title=title, what=_OF_PURGE[coming.step])


def _at(one: Moment) -> datetime:
    return one.at


def _month(text: str, *, today: date) -> date:
    try:
        wanted = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return wanted if abs((wanted - today).days) <= _MOST_AHEAD.days else today.replace(day=1)
