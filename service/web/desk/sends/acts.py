"""What is done with a planned sending: approve, another moment, pause, resume, leave out, cancel, its word when late."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.schedule import Schedule
from service.model.states import ScheduleState
from service.schedules.due import Timing
from service.schedules.plan import make_built_in
from service.schedules.sends.compose import take_back_plan
from service.schedules.sends.listing import get_schedule
from service.schedules.sends.mails import follow_part
from service.schedules.sends.moving import comes_again
from service.schedules.sends.seen import hold_as_seen
from service.schedules.sends.verbs import (
    approve_sending,
    cancel_sending,
    move_clock,
    move_sending,
    pause_sending,
    put_back,
    resume_sending,
    settle_sending,
    skip_time,
)
from service.store.transaction import transaction
from service.web.desk.blueprint import post
from service.web.desk.page import done
from service.web.desk.sends.forms import read_clock, read_moment, read_seen_moment
from service.web.desk.sends.pages import sending_page
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, Misfilled, shown_again
from service.web.services import services

_PARTS_AT_ONCE = 4
"""So many parts of a sending's mails are moved while its coordinator waits; a worker does the others."""

Does = Callable[[Any, Campaign, Schedule], object]


@post("/letters/<slug>/sends/made", Act.SEND)
def make_sends(slug: str) -> Response:
    """Give a letter now the sendings that it has from its opening on, so that they can be changed before."""
    here = services()
    with acting() as session:
        make_built_in(session, slug, lead=here.reminder_lead, now=here.now())
    return done(_list(), Sentence("Now each of them can be changed, paused or cancelled."))


@post("/letters/<slug>/sends/<schedule>/approve", Act.APPROVE_SEND)
def approve_send(slug: str, schedule: str) -> Response:
    """Approve what another coordinator planned, exactly as the page showed it."""
    del slug
    here = services()

    def does(session: Any, campaign: Campaign, row: Schedule) -> None:
        hold_as_seen(session, row, request.form.get("seen", ""))
        approve_sending(session, here.keyring, campaign, row, by=visit().by, now=here.now())

    _do(schedule, does)
    return done(
        _one(schedule),
        Sentence("Approved: it goes at its time."),
        undo=_undo(schedule, "pause"),
    )


@post("/letters/<slug>/sends/<schedule>/moment", Act.SEND)
def change_send(slug: str, schedule: str) -> Response:
    """Give a planned sending another moment, or what comes again another time of the day."""
    del slug
    with looking() as session:
        is_clock = comes_again(Timing.from_record(get_schedule(session, letter().id, schedule).timing))
    try:
        does = _new_clock() if is_clock else _new_moment()
    except Misfilled as wrong:
        form = FormState(values=shown_again(request.form), errors=wrong.errors)
        return sending_page(schedule, form=form, status=422)
    _do(schedule, does)
    with looking() as session:
        state = get_schedule(session, letter().id, schedule).state
    said = Sentence("It has another moment.")
    if state is ScheduleState.PROPOSED:
        said = Sentence("Planned. It waits until another coordinator approves it.")
    elif is_clock and state is ScheduleState.ACTIVE:
        said = Sentence("From now on it goes at that time of the day. All else of it stays as it was.")
    return done(_one(schedule), said)


@post("/letters/<slug>/sends/<schedule>/pause", Act.SEND)
def pause_send(slug: str, schedule: str) -> Response:
    """Let a sending rest, in mid-send too."""
    del slug

    def does(session: Any, campaign: Campaign, row: Schedule) -> None:
        pause_sending(session, campaign, row, by=visit().by, now=services().now())

    _do(schedule, does)
    return done(
        _one(schedule),
        Sentence("Paused: nothing more of it goes until it is resumed."),
        undo=_undo(schedule, "resume"),
    )


@post("/letters/<slug>/sends/<schedule>/resume", Act.SEND)
def resume_send(slug: str, schedule: str) -> Response:
    """Let a sending that rests go on."""
    del slug

    def does(session: Any, campaign: Campaign, row: Schedule) -> None:
        resume_sending(session, campaign, row, by=visit().by, now=services().now())

    _do(schedule, does)
    return done(
        _one(schedule),
        Sentence("It goes on where it was paused; nobody gets it twice."),
        undo=_undo(schedule, "pause"),
    )


@post("/letters/<slug>/sends/<schedule>/cancel", Act.SEND)
def cancel_send(slug: str, schedule: str) -> Response:
    """Take a sending out for good; where planning it is undone, it is a draft once more."""
    here, drafts = services(), list[str]()

    def does(session: Any, campaign: Campaign, row: Schedule) -> None:
        if request.form.get("back") != "draft":
            cancel_sending(session, campaign, row, by=visit().by, now=here.now())
            return
        draft = take_back_plan(session, here.keyring, slug, row, by=visit().by, now=here.now())
        drafts.extend([draft.id] if draft is not None else [])

    _do(schedule, does)
    if drafts:
        return done(_one(drafts[0]), Sentence("Kept as a draft: nothing goes before you say when."))
    return done(_one(schedule), Sentence("Cancelled: what had not gone of it does not go."))


@post("/letters/<slug>/sends/<schedule>/skip", Act.SEND)
def skip_send(slug: str, schedule: str) -> Response:
    """Leave the next time of a sending out, the one that the page showed."""
    del slug
    here = services()

    def does(session: Any, campaign: Campaign, row: Schedule) -> None:
        at = read_seen_moment(request.form)
        skip_time(session, here.keyring, campaign, row, at, by=visit().by, now=here.now())

    _do(schedule, does)
    undo = {**_undo(schedule, "put-back"), "at": request.form.get("at", "")}
    return done(_one(schedule), Sentence("Its next time is left out."), undo=undo)


@post("/letters/<slug>/sends/<schedule>/put-back", Act.SEND)
def put_send_back(slug: str, schedule: str) -> Response:
    """Take back that a time still to come was left out."""
    del slug

    def does(session: Any, campaign: Campaign, row: Schedule) -> None:
        at = read_seen_moment(request.form)
        put_back(session, campaign, row, at, by=visit().by, now=services().now())

    _do(schedule, does)
    return done(_one(schedule), Sentence("It comes at its next time again."))


@post("/letters/<slug>/sends/<schedule>/settle", Act.APPROVE_SEND)
def settle_send(slug: str, schedule: str) -> Response:
    """Say whether what came late still goes."""
    del slug
    fire = request.form.get("word") == "send"

    def does(session: Any, campaign: Campaign, row: Schedule) -> None:
        settle_sending(session, campaign, row, fire=fire, by=visit().by, now=services().now())

    _do(schedule, does)
    said = Sentence("It goes now.") if fire else Sentence("It is left out this time.")
    return done(_one(schedule), said)


def _new_clock() -> Does:
    here, clock = services(), read_clock(request.form)

    def does(session: Any, campaign: Campaign, row: Schedule) -> None:
        move_clock(session, here.keyring, campaign, row, clock, by=visit().by, now=here.now())

    return does


def _new_moment() -> Does:
    here, timing = services(), read_moment(request.form, zone=visit().time_zone)

    def does(session: Any, campaign: Campaign, row: Schedule) -> None:
        move_sending(session, here.keyring, campaign, row, timing, by=visit().by, now=here.now())

    return does


def _do(schedule: str, does: Does) -> None:
    with acting() as session:
        row = get_schedule(session, letter().id, schedule)
        does(session, letter_row(session), row)
    follow(schedule)


def follow(schedule: str) -> None:
    """Bring the mails of a sending to where it is: the first parts at once, so that a pause is one when the page says so."""
    here = services()
    for _ in range(_PARTS_AT_ONCE):
        with transaction(here.engine) as session:
            moved = follow_part(session, schedule, now=here.now())
        if not moved:
            return
    here.wake()


def _undo(schedule: str, act: str) -> Mapping[str, str]:
    return {"action": f"{_one(schedule)}/{act}"}


def _list() -> str:
    return f"/desk/letters/{letter().slug}/sends"


def _one(schedule: str) -> str:
    return f"{_list()}/{schedule}"
