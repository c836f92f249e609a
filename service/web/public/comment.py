"""The page of a guest who comments on a draft: the text, a form for one paragraph, and what became of each comment."""

from collections.abc import Mapping

from flask import Response, request

from service.foundation.errors import NotFound, Refused
from service.signing.commenting.comments import (
    GuestView,
    SaidOfIt,
    look_at_draft,
    say_of_paragraph,
    wish_word,
)
from service.store.transaction import reading, transaction
from service.web.commenting import amendments, place_name, read_place, shown_paragraphs
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.links import token_path
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, TRAP, asking_by, form_is_fresh, fresh_nonce
from service.web.render import page, see_other
from service.web.services import services

_LONGEST_SEEN = 64


@public.get("/comment/<token>")
def comment_page(token: str) -> Response:
    """Show the draft; with `?at=body-3` the form for that paragraph."""
    view, at = _look(token, request.args.get("text", "")), request.args.get("at", "")
    words = next((one.words for one in view.paragraphs if one.place.code == at), "")
    return _show(view, at, FormState(values={"proposed": words}))


@public.post("/comment/<token>")
def take_comment(token: str) -> Response:
    """Keep what was said of a paragraph, or whether mail is to tell what is decided; what cannot be kept comes back."""
    entries = request.form.to_dict()
    language, at = entries.get("text", ""), entries.get("at", "")
    values = shown_again(entries)
    if not form_is_fresh(entries):
        return _show(_look(token, language), at, FormState(values=values, notice=OPEN_TOO_LONG))
    here = services()
    if entries.get("do") == "word":
        with transaction(here.engine) as session:
            wish_word(session, token=token, wants="word" in entries, now=here.now())
        return see_other(token_path("comment", token, text=_look(token, language).language) + "#yours")
    try:
        said = _read(entries, language=_look(token, language).language)
        with transaction(here.engine) as session:
            say_of_paragraph(
                session, here.keyring, token=token, said=said, asking=asking_by(entries), now=here.now()
            )
    except NotFound:
        raise
    except Misfilled as wrong:
        return _show(_look(token, language), at, FormState(values=values, errors=wrong.errors))
    except Refused as refusal:
        return _show(_look(token, language), at, FormState(values=values, notice=str(refusal)))
    return see_other(token_path("comment", token, text=said.language) + "#yours")


def _read(entries: Mapping[str, str], *, language: str) -> SaidOfIt:
    reader = Reader(entries)
    comment, proposed = reader.read("comment", str, ""), reader.read("proposed", str, "")
    reader.refuse_if_wrong()
    return SaidOfIt(
        language=language,
        place=read_place(entries.get("at", "")),
        seen=entries.get("seen", "")[:_LONGEST_SEEN],
        comment=comment,
        proposed=proposed,
    )


def _look(token: str, language: str) -> GuestView:
    here = services()
    with reading(here.engine) as session:
        return look_at_draft(session, here.keyring, token=token, language=language, now=here.now())


def _show(view: GuestView, at: str, form: FormState) -> Response:
    token = (request.view_args or {})["token"]
    paragraphs = shown_paragraphs(view.paragraphs)
    at = at if any(one.code == at for one in paragraphs) else ""
    return page(
        "public/comment.html",
        status=422 if form.is_wrong else 200,
        letter=view,
        view=view,
        paragraphs=paragraphs,
        has_placeholders=any("((" in one.words for one in view.paragraphs),
        at=at,
        form=form,
        amendments=amendments(view.own),
        place_name=place_name,
        here=lambda **query: token_path("comment", token, **query),
        nonce=fresh_nonce(),
        trap=TRAP,
    )
