"""schedule: what is planned for a letter, what it will do, and how to change it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import click

from service.campaigns.codes import time_zone
from service.campaigns.moments import moment_of
from service.campaigns.queries import get_campaign
from service.cli.audience_options import TO, country_option, narrowing, narrowing_options
from service.cli.context import Context, json_option, operator, pass_context, read_moment, say, say_json
from service.foundation.errors import Refused
from service.model.anchor import Anchor, Late
from service.model.campaign import Campaign
from service.model.states import ScheduleState
from service.schedules.audience import Audience
from service.schedules.calendar import Entry, calendar, moments_of
from service.schedules.due import Timing
from service.schedules.forecast import forecast
from service.schedules.listing import Line, list_schedules
from service.schedules.plan import (
    Plan,
    add_schedule,
    approve_schedule,
    change_schedule,
    let_answer_until,
    make_built_in,
    move_schedule,
    settle_late,
)
from service.schedules.planned import Planned
from service.schedules.rules import NewRule, change_rule
from service.schedules.show_listing import list_show
from service.store.transaction import reading, transaction
from service.upkeep.moments import Beside, moments_beside, purges_beside
from service.wiring import Services

_AS_FAR = timedelta(days=366)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_ANCHORS = {
    "opening": Anchor.OPENING,
    "deadline": Anchor.DEADLINE,
    "sending": Anchor.SENDING,
    "publication": Anchor.PUBLICATION,
    "event": Anchor.EVENT,
}


@click.group()
def schedule() -> None:
    """Plan reminders, and see what will go out before it does."""


@schedule.command(name="list")
@click.argument("slug")
@json_option
@pass_context
def list_(context: Context, slug: str, as_json: bool) -> None:
    """List what is planned for a letter, when it comes next, and what came of it so far."""
    services = context.services
    lead, now = services.settings.reminder_lead, services.clock()
    with reading(services.engine) as session:
        campaign = get_campaign(session, slug)
        lines = list_schedules(session, services.keyring, campaign, lead=lead, now=now)
        steps = [line for line in list_show(session, services.keyring, campaign, now=now) if not line.is_over]
    if as_json:
        say_json([_line_record(line) for line in lines])
        return
    for line in lines:
        never = "not again" if line.last else "not with the letter's present dates"
        next_ = line.next_due.local if line.next_due else line.why_never or never
        say(f"{line.name:<20} {line.state:<10} next: {next_}; {line.posted} mails so far")
        if line.last:
            say(f"{'':<20} last: {line.last}")
        if line.answers:
            counted = ", ".join(f"{number} {said}" for said, number in sorted(line.answers.items()))
            say(f"{'':<20} printed lines: {counted}")
        if line.asking:
            say(f"{'':<20} came late and waits for your word: undersigned schedule decide {slug} {line.name}")
    if steps:
        say(f"run of show: next is {steps[0].step.value}; see: undersigned show list {slug}")


@schedule.command(name="forecast")
@click.argument("slug")
@click.option(
    "--until", default="", help="How far to look, in the letter's zone: 2026-12-05T17:00. Else a year."
)
@json_option
@pass_context
def forecast_(context: Context, slug: str, until: str, as_json: bool) -> None:
    """Show who would get what and when, if nothing changes; nothing is sent."""
    services = context.services
    now = services.clock()
    with reading(services.engine) as session:
        campaign = get_campaign(session, slug)
        end = _until(until, campaign, now=now)
        planned = forecast(
            session,
            services.keyring,
            campaign,
            lead=services.settings.reminder_lead,
            until=end,
            now=now,
        )
        beside = list(moments_beside(session, services.keyring, campaign, until=end, now=now))
    if as_json:
        records = [*map(_planned_record, planned), *(_beside_record(one, campaign) for one in beside)]
        say_json(sorted(records, key=itemgetter("due", "name")))
        return
    zone = ZoneInfo(campaign.time_zone)
    told = [
        (one.due.at, f"{one.due.local}  {one.name}: {_mails(len(one.whom))}{_until_words(one)}{one.proviso}")
        for one in planned
    ]
    told += [
        (entry.at, f"{entry.at.astimezone(zone):%Y-%m-%dT%H:%M:%S} {zone.key}  {entry.what}")
        for entry in moments_of(campaign)
        if now < entry.at <= end
    ]
    told += [
        (one.at, f"{_local(one, campaign)}  {one.name}: {one.what}") for one in beside if not one.is_told
    ]
    for _, line in sorted(told):
        say(line)
    if not planned and not any(one.mails for one in beside):
        say("No e-mail is planned in that time.")


@schedule.command(name="calendar")
@click.option(
    "--days", default=42, show_default=True, type=click.IntRange(1, 3660), help="How many days to show."
)
@json_option
@pass_context
def calendar_(context: Context, days: int, as_json: bool) -> None:
    """Show what happens with all letters in the days to come: openings, deadlines, reminders, sendings, publications."""
    services = context.services
    now = services.clock()
    with reading(services.engine) as session:
        entries = calendar(
            session,
            services.keyring,
            lead=services.settings.reminder_lead,
            until=now + timedelta(days=days),
            now=now,
        )
        purges = list(purges_beside(session, until=now + timedelta(days=days), now=now))
    entries = sorted((*entries, *(_entry(slug, one) for slug, one in purges)), key=_order)
    if as_json:
        say_json([_entry_record(entry) for entry in entries])
        return
    for entry in entries:
        mails = f": {_mails(entry.mails)}" if entry.mails is not None else ""
        say(f"{entry.at:%Y-%m-%d %H:%M} UTC  {entry.slug}: {entry.what}{mails}")
    if not entries:
        say("Nothing is planned in that time.")


def _entry(slug: str, one: Beside) -> Entry:
    return Entry(at=one.at, slug=slug, what=one.what, mails=one.mails or None)


def _order(entry: Entry) -> tuple[datetime, str, str]:
    return entry.at, entry.slug, entry.what


def named(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what names a schedule: the letter, and its own name there."""
    return click.argument("slug")(click.argument("name")(command))


def time_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what says when something is due."""
    options = (
        click.option("--at", "at", default="", help="At a local time: 2026-12-01T09:00."),
        click.option(
            "--from",
            "anchor",
            type=click.Choice(list(_ANCHORS)),
            help="Counted from the letter's opening, deadline, sending, publication or event.",
        ),
        click.option(
            "--days",
            default=0,
            type=click.IntRange(-3660, 3660),
            help="So many days after that; -3 is three days before.",
        ),
        click.option(
            "--clock", default="", help="At this time of that day: 09:00. Else at that moment's own."
        ),
        click.option("--every", default=0, type=click.IntRange(0, 366), help="Again every so many days."),
        click.option(
            "--times",
            default=0,
            type=click.IntRange(0, 366),
            help="So many times in all; 0 is until the deadline.",
        ),
        click.option("--quiet", default="", help="Hours in which nothing goes: 21:00-08:00."),
        click.option("--no-weekends", is_flag=True, help="Not on Saturdays and Sundays."),
        click.option("--zone", default="", help="The IANA zone of these times; else the letter's."),
        click.option(
            "--by-reader", is_flag=True, help="Read the time in each reader's own zone, by their country."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


late_option = click.option(
    "--late",
    default="anyway",
    show_default=True,
    help="What comes late goes `anyway`, asks you first (`ask`), or goes while it is no later than, say, 3h.",
)


@schedule.command()
@named
@click.option(
    "--to",
    "to",
    multiple=True,
    required=True,
    type=click.Choice(list(TO)),
    help="Whom it reminds; may be said several times.",
)
@narrowing_options
@country_option
@click.option(
    "--spare", default=24, show_default=True, type=click.IntRange(0, 8760), help="Hours since any mail."
)
@late_option
@time_options
@pass_context
def add(context: Context, /, slug: str, name: str, **given: Any) -> None:
    """Plan a reminder called NAME; unless the letter is of one person alone, somebody else has to approve it."""
    services = context.services
    audience = Audience(
        states=tuple(TO[one] for one in given.pop("to")), spare_hours=given.pop("spare"), **narrowing(given)
    )
    late, within = late_of(given.pop("late"))
    plan = Plan(name=name, timing=timing_of(**given), audience=audience, late=late, late_within=within)
    now = services.clock()
    with transaction(services.engine) as session:
        make_built_in(session, slug, lead=services.settings.reminder_lead, now=now)
        made = add_schedule(session, services.keyring, slug, plan, by=operator(), now=now)
    if made.state is ScheduleState.PROPOSED:
        say(f"{name} is proposed; somebody else says: undersigned schedule approve {slug} {name}")
    else:
        say(f"{name} is planned; see: undersigned schedule forecast {slug}")


@schedule.command()
@named
@click.option(
    "--answers-until",
    "until",
    default="",
    help="Of a proof round: until when an answer counts, at a local time: 2026-12-07T08:00.",
)
@click.option(
    "--to",
    "to",
    multiple=True,
    type=click.Choice(list(TO)),
    help="Whom it reminds from now on, in place of whom it did; may be said several times.",
)
@narrowing_options
@country_option
@click.option(
    "--everybody", "is_whole", is_flag=True, help="All of those, whatever it was narrowed to before."
)
@click.option("--spare", default=None, type=click.IntRange(0, 8760), help="Hours since any mail.")
@click.option(
    "--late",
    default="",
    help="What comes late goes `anyway`, asks you first (`ask`), or goes while it is no later than, say, 3h.",
)
@time_options
@pass_context
def change(context: Context, /, slug: str, name: str, until: str, **given: Any) -> None:
    """Give a schedule another time, or another rule: whom it goes to, spares, and what if it is late; what is begun stays."""
    services, rule = context.services, _new_rule(given)
    timing = timing_of(**given) if until or any(given.values()) or rule is None else None
    now = services.clock()
    with transaction(services.engine) as session:
        make_built_in(session, slug, lead=services.settings.reminder_lead, now=now)
        if until and timing is not None:
            let_answer_until(session, slug, name, moment_at(until, zone=timing.zone))
        if rule is not None:
            change_rule(session, slug, name, rule, by=operator(), now=now)
        if timing is not None:
            change_schedule(session, services.keyring, slug, name, timing=timing, by=operator(), now=now)
    what = "another time" if rule is None else "another rule" if timing is None else "another time and rule"
    say(f"{name} has {what}; see: undersigned schedule forecast {slug}")


def _new_rule(given: dict[str, Any]) -> NewRule | None:
    """Take what changes of a rule out of the options that were given; None where nothing does."""
    states = tuple(TO[one] for one in given.pop("to"))
    narrowed, is_whole, spare, late = (
        narrowing(given),
        given.pop("is_whole"),
        given.pop("spare"),
        given.pop("late"),
    )
    if not (states or narrowed or is_whole or late) and spare is None:
        return None
    policy, within = late_of(late) if late else (None, timedelta(0))
    whole = NewRule(kinds=(), languages=(), countries=(), evidence=(), revision=0) if is_whole else NewRule()
    return replace(
        whole, states=states or None, spare_hours=spare, late=policy, late_within=within, **narrowed
    )


@schedule.command()
@named
@pass_context
def approve(context: Context, slug: str, name: str) -> None:
    """Approve what somebody else has planned."""
    with transaction(context.services.engine) as session:
        services = context.services
        approve_schedule(session, services.keyring, slug, name, by=operator(), now=services.clock())
    say(f"{name} is approved; see: undersigned schedule forecast {slug}")


@schedule.command()
@named
@pass_context
def pause(context: Context, slug: str, name: str) -> None:
    """Let a schedule rest: what is being posted stops too, and what waits of its mails is held."""
    _move(context.services, slug, name, ScheduleState.PAUSED)
    say(f"{name} rests until: undersigned schedule resume {slug} {name}")


@schedule.command()
@named
@pass_context
def resume(context: Context, slug: str, name: str) -> None:
    """Let a schedule that rests go on; what was due meanwhile comes as it says for what is late."""
    _move(context.services, slug, name, ScheduleState.ACTIVE)
    say(f"{name} goes on; see: undersigned schedule forecast {slug}")


@schedule.command()
@named
@pass_context
def cancel(context: Context, slug: str, name: str) -> None:
    """Take a schedule out for good; what waits of the mails that it has posted is cancelled too."""
    _move(context.services, slug, name, ScheduleState.CANCELLED)
    say(f"{name} is cancelled.")


@schedule.command()
@named
@click.option("--send/--skip", "fire", required=True, help="Let it go now, or leave it out.")
@pass_context
def decide(context: Context, slug: str, name: str, fire: bool) -> None:
    """Say what becomes of what came late and asks."""
    services = context.services
    with transaction(services.engine) as session:
        number = settle_late(session, slug, name, fire=fire, by=operator(), now=services.clock())
    services.wake.ring()
    times = "once" if number == 1 else f"{number} times"
    say(f"{name} {'goes now' if fire else 'is left out'}, {times}.")


def _move(services: Services, slug: str, name: str, there: ScheduleState) -> None:
    with transaction(services.engine) as session:
        make_built_in(session, slug, lead=services.settings.reminder_lead, now=services.clock())
        move_schedule(session, slug, name, there, by=operator(), now=services.clock())


def timing_of(
    *,
    at: str,
    anchor: str | None,
    days: int,
    clock: str,
    every: int,
    times: int,
    quiet: str,
    no_weekends: bool,
    zone: str,
    by_reader: bool,
) -> Timing:
    """Read the options of a time; raises Refused where they do not say one."""
    if bool(at) == bool(anchor):
        raise Refused("Say when: either --at, or --from with --days and --clock.")
    if at and (days or clock):
        raise Refused("--days and --clock go with --from; --at has its own day and time.")
    if by_reader and not (at or clock):
        raise Refused("With --by-reader, say the time of the day with --clock or --at.")
    if times and not every:
        raise Refused("--times goes with --every: how often it comes, and how many times in all.")
    if by_reader and zone:
        raise Refused("With --by-reader each reader's own zone counts: leave out --zone.")
    begins, _, ends = quiet.partition("-")
    return Timing(
        anchor=_ANCHORS[anchor] if anchor else Anchor.AT,
        local=read_moment(at).isoformat(timespec="seconds") if at else "",
        days=days,
        clock=_clock(clock, what="--clock") if clock else "",
        every_days=every,
        times=times,
        quiet_from=_clock(begins, what="--quiet") if quiet else "",
        quiet_until=_clock(ends, what="--quiet") if quiet else "",
        rest_days=(5, 6) if no_weekends else (),
        zone=time_zone(zone, what="--zone") if zone else "",
        by_reader=by_reader,
    )


def moment_at(text: str, *, zone: str) -> Timing:
    """Read a local time as one that something may be due at, in a zone, "" for the letter's."""
    return Timing(anchor=Anchor.AT, local=read_moment(text).isoformat(timespec="seconds"), zone=zone)


def _clock(text: str, *, what: str) -> str:
    if not _CLOCK.fullmatch(text):
        example = "21:00-08:00" if what == "--quiet" else "09:00"
        raise Refused(f"{what} is a time of the day like {example}.")
    return text


def late_of(text: str) -> tuple[Late, timedelta]:
    """Read what becomes of something that comes late: the policy, and within which time it still goes."""
    if text in {Late.ANYWAY.value, Late.ASK.value}:
        return Late(text), timedelta(0)
    found = re.fullmatch(r"(\d{1,4})(m|h|d)", text)
    if not found:
        raise Refused("--late is `anyway`, `ask`, or a time like 30m, 3h or 2d.")
    unit = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[found[2]]
    return Late.WITHIN, int(found[1]) * unit


def _until(text: str, campaign: Campaign, *, now: datetime) -> datetime:
    return moment_of(read_moment(text), ZoneInfo(campaign.time_zone)) if text else now + _AS_FAR


def _until_words(one: Planned) -> str:
    return f", answers until {one.answers_until:%Y-%m-%dT%H:%M}" if one.answers_until else ""


def _mails(number: int) -> str:
    return "1 mail" if number == 1 else f"{number} mails"


def _line_record(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "state": line.state,
        "next": line.next_due.at.isoformat() if line.next_due else None,
        "next_local": line.next_due.local if line.next_due else None,
        "posted": line.posted,
        "last": line.last,
        "why_never": line.why_never,
        "answers": dict(line.answers),
        "asking": line.asking,
        "built_in": line.is_built_in,
    }


def _planned_record(one: Planned) -> dict[str, Any]:
    return {
        "name": one.name,
        "due": one.due.at.isoformat(),
        "local": one.due.local,
        "mails": len(one.whom),
        "languages": dict(one.languages),
        "sign_ons": list(one.whom),
        "waits_for": one.waits_for,
        "answers_until": one.answers_until.isoformat() if one.answers_until else None,
    }


def _beside_record(one: Beside, campaign: Campaign) -> dict[str, Any]:
    """Give a moment as a planned sending is given: to nobody who signed."""
    return {
        "name": one.name,
        "due": one.at.isoformat(),
        "local": _local(one, campaign),
        "mails": one.mails,
        "languages": {},
        "sign_ons": [],
        "waits_for": "",
        "answers_until": None,
    }


def _local(one: Beside, campaign: Campaign) -> str:
    return f"{one.at.astimezone(ZoneInfo(campaign.time_zone)):%Y-%m-%dT%H:%M:%S} {campaign.time_zone}"


def _entry_record(entry: Entry) -> dict[str, Any]:
    return {"at": entry.at.isoformat(), "letter": entry.slug, "what": entry.what, "mails": entry.mails}
