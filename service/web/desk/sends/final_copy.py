"""The coalition's own words in the mail that brings the final copy to those who signed."""

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.own_words import Purpose
from service.signing.own_words import PLACEHOLDERS, find_own_words, keep_own_words, open_own_words, read_words
from service.signing.update_words import UpdateWords
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.sends.pages import PART
from service.web.desk.visit import acting, letter, looking
from service.web.forms import FormState, shown_again
from service.web.services import services


@get("/letters/<slug>/sends/final-copy", Act.SEND)
def final_copy_words(slug: str) -> Response:
    """Show the words that stand before ours in the mail of the final copy."""
    del slug
    here = services()
    with looking() as session:
        row = find_own_words(session, letter().id, Purpose.FINAL_COPY)
        text = open_own_words(here.keyring.of(session, letter().id), row) if row is not None else {}
    words = text.get(letter().language)
    values = {"subject": words.subject, "body": words.body} if words is not None else {}
    return _page(FormState(values=values))


@post("/letters/<slug>/sends/final-copy", Act.SEND)
def keep_final_copy_words(slug: str) -> Response:
    """Keep those words; empty ones leave the mail as it is by itself."""
    del slug
    here = services()
    subject, body = request.form.get("subject", ""), request.form.get("body", "")
    text: dict[str, UpdateWords] = {}
    if subject.strip() or body.strip():
        try:
            text[letter().language] = read_words(subject, body, needs_subject=False)
        except Refused as refusal:
            return _page(
                FormState(values=shown_again(request.form), errors={"body": str(refusal)}), status=422
            )
    with acting() as session:
        keys = here.keyring.of(session, letter().id)
        row = find_own_words(session, letter().id, Purpose.FINAL_COPY)
        keep_own_words(session, keys, text, purpose=Purpose.FINAL_COPY, now=here.now(), row=row)
    return done(f"/desk/letters/{letter().slug}/sends", Sentence("The words of the final copy are kept."))


def _page(form: FormState, *, status: int = 200) -> Response:
    return desk_page("sends/final_copy.html", part=PART, form=form, status=status, placeholders=PLACEHOLDERS)
