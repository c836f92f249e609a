"""Emergency: one owner hides all names, stops mail and ends links by one press; two bring them back."""

from flask import Response, request

from service.campaigns import halt
from service.coordinators.permissions import Act
from service.coordinators.second_look import NOT_ASKED, approved_look, decide_look, get_look, waiting_looks
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.second_look import Verdict
from service.web.desk.blueprint import get, post
from service.web.desk.older import is_older_alive
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.services import services

_OLDER_ENDS = Sentence(
    "Done. No mail leaves. An earlier version of the service still runs: its pages may show names for up to half a minute"
    " more, until it has ended. Look at the public page then; if names are still there, have the service stopped."
)
_NOT_MEANT = Sentence("Press the button on the emergency page of the letter.")


@get("/letters/<slug>/emergency", Act.EMERGENCY)
def emergency(slug: str) -> Response:
    """Show what the press does, or what it has done and how it is ended."""
    del slug
    here, who = services(), visit()
    with looking() as session:
        campaign = letter_row(session)
        looks = waiting_looks(session, campaign.id, now=here.now())
        approved = approved_look(session, campaign.id, halt.END, now=here.now())
    asked = [one for one in looks if one.act == halt.END]
    return desk_page(
        "emergency.html",
        part="desk.overview",
        campaign=campaign,
        mine=[one for one in asked if one.asked_by == who.by],
        others=[one for one in asked if one.asked_by != who.by],
        approved=approved,
        base=_base(),
    )


@post("/letters/<slug>/emergency", Act.EMERGENCY)
def begin_emergency(slug: str) -> Response:
    """Hide all names, stop mail and end links, at once."""
    _refuse_unless("hide")
    with acting() as session:
        # Whoever is in a hurry presses twice, and is to read that it is done.
        if letter_row(session).emergency_at is None:
            halt.begin_emergency(session, slug, by=visit().by, now=services().now())
    if is_older_alive():
        return done(_base(), _OLDER_ENDS)
    return done(
        _base(),
        Sentence("Done. No page shows a name or a number, no mail leaves, and no link opens anything."),
    )


@post("/letters/<slug>/emergency/ask", Act.EMERGENCY_END)
def ask_emergency_end(slug: str) -> Response:
    """Ask a second coordinator to end the emergency."""
    _refuse_unless("end")
    with acting() as session:
        halt.ask_to_end_emergency(session, slug, by=visit().by, now=services().now())
    return done(_base(), Sentence("A second owner has to agree on this page before anything is shown again."))


@post("/letters/<slug>/emergency/end", Act.EMERGENCY_END)
def end_emergency(slug: str) -> Response:
    """Agree, as the second one, that the emergency ends, or not; or take the question back."""
    here, who, look = services(), visit(), request.form.get("look", "")
    verdict = next((one for one in Verdict if one.value == request.form.get("verdict")), None)
    is_decided = request.form.get("verdict") == "done"
    if verdict is None and not is_decided:
        raise Refused(_NOT_MEANT)
    with acting() as session:
        if verdict is not None:
            if get_look(session, look, campaign_id=letter().id).act != halt.END:
                raise NotFound(NOT_ASKED)
            decide_look(session, look, campaign_id=letter().id, verdict=verdict, by=who.by, now=here.now())
        if is_decided or verdict is Verdict.APPROVED:
            halt.end_emergency(session, slug, look, by=who.by, now=here.now())
    if verdict is Verdict.APPROVED:
        return done(
            _base(), Sentence("The emergency is over: pages, links and mail are as they were before.")
        )
    return done(_base(), Sentence("Everything stays hidden."))


def _refuse_unless(meant: str) -> None:
    # One press is enough, and nobody does it by a form that was not that button.
    if request.form.get("meant", "") != meant:
        raise Refused(_NOT_MEANT)


def _base() -> str:
    return f"/desk/letters/{letter().slug}/emergency"
