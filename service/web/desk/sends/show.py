"""After the release: the steps of the run of show and the proof round, each with what can be said of it."""

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.errors import NotFound
from service.foundation.sentence import Sentence
from service.model.show import Step, Word
from service.model.states import ShowState
from service.schedules.sends.days import STEPS
from service.schedules.sends.listing import NO_SUCH
from service.schedules.sends.proof_counts import proof_counts
from service.schedules.sends.show_said import STATES, WHY
from service.schedules.show import WATCHED
from service.schedules.show_facts import has_show
from service.schedules.show_listing import list_show
from service.schedules.show_word import go_on, resume_show, skip_step, stop_show
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.sends.pages import PART
from service.web.desk.sends.shown import by_name, on_clocks
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.services import services

_SECOND = Sentence("Said. Another coordinator has to say it too.")


@get("/letters/<slug>/show", Act.LOOK)
def show(slug: str) -> Response:
    """Show the steps that follow the release of the letter."""
    del slug
    here, who = services(), visit()
    with looking() as session:
        campaign = letter_row(session)
        lines = list_show(session, here.keyring, campaign, now=here.now())
        steps = [
            {
                "line": line,
                "code": line.step.value,
                "what": STEPS[line.step],
                "state": STATES[line.state],
                "why": WHY[line.reason],
                "at": on_clocks(line.at) if line.at is not None else None,
                "is_own_word": line.word_by == who.by,
                "said_by": by_name(session, line.word_by) if line.word_by else "",
                "may_go": not line.is_over and line.step not in WATCHED,
            }
            for line in lines
        ]
        proof = proof_counts(session, campaign)
    return desk_page(
        "sends/show.html",
        part=PART,
        steps=steps,
        has_show=has_show(campaign),
        proof=proof,
        is_stopped=any(line.state is ShowState.STOPPED for line in lines),
        has_begun=any(line.state is not ShowState.WAITING for line in lines),
        skip=Word.SKIP.value,
    )


@post("/letters/<slug>/show/go", Act.DELIVER)
def go_show(slug: str) -> Response:
    """Do a step now."""
    here, chosen = services(), _step()
    with acting() as session:
        said = go_on(
            session,
            here.keyring,
            slug,
            chosen,
            public_url=here.public_url,
            by=visit().by,
            now=here.now(),
        )
    return done(_show(), Sentence("The step goes now.") if said.is_done else _SECOND)


@post("/letters/<slug>/show/skip", Act.DELIVER)
def skip_show(slug: str) -> Response:
    """Leave a step out, with the reason."""
    here, chosen = services(), _step()
    why = request.form.get("why", "")
    with acting() as session:
        said = skip_step(session, here.keyring, slug, chosen, why=why, by=visit().by, now=here.now())
    return done(_show(), Sentence("The step is left out.") if said.is_done else _SECOND)


@post("/letters/<slug>/show/stop", Act.DELIVER)
def stop_steps(slug: str) -> Response:
    """Let nothing more of it happen by itself."""
    with acting() as session:
        stop_show(session, slug, by=visit().by, now=services().now())
    return done(
        _show(),
        Sentence("Stopped: nothing more of it happens by itself."),
        undo={"action": f"{_show()}/resume"},
    )


@post("/letters/<slug>/show/resume", Act.DELIVER)
def resume_steps(slug: str) -> Response:
    """Let what was stopped go on in its turn."""
    with acting() as session:
        resume_show(session, slug, by=visit().by, now=services().now())
    return done(_show(), Sentence("It goes on."), undo={"action": f"{_show()}/stop"})


def _step() -> Step:
    try:
        return Step(request.form.get("step", ""))
    except ValueError as error:
        raise NotFound(NO_SUCH) from error


def _show() -> str:
    return f"/desk/letters/{letter().slug}/show"
