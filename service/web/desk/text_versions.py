"""The versions of a letter's text, what each changed, and the way to the next one of a text that is final."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response, request

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile, revision_record
from service.campaigns.moments import moment_of
from service.campaigns.queries import present_revision
from service.campaigns.revise import LEAST_TIME, Change, revise, revisions_of
from service.campaigns.text_parts import text_parts
from service.campaigns.writing.drafts import all_unsaved, drop_draft
from service.campaigns.writing.locks import end_editing
from service.campaigns.writing.words import FaultyText, file_with
from service.coordinators.permissions import Act
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.letter.difference import difference
from service.model.states import CampaignState
from service.signing.ask import ask_signatories
from service.signing.draft_view import revision_words
from service.signing.secretariat.kept_figures import known_tally
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.text_form import with_line
from service.web.desk.text_page import refuse_deleted, text_path
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
    languages: tuple[str, ...]


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
    until = visit_zone_moment(services().now() + LEAST_TIME + timedelta(hours=24))
    return _show(_look(), FormState(values={"until": until}))


@post("/letters/<slug>/text/revision", Act.EDIT_TEXT)
def make_version(slug: str) -> Response:
    """Make the new version, and write to those who signed an earlier one."""
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
    here, who = services(), visit()
    try:
        with acting() as session:
            change = Change(file=seen.file, objections_until=until, reason=reason)
            made = revise(session, here.keyring, letter().slug, change, by=who.by, now=here.now())
            ask_signatories(session, here.keyring, letter_row(session), now=here.now())
            for language in seen.languages:
                drop_draft(session, campaign_id=letter().id, who=who.coordinator_id, language=language)
                end_editing(session, campaign_id=letter().id, language=language, who=who.coordinator_id)
            number = made.number
    except NotFound:
        raise
    except Refused as refusal:
        notice = " ".join((str(refusal), *refusal.faults))
        return _show(_look(), FormState(values=shown_again(entries), notice=notice))
    told = Sentence(
        "Version {number} is the text now. Everybody who signed an earlier one is asked.", number=number
    )
    return done(text_path(), told)


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
        number = present.number + 1
    languages = tuple(drafts)
    try:
        wanted = file_with(file, [one.text for one in drafts.values()]) if drafts else file
    except FaultyText as faulty:
        told = tuple(with_line(one) for one in faulty.found)
        return _Next(file=None, faults=told, passages=(), number=number, languages=languages)
    passages = difference(text_parts(words), text_parts(revision_record(wanted)))
    return _Next(
        file=wanted if passages else None,
        faults=(),
        passages=shown_passages(passages, language=letter().language),
        number=number,
        languages=languages,
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
