"""Did my organization sign? The page asks; only the organization's own contact is told."""

from flask import Response, request

from service.campaigns.access import NOTHING_HERE
from service.foundation.errors import NotFound
from service.signing.organizations.asking import keep_inquiry
from service.signing.page import LetterView
from service.store.transaction import transaction
from service.web.forms import FormState, Misfilled, shown_again
from service.web.links import letter_path
from service.web.organization_forms import read_asked_about
from service.web.public.blueprint import public
from service.web.public.letter import given_key, seen_letter
from service.web.public.protection import OPEN_TOO_LONG, TRAP, asking_by, form_is_fresh, fresh_nonce
from service.web.render import page, see_other
from service.web.services import services


@public.get("/letters/<slug>/ask")
def ask_page(slug: str) -> Response:
    """Show the form, once the letter is published."""
    return _show(_published(slug), FormState(values={}))


@public.post("/letters/<slug>/ask")
def ask(slug: str) -> Response:
    """Take the question; the answer is always the same."""
    letter = _published(slug)
    entries = request.form.to_dict()
    values = shown_again(entries)
    if not form_is_fresh(entries):
        return _show(letter, FormState(values=values, notice=OPEN_TOO_LONG))
    try:
        asked_about = read_asked_about(entries)
    except Misfilled as wrong:
        return _show(letter, FormState(values=values, errors=wrong.errors))
    here = services()
    with transaction(here.engine) as session:
        keep_inquiry(
            session,
            here.keyring,
            slug=slug,
            key=given_key(),
            asked_about=asked_about,
            asking=asking_by(entries),
            now=here.now(),
        )
    return see_other(letter_path(slug, letter.key, page="asked"))


@public.get("/letters/<slug>/asked")
def asked_page(slug: str) -> Response:
    """Say who is told, and who is not."""
    letter = _published(slug)
    return page("public/asked.html", letter=letter, letter_link=letter_path(slug, letter.key))


def _published(slug: str) -> LetterView:
    letter = seen_letter(slug)
    if not letter.published:
        raise NotFound(NOTHING_HERE)
    return letter


def _show(letter: LetterView, form: FormState) -> Response:
    return page(
        "public/ask.html",
        status=422 if form.is_wrong else 200,
        letter=letter,
        letter_link=letter_path(letter.slug, letter.key),
        form=form,
        nonce=fresh_nonce(),
        trap=TRAP,
    )
