"""The letter editor: the text in each language, kept while it is typed, saved with all its checks, shown as it will look."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Response, request

from service.campaigns.contents import open_file
from service.campaigns.writing.drafts import Typed, have_back, keep_draft, throw_away
from service.campaigns.writing.locks import begin_editing, end_editing, take_over
from service.campaigns.writing.save import (
    SavedMeanwhile,
    Saving,
    SomebodyElseEdits,
    drop_language,
    save_text,
)
from service.campaigns.writing.words import FaultyText, WrittenText, languages_of
from service.coordinators.permissions import Act
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.letter.word_reading import LARGEST_WORD_FILE, read_word
from service.signing.draft_view import draft_edition
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.text_form import read_language, read_written, shaped
from service.web.desk.text_page import (
    SAVED,
    Editing,
    beside_of,
    blank_text,
    look_at_text,
    show_text,
    text_path,
)
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.languages import with_others
from service.web.render import answer, see_other
from service.web.services import services

# A letter's longest parts, in a script of three bytes a letter, and a file of Word beside them.
_LARGEST = 3_000_000 + LARGEST_WORD_FILE

_MEANWHILE = Sentence(
    "Somebody else saved this text after you opened it. Your words are kept and stand below, with what differs;"
    " nothing of either is lost. Save once more to put yours in place of theirs."
)
_TAKEN_OVER = Sentence(
    "{name} took this text over at {moment}. Your words are kept as yours and stand below, with what differs from"
    " what is saved; they were not saved."
)
_EDITED = Sentence(
    "{name} has been editing this text since {moment}. Your words are kept as yours; they were not saved. Take the"
    " text over, then save."
)
_NO_FILE = Sentence("Choose a Word file (.docx) first.")


@get("/letters/<slug>/text", Act.LOOK)
def text(slug: str) -> Response:
    """Show the text in one language: as a form, or as it is where it is final or the reader may not edit it."""
    del slug
    return show_text(look_at_text(request.args.get("language", "")), is_new=bool(request.args.get("new")))


@post("/letters/<slug>/text", Act.EDIT_TEXT, most_bytes=_LARGEST)
def change_text(slug: str) -> Response:
    """Do what the pressed button says; whatever stands in the form is kept first."""
    del slug
    entries = request.form.to_dict()
    what, _, place = entries.get("do", "").partition(".")
    if what == "add-language":
        return _add_language(entries)
    language = read_language(entries.get("language", ""))
    if what in {"throw-away", "have-back", "drop-language"}:
        return _with_language(what, language)
    written, base = read_written(entries, language=language, is_own=language == letter().language)
    if what == "word":
        return _read_file(written, base, into=place or "body")
    shaped_text, look_at = shaped(written, what, place)
    _keep(shaped_text, base, over=what == "take-over")
    if what == "save":
        return _save(shaped_text, base)
    if what == "revise":
        return see_other(text_path(below="revision"))
    if what == "pdf":
        return see_other(text_path(language, below="draft.pdf"))
    return see_other(text_path(language, fragment=f"ask-{look_at}" if look_at else _SEEN_AT.get(what, "")))


_SEEN_AT = {"show": "first-page", "ask-drop": "asks", "take-over": "letter-text"}


@post("/letters/<slug>/text/keep", Act.EDIT_TEXT, most_bytes=_LARGEST)
def keep_text(slug: str) -> Response:
    """Keep what is typed, for the script of the page; answers with what stands beside the form."""
    del slug
    entries = request.form.to_dict()
    language = read_language(entries.get("language", ""))
    written, base = read_written(entries, language=language, is_own=language == letter().language)
    _keep(written, base)
    return desk_page("text_beside.html", part="desk.text", **beside_of(look_at_text(language)))


@get("/letters/<slug>/text/first-page.svg", Act.LOOK)
def first_page(slug: str) -> Response:
    """Give the first page as it would look with what stands in this coordinator's form."""
    del slug
    seen, here = look_at_text(request.args.get("language", "")), services()
    with looking() as session:
        edition = draft_edition(session, here.keyring, letter_row(session), seen.text, now=here.now())
    preview = here.previewer.preview(edition)
    return answer(preview.svg, media_type="image/svg+xml")


@get("/letters/<slug>/text/draft.pdf", Act.LOOK)
def draft_pdf(slug: str) -> Response:
    """Give the whole letter as it would look, marked as a draft on each page."""
    seen, here = look_at_text(request.args.get("language", "")), services()
    with looking() as session:
        edition = draft_edition(session, here.keyring, letter_row(session), seen.text, now=here.now())
    made = compile_copy(make_copy(edition, audience="public", office=None), form="pdf", fonts=here.fonts)
    response = answer(made.data, media_type=made.media_type)
    response.headers["Content-Disposition"] = f'inline; filename="{slug}-draft.pdf"'
    return response


def _keep(written: WrittenText, base: str, *, notes: tuple[str, ...] = (), over: bool = False) -> None:
    here, who = services(), visit().coordinator_id
    with acting() as session:
        keep_draft(
            session,
            here.keyring,
            campaign_id=letter().id,
            who=who,
            typed=Typed(text=written, base=base, notes=notes),
            now=here.now(),
        )
        begin = take_over if over else begin_editing
        begin(session, campaign_id=letter().id, language=written.language, who=who, now=here.now())


def _save(written: WrittenText, base: str) -> Response:
    here, saving = services(), Saving(who=visit().coordinator_id, base=base)
    language = written.language
    try:
        with acting() as session:
            save_text(session, here.keyring, letter().id, written, saving, now=here.now())
    except FaultyText as faulty:
        return show_text(look_at_text(language), status=422, faults=faulty)
    except SavedMeanwhile:
        return show_text(look_at_text(language), status=409, notice=_MEANWHILE)
    except SomebodyElseEdits:
        seen = look_at_text(language)
        return show_text(seen, status=409, notice=_held(seen))
    except NotFound:
        raise
    except Refused as refusal:
        return show_text(look_at_text(language), status=422, notice=str(refusal))
    return done(text_path(language), SAVED)


def _held(seen: Editing) -> Sentence:
    if seen.editor is None:
        return _MEANWHILE
    words = _TAKEN_OVER if seen.editor.took_over else _EDITED
    return words.with_values(name=seen.editor.name, moment=beside_of(seen)["editor_since"])


def _add_language(entries: Mapping[str, str]) -> Response:
    try:
        language = read_language(with_others(entries).get("new_language", ""))
    except Refused as refusal:
        errors = {"new_language": str(refusal)}
        seen = look_at_text()
        return show_text(seen, status=422, notice=errors["new_language"])
    here = services()
    with looking() as session:
        file = open_file(session, here.keyring, letter_row(session))
    if language not in languages_of(file) and language not in look_at_text().drafts:
        _keep(blank_text(file, language), "")
    return see_other(text_path(language))


def _with_language(what: str, language: str) -> Response:
    here, who = services(), visit().coordinator_id
    seen = None
    with acting() as session:
        if what == "throw-away":
            throw_away(session, campaign_id=letter().id, who=who, language=language, now=here.now())
            end_editing(session, campaign_id=letter().id, language=language, who=who)
        elif what == "have-back":
            have_back(session, campaign_id=letter().id, who=who, language=language)
        else:
            seen = language
            drop_language(session, here.keyring, letter().id, language, who=who, now=here.now())
    if what == "throw-away":
        undo = {"action": text_path(), "do": "have-back", "language": language}
        return done(text_path(), Sentence("The unsaved changes were thrown away."), undo=undo)
    if what == "have-back":
        return done(text_path(language), Sentence("Here are the unsaved changes again."))
    return done(text_path(), Sentence("The text in {language} was taken out.", language=seen))


def _read_file(written: WrittenText, base: str, *, into: str) -> Response:
    given = request.files.get("word")
    data = given.read(LARGEST_WORD_FILE + 1) if given else b""
    _keep(written, base)
    if not data:
        return show_text(look_at_text(written.language), status=422, notice=_NO_FILE)
    try:
        read = read_word(data)
    except Refused as refusal:
        return show_text(look_at_text(written.language), status=422, notice=str(refusal))
    if into == "ending":
        filled = replace(written, ending=read.body)
    else:
        filled = replace(written, body=read.body, title=read.title or written.title)
    _keep(filled, base, notes=read.left_out)
    return see_other(text_path(written.language, fragment="changes"))
