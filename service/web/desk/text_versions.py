"""The versions of a letter's text, what each changed, and the way to the next one of a text that is final."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response, request

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile, revision_record
from service.campaigns.freezing import REVISE
from service.campaigns.moments import moment_of
from service.campaigns.queries import present_revision
from service.campaigns.revise import LEAST_TIME, Change, revise, revisions_of
from service.campaigns.revising import ask_to_revise, change_asked_for
from service.campaigns.text_parts import text_parts
from service.campaigns.writing.drafts import all_unsaved
from service.campaigns.writing.words import FaultyText, file_with
from service.coordinators.permissions import Act
from service.coordinators.second_look import NOT_ASKED, get_look
from service.coordinators.second_look_notice import tell_second
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence, in_a_row
from service.letter.difference import difference
from service.model.states import CampaignState
from service.signing.draft_view import revision_words
from service.signing.new_version import make_version as make_version_now
from service.signing.secretariat.kept_figures import known_tally
from service.store.transaction import trial
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.text_form import with_line
from service.web.desk.text_page import refuse_deleted, text_path
from service.web.desk.text_second import now_the_text
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.differences import ShownPassage, shown_passages
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.render import see_other
from service.web.services import services

_NOTHING_NEW = Sentence("There is nothing unsaved that would make a new version: write it first.")
_NO_MOMENT = Sentence("Give the day and hour until which people may object, like 2026-12-05T17:00.")


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of the text as the page lists it."""

    number: int
    sha256: str
    at: datetime
    path: str


@dataclass(frozen=True, kw_only=True, repr=False)
class _Next:
    file: CampaignFile | None
    faults: tuple[str, ...]
    passages: tuple[ShownPassage, ...]
    number: int
    is_solo: bool


@get("/letters/<slug>/text/versions", Act.LOOK)
def text_versions(slug: str) -> Response:
    """List the versions, and show what one of them changed."""
    refuse_deleted()
    del slug
    here, wanted = services(), request.args.get("version", "")
    with looking() as session:
        campaign = letter_row(session)
        rows = revisions_of(session, campaign)
        records = {row.number: revision_words(session, here.keyring, row) for row in rows}
    versions = [
        Version(
            number=row.number,
            sha256=row.sha256,
            at=visit().local(row.frozen_at),
            path=text_path(below="versions", version=str(row.number)),
        )
        for row in reversed(rows)
    ]
    shown = next((row.number for row in rows if str(row.number) == wanted and row.number > 1), 0)
    if wanted and not shown:
        raise NotFound(Sentence("There is no such version to compare."))
    passages = (
        shown_passages(
            difference(text_parts(records[shown - 1]), text_parts(records[shown])),
            language=letter().language,
        )
        if shown
        else ()
    )
    return desk_page(
        "text_versions.html",
        part="desk.text",
        versions=versions,
        shown=shown,
        passages=passages,
        text_path=text_path,
    )


@get("/letters/<slug>/text/revision", Act.EDIT_TEXT)
def next_version(slug: str) -> Response:
    """Show what a new version would change, and ask on which terms it is put to those who signed."""
    del slug
    if letter().state is CampaignState.DRAFT:
        return see_other(text_path())
    if request.args.get("of"):
        return _show_asked(request.args["of"][:32])
    until = visit_zone_moment(services().now() + LEAST_TIME + timedelta(hours=24))
    return _show(_look(), FormState(values={"until": until}))


@post("/letters/<slug>/text/revision", Act.EDIT_TEXT)
def make_version(slug: str) -> Response:
    """Ask a second coordinator for the new version; one person alone makes it, and those who signed are written to."""
    del slug
    if letter().state is CampaignState.DRAFT:
        return see_other(text_path())
    entries = request.form.to_dict()
    try:
        until, reason = _read_terms(entries)
    except Misfilled as wrong:
        return _show(_look(), FormState(values=shown_again(entries), errors=wrong.errors))
    seen = _look()
    if seen.file is None:
        return _show(seen, FormState(values=shown_again(entries), notice=_NOTHING_NEW))
    change = Change(file=seen.file, objections_until=until, reason=reason)
    try:
        told = _make(change) if seen.is_solo else _ask(change)
    except NotFound:
        raise
    except Refused as refusal:
        notice = in_a_row((str(refusal), *refusal.faults))
        return _show(_look(), FormState(values=shown_again(entries), notice=notice))
    return done(text_path(), told)


def _make(change: Change) -> Sentence:
    here, who = services(), visit()
    with acting() as session:
        number = make_version_now(
            session, here.keyring, letter().slug, change, writer=who.coordinator_id, by=who.by, now=here.now()
        )
    return now_the_text(number)


def _ask(change: Change) -> Sentence:
    here, who, slug = services(), visit(), letter().slug
    # What would be refused once it is approved is said now.
    with trial(here.engine) as session:
        revise(session, here.keyring, slug, change, by=who.by, now=here.now())
    with acting() as session:
        look = ask_to_revise(session, here.keyring, slug, change, by=who.by, now=here.now())
        tell_second(session, look, Act.FREEZE, now=here.now())
    return Sentence(
        "Another coordinator has to look at exactly this first; it was asked for. If you write on, ask again."
    )


def _show_asked(look_id: str) -> Response:
    here = services()
    with looking() as session:
        campaign = letter_row(session)
        look = get_look(session, look_id, campaign_id=campaign.id)
        if look.act != REVISE or look.verdict is not None:
            raise NotFound(NOT_ASKED)
        change = change_asked_for(session, here.keyring, campaign, look)
        words = revision_words(session, here.keyring, present_revision(session, campaign))
    passages = difference(text_parts(words), text_parts(revision_record(change.file)))
    seen = _Next(
        file=change.file,
        faults=(),
        passages=shown_passages(passages, language=letter().language),
        number=look.thing["number"],
        is_solo=False,
    )
    return desk_page(
        "text_revision.html",
        part="desk.text",
        seen=seen,
        asked={"until": visit().local(change.objections_until), "reason": change.reason},
        text_path=text_path,
    )


def visit_zone_moment(moment: datetime) -> str:
    """Write a moment on the letter's clock, as a field for days and hours takes it."""
    local = moment.astimezone(ZoneInfo(letter().time_zone))
    return f"{local:%Y-%m-%dT%H:%M}"


def _look() -> _Next:
    refuse_deleted()
    here, who = services(), visit()
    with looking() as session:
        campaign = letter_row(session)
        file = open_file(session, here.keyring, campaign)
        drafts = all_unsaved(session, here.keyring, campaign_id=campaign.id, who=who.coordinator_id)
        present = present_revision(session, campaign)
        words = revision_words(session, here.keyring, present)
        number, is_solo = present.number + 1, campaign.solo
    try:
        wanted = file_with(file, [one.text for one in drafts.values()]) if drafts else file
    except FaultyText as faulty:
        told = tuple(with_line(one) for one in faulty.found)
        return _Next(file=None, faults=told, passages=(), number=number, is_solo=is_solo)
    passages = difference(text_parts(words), text_parts(revision_record(wanted)))
    return _Next(
        file=wanted if passages else None,
        faults=(),
        passages=shown_passages(passages, language=letter().language),
        number=number,
        is_solo=is_solo,
    )


def _show(seen: _Next, form: FormState) -> Response:
    with looking() as session:
        known = known_tally(session, services().keyring, letter_row(session))
    return desk_page(
        "text_revision.html",
        status=422 if form.is_wrong else 200,
        part="desk.text",
        form=form,
        seen=seen,
        asked=None,
        waiting=known.tally.earlier,
        as_of=known.as_of,
        zone=letter().time_zone,
        text_path=text_path,
    )


def _read_terms(entries: Mapping[str, str]) -> tuple[datetime, str]:
    reader = Reader(entries)

    def until(text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise Refused(_NO_MOMENT) from error
        if moment.tzinfo is not None:
            raise Refused(_NO_MOMENT)
        return moment_of(moment, ZoneInfo(letter().time_zone))

    found = reader.read("until", until, services().now())
    reason = entries.get("reason", "")
    reader.refuse_if_wrong()
    return found, reason
