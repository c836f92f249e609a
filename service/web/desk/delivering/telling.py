"""Those who signed are told of an answer, or that none came: an update that another coordinator sees and approves."""

import zoneinfo
from datetime import datetime
from typing import Any

from flask import Response, request

from service.campaigns.contents import open_file
from service.coordinators.permissions import Act
from service.delivery.answers.replies import Outcome, get_reply, mark_told
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.anchor import Anchor
from service.model.update import UpdateAudience
from service.schedules.audience import Audience
from service.schedules.due import Timing
from service.schedules.plan import Plan
from service.schedules.planned_updates import UpdateText, plan_update
from service.schedules.tellings import NO_ANSWER, name_of, next_name, updates_of
from service.signing.own_words import read_words, refuse_without_event
from service.web.desk.blueprint import post
from service.web.desk.page import done
from service.web.desk.visit import acting, letter, letter_here, visit
from service.web.services import services

PLANNED = Sentence(
    "It is planned. Another coordinator approves it among the planned sendings; until then nothing goes."
)
NOT_WITHOUT_ANSWER = Sentence("Note first that no answer came; then those who signed can be told.")
WHICH_MOMENT = Sentence("Give day and hour like 2026-12-01T09:00.")


@post("/letters/<slug>/answers/<reply>/tell", Act.SEND)
def tell_answer(slug: str, reply: str) -> Response:
    """Plan an update about an answer for those who signed; a second coordinator approves it."""
    here = services()
    with acting() as session:
        get_reply(session, letter().id, reply)
        plan, text = _telling(session, next_name(updates_of(session, letter().id), name_of(reply)))
        made = plan_update(session, here.keyring, slug, plan, text, by=visit().by, now=here.now()).id
        mark_told(session, letter().id, reply, by=visit().by, now=here.now())
    return done(f"/desk/letters/{slug}/sends/{made}", PLANNED)


@post("/letters/<slug>/outcome/tell", Act.SEND)
def tell_outcome(slug: str) -> Response:
    """Plan an update for those who signed that no answer came; a second coordinator approves it."""
    here = services()
    with acting() as session:
        if letter_here(session).outcome != Outcome.NO_ANSWER.value:
            raise Refused(NOT_WITHOUT_ANSWER)
        plan, text = _telling(session, next_name(updates_of(session, letter().id), NO_ANSWER))
        made = plan_update(session, here.keyring, slug, plan, text, by=visit().by, now=here.now()).id
    return done(f"/desk/letters/{slug}/sends/{made}", PLANNED)


def _telling(session: Any, name: str) -> tuple[Plan, UpdateText]:
    """Read what those who signed are to be told, and when; raises Refused where nothing is written."""
    entries = request.form
    subject, body = entries.get("subject", ""), entries.get("body", "")
    if not subject.strip() or not body.strip():
        raise Refused(Sentence("Write a subject and a text for those who signed."))
    words = read_words(subject, body, needs_subject=True)
    file = open_file(session, services().keyring, letter_here(session))
    refuse_without_event(f"{subject}\n{body}", file)
    plan = Plan(
        name=name,
        timing=Timing(anchor=Anchor.AT, local=_moment(entries.get("at", ""))),
        audience=Audience(),
    )
    return plan, UpdateText(words=words, audience=UpdateAudience.SIGNATORIES)


def _moment(text: str) -> str:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Refused(WHICH_MOMENT) from error
    zone = zoneinfo.ZoneInfo(letter().time_zone)
    local = found.astimezone(zone) if found.tzinfo else found
    return local.replace(tzinfo=None).isoformat(timespec="seconds")
