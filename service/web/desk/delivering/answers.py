"""The pages of answers: until when each is due, the polite question that is ready, and who is told of what came."""

import zoneinfo
from collections.abc import Mapping
from datetime import date

from flask import Response, request

from service.coordinators.names import names_of
from service.coordinators.permissions import Act
from service.delivery.answers.chase import DRAFT, ready_for, send_chase
from service.delivery.answers.clock import ClockSeen, chases_of, clocks_of, set_clock
from service.delivery.answers.gone import NOT_GONE_YET, gone_to
from service.delivery.answers.replies import (
    Outcome,
    Reply,
    keep_outcome,
    keep_reply,
    publish_reply,
    replies_of,
    reply_file,
    take_back_reply,
)
from service.delivery.offices.identity import office_index
from service.delivery.offices.overview import office_seen, offices_seen
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.schedules.tellings import NO_ANSWER, name_of, telling_of, updates_of, was_cancelled
from service.web.desk.blueprint import get, post
from service.web.desk.delivering.days import read_day
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_here, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.render import Page, answer
from service.web.services import services

_PART = "desk.deliveries"


@get("/letters/<slug>/answers", Act.LOOK)
def answers(slug: str) -> Response:
    """List until when each recipient is to answer, and what came."""
    here, now = services(), services().now()
    with looking() as session:
        campaign = letter_here(session)
        keys = here.keyring.of(session, campaign.id)
        offices = offices_seen(session, here.keyring, campaign, here.outward, now=now)
        clocks = clocks_of(session, keys)
        gone = gone_to(session, keys, campaign)
        ready = {
            one.key: ready_for(
                session, keys, campaign, office_index(keys, one.office.as_record()), gone=gone, now=now
            )
            for one in offices
        }
        replies = replies_of(session, keys)
        updates = updates_of(session, campaign.id)
        outcome, is_public = campaign.outcome, campaign.published_at is not None
        silent_until, today = (
            campaign.silent_until,
            now.astimezone(zoneinfo.ZoneInfo(campaign.time_zone)).date(),
        )
    return desk_page(
        "answers.html",
        part=_PART,
        offices=offices,
        clocks=clocks,
        ready=ready,
        replies=replies,
        tellings={one.id: telling_of(updates, name_of(one.id)) for one in replies},
        # Of what was told otherwise, there is no update that could be cancelled.
        tellable={
            one.id for one in replies if one.told_at is None or was_cancelled(updates, name_of(one.id))
        },
        told_silence=telling_of(updates, NO_ANSWER),
        outcome=outcome,
        silent_until=silent_until,
        # The day that was waited for, once it is over.
        until=max((one.due_on for one in clocks.values() if one.due_on <= today), default=today),
        is_public=is_public,
        base=f"/desk/letters/{slug}",
    )


@get("/letters/<slug>/recipients/<office>/answer", Act.LOOK)
def office_answer(slug: str, office: str) -> Response:
    """Show what is known of one recipient's answer, and the question that is ready."""
    del slug
    return _office_page(office, FormState(values={}))


@post("/letters/<slug>/recipients/<office>/clock", Act.DELIVER)
def keep_clock(slug: str, office: str) -> Response:
    """Keep until when a recipient is to answer, and the number of its receipt."""
    here, entries = services(), request.form.to_dict()
    reader = Reader(entries)
    receipt = reader.line("receipt", Sentence("The number of the receipt"))
    due_on = reader.read("due_on", read_day, date.min)
    try:
        reader.refuse_if_wrong()
    except Misfilled as wrong:
        return _again(office, entries, wrong.errors)
    with acting() as session:
        clock = ClockSeen(due_on=due_on, receipt=receipt)
        set_clock(session, here.keyring, slug, office, clock, by=visit().by, now=here.now())
    return done(_path(slug, office), Sentence("It is kept until when an answer is expected."))


@post("/letters/<slug>/recipients/<office>/chase", Act.DELIVER)
def chase_office(slug: str, office: str) -> Response:
    """Mail a recipient the polite question that is ready."""
    here = services()
    with acting() as session:
        text = request.form.get("text", "")
        send_chase(session, here.keyring, slug, office, text=text, by=visit().by, now=here.now())
    return done(_path(slug, office), Sentence("The question is on its way."))


@post("/letters/<slug>/recipients/<office>/reply", Act.DELIVER)
def new_reply(slug: str, office: str) -> Response:
    """Keep what a recipient answered; only the secretariat sees it."""
    here, entries = services(), request.form.to_dict()
    reader = Reader(entries)
    came_on = reader.read("came_on", read_day, date.min)
    try:
        reader.refuse_if_wrong()
    except Misfilled as wrong:
        return _again(office, entries, wrong.errors)
    sent = request.files.get("file")
    reply = Reply(
        came_on=came_on,
        text=entries.get("text", ""),
        file_name=(sent.filename or "") if sent else "",
        file=sent.read() if sent else b"",
    )
    with acting() as session:
        keep_reply(session, here.keyring, slug, office, reply, by=visit().by, now=here.now())
    return done(
        f"/desk/letters/{slug}/answers",
        Sentence("The answer is kept, and only you of the secretariat see it. Decide next who is told."),
    )


@get("/letters/<slug>/answers/<reply>/file", Act.LOOK)
def answer_file(slug: str, reply: str) -> Response:
    """Give the file of an answer to save, whatever it is: nothing of it is shown or run here."""
    del slug
    here = services()
    with looking() as session:
        name, data = reply_file(session, here.keyring.of(session, letter().id), reply)
    del name
    response = answer(data, media_type="application/octet-stream")
    response.headers["Content-Disposition"] = 'attachment; filename="answer"'
    return response


@post("/letters/<slug>/answers/<reply>/publish", Act.DELIVER)
def publish_answer(slug: str, reply: str) -> Response:
    """Let these words of an answer stand on the letter's public page."""
    here = services()
    with acting() as session:
        text = request.form.get("text", "")
        publish_reply(session, here.keyring, letter().id, reply, text=text, by=visit().by, now=here.now())
    undo = {"action": f"/desk/letters/{slug}/answers/{reply}/take-back"}
    return done(
        f"/desk/letters/{slug}/answers", Sentence("The answer stands on the letter's page."), undo=undo
    )


@post("/letters/<slug>/answers/<reply>/take-back", Act.DELIVER)
def take_back_answer(slug: str, reply: str) -> Response:
    """Take an answer off the letter's public page."""
    here = services()
    with acting() as session:
        take_back_reply(session, letter().id, reply, by=visit().by, now=here.now())
    return done(f"/desk/letters/{slug}/answers", Sentence("The answer is off the letter's page."))


@post("/letters/<slug>/outcome", Act.DELIVER)
def letter_outcome(slug: str) -> Response:
    """Keep how the letter ended; with a day, the letter's page says that by then no answer had come."""
    here = services()
    wanted, day = request.form.get("outcome", ""), request.form.get("until", "")
    if wanted not in {"", *Outcome}:
        raise Refused(Sentence("Choose how the letter ended."))
    until = read_day(day) if day else None
    with acting() as session:
        outcome = Outcome(wanted) if wanted else None
        was_said = letter_here(session).silent_until is not None
        keep_outcome(session, letter().id, outcome, silent_until=until, by=visit().by, now=here.now())
    if until is not None:
        said = Sentence("The letter's page says now that no answer had come by that day.")
    elif was_said:
        said = Sentence("The letter's page says no more that no answer came.")
    else:
        said = Sentence("It is kept how the letter ended. Nothing was published.")
    return done(f"/desk/letters/{slug}/answers", said)


def _office_page(key: str, form: FormState) -> Page:
    here, now = services(), services().now()
    with looking() as session:
        campaign = letter_here(session)
        keys = here.keyring.of(session, campaign.id)
        seen = office_seen(session, here.keyring, campaign, key, here.outward, now=now)
        index = office_index(keys, seen.office.as_record())
        clock = clocks_of(session, keys).get(key)
        gone = gone_to(session, keys, campaign)
        ready = ready_for(session, keys, campaign, index, gone=gone, now=now)
        sent = [(one.number, one.sent_at, one.sent_by) for one in chases_of(session, keys, index)]
        names = names_of(session, here.keyring.desk, [by for _, _, by in sent])
    known = {"due_on": clock.due_on.isoformat(), "receipt": clock.receipt} if clock else {}
    return desk_page(
        "office_answer.html",
        part=_PART,
        status=422 if form.is_wrong else 200,
        form=form if form.is_wrong else FormState(values=known),
        seen=seen,
        clock=clock,
        not_gone="" if index in gone else NOT_GONE_YET,
        ready=ready,
        sent=sent,
        names=names,
        draft=DRAFT.with_values(title=letter().title),
        base=f"/desk/letters/{letter().slug}/recipients/{key}",
    )


def _again(key: str, entries: Mapping[str, str], errors: Mapping[str, str]) -> Page:
    return _office_page(key, FormState(values=shown_again(entries), errors=errors))


def _path(slug: str, key: str) -> str:
    return f"/desk/letters/{slug}/recipients/{key}/answer"
