"""status: what waits and comes next, who works, when each job was last done, and how far sending is behind."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from service.cli.context import Context, json_option, pass_context, say, say_json
from service.delivery.carrying.waiting import WayLine, lines_of_ways
from service.delivery.show_words import REASONS
from service.mail import outbox
from service.mail.sending import sending_state
from service.mail.stuck import Lag, lag_of
from service.model.states import ScheduleState
from service.schedules.next_times import NextTime, next_times
from service.schedules.overdue import Overdue, Why, overdue
from service.schedules.show_listing import ShowLine, next_steps
from service.store.transaction import reading
from service.worker.cluster import waiting_turns
from service.worker.overview import job_turns, processes, rounds, seconds_since

_OLDER = (
    "An earlier version still runs. It sends none of what an emergency, a trial or a pause holds back, and an emergency ends it,"
    " but its pages know of no pause. Stop it: "
)
_MOST_NEXT = 10
_BY_ITSELF_NOT = {
    ScheduleState.PROPOSED: ", once it is approved",
    ScheduleState.PAUSED: ", once it is resumed",
}
_LATE = {
    Why.ASKS: "{slug}: {name} waits for `undersigned schedule decide {slug} {name}`",
    Why.UNBEGUN: "{slug}: {name} is due and was not begun",
    Why.UNFINISHED: "{slug}: {name} is due and not all posted",
}


@click.command()
@json_option
@pass_context
def status(context: Context, as_json: bool) -> None:
    """Show what waits and what is due, which processes live, and when each job was last done."""
    services = context.services
    now = services.clock()
    with reading(services.engine) as session:
        counts = outbox.counts(session)
        held = sending_state(session).reason
        lag = lag_of(session, now=now)
        runners = processes(session, now=now)
        jobs = job_turns(session, now=now)
        waiting = waiting_turns(session)
        nightly = rounds(session, now=now)
        late = overdue(session, services.keyring, now=now)
        shows = next_steps(session, services.keyring, now=now)
        coming = next_times(session, services.keyring, lead=services.settings.reminder_lead, now=now)
        ways = [one for one in lines_of_ways(session, now=now) if one.waiting or one.in_hand or one.in_doubt]
    told = {
        "messages": counts,
        "can_send": services.transport is not None,
        "held": held,
        "oldest_due_seconds": seconds_since(lag.oldest_due_at, now=now),
        "is_stuck": lag.is_stuck,
        "carriages": [_way_record(one, now=now) for one in ways],
        "processes": runners,
        "jobs": jobs,
        "waiting_turns": waiting,
        "upkeep": nightly,
        "late_schedules": [_late_record(one, now=now) for one in late],
        "next_sendings": [_next_record(one) for one in coming],
        "shows": [_show_record(slug, line) for slug, line in shows],
    }
    if as_json:
        say_json(told)
        return
    if held is not None:
        say(held)
    say("Mail can be sent." if services.transport else "Mail cannot be sent: no relay is set; messages wait.")
    _say_lag(lag, now=now)
    for state, number in sorted(counts.items()):
        say(f"{number:>8}  {state}")
    for way in ways:
        _say_way(way, now=now)
    for one in late:
        say(
            f"{_LATE[one.why].format(slug=one.slug, name=one.name)}, late for {_span(seconds_since(one.since, now=now))}."
        )
    _say_next(coming)
    for slug, line in shows:
        say(f"  {slug}: its run of show is at {line.step.value}: {REASONS[line.reason]}")
    _say_processes(runners)
    _say_jobs(jobs)
    _say_rounds(nightly)


def _next_record(one: NextTime) -> dict[str, Any]:
    return {
        "letter": one.slug,
        "name": one.name,
        "state": one.state.value,
        "due": one.due.at.isoformat(),
        "local": one.due.local,
    }


def _say_next(coming: Sequence[NextTime]) -> None:
    for one in coming[:_MOST_NEXT]:
        say(f"  {one.slug}: {one.name} comes next at {one.due.local}{_BY_ITSELF_NOT.get(one.state, '')}")
    if len(coming) > _MOST_NEXT:
        say(f"  and {len(coming) - _MOST_NEXT} more come later: `undersigned schedule calendar`")


def _show_record(slug: str, line: ShowLine) -> dict[str, Any]:
    return {
        "letter": slug,
        "step": line.step.value,
        "state": line.state.value,
        "reason": line.reason.value,
        "at": line.at.isoformat() if line.at is not None else None,
    }


def _say_lag(lag: Lag, *, now: datetime) -> None:
    age = seconds_since(lag.oldest_due_at, now=now)
    if age is not None:
        stuck = ", and it is stuck: `undersigned doctor` may say why" if lag.is_stuck else ""
        say(f"The oldest mail is due for {_span(age)}{stuck}.")


def _way_record(one: WayLine, *, now: datetime) -> dict[str, Any]:
    return {
        "way": one.way,
        "waiting": one.waiting,
        "in_hand": one.in_hand,
        "in_doubt": one.in_doubt,
        "oldest_due_seconds": seconds_since(one.oldest_due_at, now=now),
    }


def _say_way(one: WayLine, *, now: datetime) -> None:
    age = seconds_since(one.oldest_due_at, now=now)
    parts = [
        f"{one.waiting} {'waits' if one.waiting == 1 else 'wait'}" if one.waiting else "",
        f"the oldest is due for {_span(age)}" if age is not None else "",
        f"{one.in_hand} just handed over" if one.in_hand else "",
        f"{one.in_doubt} in doubt until somebody decides" if one.in_doubt else "",
    ]
    say(f"  copies by {one.way}: {', '.join(filter(None, parts))}")


def _late_record(one: Overdue, *, now: datetime) -> dict[str, Any]:
    return {
        "letter": one.slug,
        "name": one.name,
        "why": one.why.value,
        "late_seconds": seconds_since(one.since, now=now),
    }


def _say_processes(runners: list[dict[str, Any]]) -> None:
    if not any(runner["is_alive"] for runner in runners):
        say("No process works on this database: start `undersigned run`, or `serve` and `worker`.")
    older = [
        f"{one['kind']} {one['host']}/{one['pid']}" for one in runners if one["is_alive"] and one["is_older"]
    ]
    if older:
        say(f"{_OLDER}{', '.join(older)}.")
    for runner in runners:
        queues = f", {runner['queues']}" if runner["queues"] else ""
        mark = "" if runner["is_alive"] else "  NOT SEEN SINCE"
        say(
            f"  {runner['kind']:<6} {runner['host']}/{runner['pid']}{queues}: since {_span(runner['for_seconds'])},"
            f" seen {_span(runner['seen_seconds'])} ago{mark}"
        )


def _say_jobs(jobs: list[dict[str, Any]]) -> None:
    for job in jobs:
        failed = f", failed {_span(job['failed_seconds'])} ago" if job["failed_seconds"] is not None else ""
        say(f"  {job['name']:<20} done {_span(job['done_seconds'])} ago{failed}")


def _say_rounds(nightly: list[dict[str, Any]]) -> None:
    for one in nightly:
        ended = one["ended_seconds"]
        when = f"done {_span(ended)} ago" if ended is not None else "is under way"
        found = f", and found {one['differences']} differences: see the log" if one["differences"] else ""
        say(f"  nightly {one['name']} {when}{found}")


def _span(seconds: float | None) -> str:
    """Say a span of time as shortly as a line has room for (pure)."""
    whole = max(0, int(seconds or 0))
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if whole >= 2 * length:
            return f"{whole // length} {unit}"
    return f"{whole} s"
