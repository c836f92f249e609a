"""The end of a letter's personal data: look what goes and when, ask for it, say that it goes now, or put it off."""

from collections.abc import Mapping

from flask import Response, request

from service.campaigns.contents import open_file
from service.campaigns.file_tables import LONGEST_RETENTION_DAYS
from service.coordinators.names import names_of
from service.coordinators.permissions import Act
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.retention import Retention
from service.model.states import CampaignState
from service.signing.invitees.directory import keep_willing
from service.upkeep.outlook import letter_outlook, letter_plan
from service.upkeep.purge import ask_for_purge, keep_for, may_purge_at_once, purge_at_once
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done, pages_for
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.services import services

_ASKED = Sentence(
    "Asked: the secretariat is told, and it goes in two weeks, or as soon as somebody else of you says so here."
)
_GONE = Sentence(
    "The keys are gone: nothing that was sealed of this letter opens any more. What is left of its rows goes within the hour."
)
_KEPT = Sentence("It is kept until somebody asks that it goes.")
_NAME_IT = Sentence("Type the letter's short name as it stands here: nothing brings the data back.")
_HOW_MANY = Sentence("Give a number of days from 0 to {most}.", most=LONGEST_RETENTION_DAYS)


@get("/letters/<slug>/purge", Act.LOOK)
def purge(slug: str) -> Response:
    """Show what becomes of the letter's personal data, and, where that is asked for, how much would go."""
    del slug
    return _page(FormState(values={}))


@post("/letters/<slug>/purge/ask", Act.PURGE)
def ask_purge(slug: str) -> Response:
    """Ask that the letter's personal data goes."""
    with acting() as session:
        ask_for_purge(session, slug, by=visit().by, now=services().now())
    return done(_base(), _ASKED)


@post("/letters/<slug>/purge/now", Act.PURGE)
def purge_now(slug: str) -> Response:
    """Delete the letter's personal data now, as somebody else has asked."""
    here, entries = services(), request.form.to_dict()
    reader = Reader(entries)
    reader.read("named", _is_named, "")
    if reader.errors:
        return _page(FormState(values=shown_again(entries), errors=reader.errors))
    with acting() as session:
        may_purge_at_once(session, slug, by=visit().by, now=here.now())
    _keep_willing()
    with acting() as session:
        purge_at_once(session, here.keyring, slug, by=visit().by, now=here.now())
    return done(_base(), _GONE)


@post("/letters/<slug>/purge/keep", Act.PURGE)
def keep_longer(slug: str) -> Response:
    """Say for how long the letter's personal data is kept; a purge that was told of is put off."""
    entries = request.form.to_dict()
    try:
        days = _read_days(entries)
    except Misfilled as wrong:
        return _page(FormState(values=shown_again(entries), errors=wrong.errors))
    with acting() as session:
        keep_for(session, slug, days=days, by=visit().by, now=services().now())
    if days is None:
        return done(_base(), _KEPT)
    said = Sentence(
        "It is kept for {n} day from its answer or its archiving.",
        "It is kept for {n} days from its answer or its archiving.",
        n=days,
    )
    return done(_base(), said)


def _page(form: FormState) -> Response:
    here, who, is_counted = services(), visit(), request.args.get("count") == "yes"
    with looking() as session:
        campaign = letter_row(session)
        # To count all of a letter of many sign-ons takes seconds: it is done when it is asked for.
        plan = (
            letter_outlook(session, campaign.slug, now=here.now())
            if is_counted
            else letter_plan(session, campaign.slug)
        )
        row = session.get(Retention, campaign.id)
        asked_by = row.asked_by if row is not None else ""
        names = names_of(session, here.keyring.desk, [asked_by])
        file_days = (
            None if letter().is_purged else open_file(session, here.keyring, campaign).purge_after_days
        )
    return desk_page(
        "purge.html",
        part="desk.overview",
        status=422 if form.is_wrong else 200,
        form=form,
        plan=plan,
        is_counted=is_counted,
        rows=[(name, number) for name, number in plan.rows if number],
        # Before it is put away, its file says how long, unless somebody has said otherwise.
        days=plan.keep_days if row is not None else file_days,
        is_archived=campaign.state is CampaignState.ARCHIVED,
        is_purged=letter().is_purged,
        asked_by=names[asked_by] if asked_by else "",
        is_own=asked_by == who.by and not campaign.solo,
        most_days=LONGEST_RETENTION_DAYS,
        mirror=f"undersigned campaign mirror {campaign.slug} --out FOLDER",
        pages=pages_for(who),
        base=_base(),
    )


def _keep_willing() -> None:
    """Keep for next letters whoever asked for it, a part at a time: the shred, which looks once more, holds others up less."""
    here = services()
    after: str | None = ""
    while after is not None:
        with acting() as session:
            part = keep_willing(
                session, here.keyring, letter_row(session), after=after, by=visit().by, now=here.now()
            )
        after = part.last


def _is_named(text: str) -> str:
    if text.strip() != letter().slug:
        raise Refused(_NAME_IT)
    return text


def _read_days(entries: Mapping[str, str]) -> int | None:
    """Read for how many days; None until somebody asks."""
    if entries.get("until") == "asked":
        return None
    reader = Reader(entries)
    found = reader.read("days", _days, 0)
    reader.refuse_if_wrong()
    return found


def _days(text: str) -> int:
    written = text.strip()
    if not (
        written.isascii()
        and written.isdecimal()
        and len(written) < 6
        and int(written) <= LONGEST_RETENTION_DAYS
    ):
        raise Refused(_HOW_MANY)
    return int(written)


def _base() -> str:
    return f"/desk/letters/{letter().slug}/purge"
