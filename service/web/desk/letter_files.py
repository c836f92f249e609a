"""The logos and annexes of a letter, of a draft to be added, put in order, taken away and put back; and its own Word template."""

from flask import Response, request

from service.campaigns.one_by_one import (
    FINAL,
    NO_SUCH_FILE,
    MistitledAnnex,
    add_annex,
    add_logo,
    file_bytes,
    files_seen,
    move_file,
    put_back,
    take_away,
)
from service.coordinators.permissions import Act
from service.delivery.letter_mail import read_template
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.letter.annex_file import LARGEST_ANNEX
from service.letter.compile import WORD_TYPE
from service.letter.logos import LARGEST_LOGO, read_logo
from service.letter.word_package import LARGEST_TEMPLATE, shipped_template
from service.model.states import PUT_AWAY, CampaignState
from service.signing.word_look import drop_word, take_word
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_here, looking, visit
from service.web.forms import FormState, shown_again
from service.web.render import Page, answer
from service.web.services import services

_BESIDE = 16_384
_NO_LOGO = Sentence("Choose the file of the logo.")
_NO_WORD = Sentence("Choose the Word template.")
_TAKEN = Sentence("The letter was made with it once, and its Word files look like this from now on.")
_DROPPED = Sentence("The letter's Word files look as those of all letters again.")
_NO_ANNEX = Sentence("Choose the file of the annex.")


@get("/letters/<slug>/files", Act.LOOK)
def letter_files(slug: str) -> Page:
    """Show the logos and the annexes, and the forms that change those of a draft."""
    del slug
    return _page(FormState(values={}))


@get("/letters/<slug>/files/<enclosure>", Act.LOOK)
def letter_file(slug: str, enclosure: str) -> Response:
    """Give a logo as a small picture, or an annex as it was given."""
    with looking() as session:
        kind, data = file_bytes(session, services().keyring, letter_here(session), enclosure)
    if kind == "word":
        return _docx(data, f"{slug}-template.docx")
    response = answer(data, media_type="image/png" if kind == "logo" else "application/pdf")
    if kind == "annex":
        response.headers["Content-Disposition"] = f'inline; filename="{slug}-annex.pdf"'
    return response


@get("/letters/<slug>/files/ours.docx", Act.LOOK)
def word_template(slug: str) -> Response:
    """Give the template that the Word files of letters are made by where a letter has no other, to be restyled."""
    del slug
    here = services()
    data = read_template(here.word_template) if here.word_template else shipped_template()
    return _docx(data, "template.docx")


@post("/letters/<slug>/files/word", Act.EDIT_SETTINGS, most_bytes=LARGEST_TEMPLATE + _BESIDE)
def bring_word(slug: str) -> Response:
    """Take in a template of the letter's own, once the letter was compiled with it; or drop the one there is."""
    here, is_dropped = services(), request.form.get("wish", "") == "drop"
    try:
        data = b"" if is_dropped else _given("word", missing=_NO_WORD)[1]
        with acting() as session:
            if is_dropped:
                drop_word(session, here.keyring, slug, by=visit().by, now=here.now())
            else:
                take_word(session, here.keyring, slug, data, by=visit().by, now=here.now())
    except NotFound:
        raise
    except Refused as refusal:
        return _page(FormState(values={}, errors={"word": str(refusal)}))
    return done(_base(), _DROPPED if is_dropped else _TAKEN)


@post("/letters/<slug>/files/logo", Act.EDIT_SETTINGS, most_bytes=LARGEST_LOGO + _BESIDE)
def bring_logo(slug: str) -> Response:
    """Take a logo in, made anew."""
    here = services()
    try:
        name, data = _given("logo", missing=_NO_LOGO)
        _refuse_if_final()
        # Drawing takes a process of its own: no transaction waits for it.
        logo = read_logo(data, name=name)
        with acting() as session:
            add_logo(session, here.keyring, slug, logo, by=visit().by, now=here.now())
    except NotFound:
        raise
    except Refused as refusal:
        return _page(FormState(values={}, errors={"logo": str(refusal)}))
    return done(_base(), Sentence("The logo is in the letter's head now."))


@post("/letters/<slug>/files/annex", Act.EDIT_SETTINGS, most_bytes=LARGEST_ANNEX + _BESIDE)
def bring_annex(slug: str) -> Response:
    """Take an annex in, byte for byte."""
    here, entries = services(), request.form.to_dict()
    title = entries.get("annex_title", "")
    try:
        _, data = _given("annex", missing=_NO_ANNEX)
        with acting() as session:
            add_annex(session, here.keyring, slug, title=title, data=data, by=visit().by, now=here.now())
    except NotFound:
        raise
    except MistitledAnnex as refusal:
        return _page(FormState(values=shown_again(entries), errors={"annex_title": str(refusal)}))
    except Refused as refusal:
        return _page(FormState(values=shown_again(entries), errors={"annex": str(refusal)}))
    return done(_base(), Sentence("The annex is signed with the text now."))


@post("/letters/<slug>/files/<enclosure>/change", Act.EDIT_SETTINGS)
def change_file(slug: str, enclosure: str) -> Response:
    """Move a logo or an annex up or down, take it away, or put it back."""
    try:
        said, undo = _change(slug, enclosure, request.form.get("wish", ""))
    except NotFound:
        raise
    except Refused as refusal:
        return _page(FormState(values={}, notice=str(refusal)))
    return done(_base(), said, undo=undo)


def _change(slug: str, enclosure: str, wish: str) -> tuple[Sentence, dict[str, str]]:
    """Do what a button says; gives what to say of it, and the form that takes it back where there is one."""
    keyring, by, now = services().keyring, visit().by, services().now()
    if wish not in {"up", "down", "away", "back"}:
        raise NotFound(NO_SUCH_FILE)
    with acting() as session:
        if wish == "away":
            taken = take_away(session, keyring, slug, enclosure, by=by, now=now)
            action = f"{_base()}/{enclosure}/change"
            return Sentence("Taken away."), {"action": action, "wish": "back", "taken": taken}
        if wish == "back":
            put_back(session, keyring, slug, enclosure, request.form.get("taken", ""), by=by, now=now)
            return Sentence("It is back where it stood."), {}
        move_file(session, keyring, slug, enclosure, up=wish == "up", by=by, now=now)
        return Sentence("The order is changed."), {}


def _page(form: FormState) -> Page:
    here, who = services(), visit()
    with looking() as session:
        seen = files_seen(session, here.keyring, letter_here(session))
    is_draft = letter().state is CampaignState.DRAFT
    return desk_page(
        "letter_files.html",
        part="desk.settings",
        status=422 if form.is_wrong else 200,
        form=form,
        logos=[one for one in seen if one.kind == "logo"],
        annexes=[one for one in seen if one.kind == "annex"],
        word=next((one for one in seen if one.kind == "word"), None),
        may_restyle=letter().state not in PUT_AWAY and who.may(Act.EDIT_SETTINGS),
        may_change=is_draft and who.may(Act.EDIT_SETTINGS),
        why="" if is_draft else FINAL,
        base=_base(),
    )


def _refuse_if_final() -> None:
    if letter().state is not CampaignState.DRAFT:
        raise Refused(FINAL)


def _docx(data: bytes, name: str) -> Response:
    response = answer(data, media_type=WORD_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _given(name: str, *, missing: Sentence) -> tuple[str, bytes]:
    """Read the file of a form, and what it is called there; raises Refused where there is none."""
    file = request.files.get(name)
    data = file.read() if file is not None else b""
    if file is None or not data:
        raise Refused(missing)
    return file.filename or name, data


def _base() -> str:
    return f"/desk/letters/{letter().slug}/files"
