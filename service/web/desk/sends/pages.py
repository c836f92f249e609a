"""Planned sendings: what goes next, when and to how many; and one of them, with how far it has come."""

from datetime import date, time, timedelta
from typing import Any

from flask import Response, request

from service.coordinators.permissions import Act
from service.model.campaign import Campaign
from service.model.schedule import Action, Schedule
from service.model.states import ScheduleState
from service.schedules.due import Timing
from service.schedules.reach import ALONE
from service.schedules.sends import words
from service.schedules.sends.compose import preview_of
from service.schedules.sends.composed import is_composed
from service.schedules.sends.draft_reach import known_reach
from service.schedules.sends.listing import Sending, get_schedule, list_sendings, look_at_sending
from service.schedules.sends.mails import begun_of, mails_of
from service.schedules.sends.moving import clock_of, comes_again
from service.schedules.sends.progress import Progress, progress_of
from service.schedules.sends.seen import mark_of
from service.schedules.sends.words import NEXT, SAID, Standing
from service.web.desk.blueprint import get
from service.web.desk.page import desk_page
from service.web.desk.sends.shown import SAMPLES, by_name, on_clocks, place_of, sample_row
from service.web.desk.visit import letter, letter_row, looking, visit
from service.web.forms import FormState
from service.web.services import services

PART = "desk.sends"
_A_MONDAY = date(2024, 1, 1)


@get("/letters/<slug>/sends", Act.LOOK)
def sends(slug: str) -> Response:
    """List what is planned for a letter, and what was."""
    del slug
    here = services()
    now = here.now()
    with looking() as session:
        found = list_sendings(session, here.keyring, letter_row(session), lead=here.reminder_lead, now=now)
        rows = [shown(session, one) for one in found]
    coming = [row for row in rows if row["one"].standing not in _OVER]
    return desk_page(
        "sends/list.html", coming=coming, past=[row for row in rows if row not in coming], part=PART
    )


@get("/letters/<slug>/sends/<schedule>", Act.LOOK)
def sending(slug: str, schedule: str) -> Response:
    """Show one planned sending, and how far it has come."""
    del slug
    return sending_page(schedule)


def sending_page(schedule: str, *, form: FormState | None = None, status: int = 200) -> Response:
    """Make the page of one planned sending, with the form that gives it a moment as it was filled in."""
    here = services()
    now, sample = here.now(), sample_row(request.args)
    with looking() as session:
        campaign = letter_row(session)
        row = get_schedule(session, letter().id, schedule)
        # Before anything is shown: what changes meanwhile is refused, and never approved unseen.
        seen = mark_of(session, row)
        one = look_at_sending(session, here.keyring, campaign, row, now=now)
        progress = _progress(session, row)
        if progress is not None and progress.waiting and one.standing in {Standing.DONE, Standing.PLANNED}:
            one = _going(one)
        context = {
            **shown(session, one),
            "progress": progress,
            "preview": _preview(session, campaign, row, sample),
            "row": sample,
            "next_row": (sample + 1) % SAMPLES,
            "draft_reach": _draft_reach(session, campaign, row),
            "alone": ALONE,
            "may_pause": words.may_pause(one.standing, one.newest),
            "may_cancel": words.may_cancel(one.standing),
            # In mid-send another moment would be refused: whoever has it already would get it twice.
            "may_change": words.may_change(one.standing)
            and not one.by_reader
            and not (progress is not None and (progress.waiting or progress.held)),
            "may_rule": words.may_change(one.standing),
            "seen": seen,
            "left_out": [(moment.isoformat(), on_clocks(moment)) for moment in one.left_out],
            "is_own": row.created_by == visit().by,
            "is_draft": row.state is ScheduleState.DRAFT,
        }
        timing = Timing.from_record(row.timing)
    refreshes = progress is not None and bool(progress.waiting) and one.standing is Standing.GOING
    return desk_page(
        "sends/one.html",
        part=PART,
        form=form or _moment_form(one, timing),
        comes_again=comes_again(timing),
        **_rhythm(timing),
        refreshes=refreshes,
        status=status,
        **context,
    )


def shown(session: Any, one: Sending) -> dict[str, Any]:
    """Give what a template says of a planned sending."""
    return {
        "one": one,
        "standing_title": one.title,
        "standing": SAID[one.standing],
        "next_step": words.NO_TIME_FOR_ANSWERS if _has_no_time(one) else NEXT[one.standing],
        "is_grave": one.standing in words.GRAVE,
        "when": on_clocks(one.due.at) if one.due is not None else None,
        "was": on_clocks(one.newest.due_at) if one.newest is not None else None,
        "planned_by": by_name(session, one.created_by),
        "approved_by": by_name(session, one.approved_by) if one.approved_by else "",
    }


def _rhythm(timing: Timing) -> dict[str, Any]:
    """Give what stays of a time when another is given: its rhythm, quiet hours and days of rest, and where they are read."""
    quiet = (timing.quiet_from, timing.quiet_until)
    return {
        "every_days": timing.every_days,
        "quiet": tuple(map(time.fromisoformat, quiet)) if all(quiet) else (),
        "rest_days": [_A_MONDAY + timedelta(days=number) for number in timing.rest_days],
        "place": place_of(timing.zone or letter().time_zone),
    }


def _has_no_time(one: Sending) -> bool:
    return one.standing is Standing.NEVER and one.action is Action.PROOF


_OVER = {Standing.DONE, Standing.SKIPPED, Standing.CANCELLED, Standing.NEVER}


def _progress(session: Any, row: Schedule) -> Progress | None:
    now = services().now()
    begun = begun_of(session, row, now=now)
    return progress_of(session, mails_of(session, row, begun[0]), now=now) if begun else None


def _going(one: Sending) -> Sending:
    """Call a sending whose mails still wait what it is: going out, though all of it is posted."""
    return Sending(**{**vars(one), "standing": Standing.GOING})


def _preview(session: Any, campaign: Campaign, row: Schedule, sample: int) -> Any:
    here = services()
    if not is_composed(row):
        return None
    return preview_of(session, here.keyring, campaign, row, number=sample, now=here.now())


def _draft_reach(session: Any, campaign: Campaign, row: Schedule) -> Any:
    if row.state is not ScheduleState.DRAFT:
        return None
    here = services()
    return known_reach(session, here.keyring, campaign, row, now=here.now())


def _moment_form(one: Sending, timing: Timing) -> FormState:
    if comes_again(timing):
        return FormState(
            values={"hour": clock_of(timing, due=one.due.clock if one.due is not None else None)}
        )
    if one.due is None:
        return FormState(values={"when": "later"})
    local = visit().local(one.due.at)
    return FormState(values={"when": "later", "day": f"{local:%Y-%m-%d}", "hour": f"{local:%H:%M}"})
