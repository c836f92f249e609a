"""The form by which a signatory has the link to its sign-on mailed again; its answer is always the same."""

from flask import Response, request

from service.signing.fresh_link import ask_for_link
from service.signing.page import LetterView
from service.store.transaction import transaction
from service.web.forms import FormState, Misfilled, read_own_email, shown_again
from service.web.links import letter_path
from service.web.public.blueprint import public
from service.web.public.letter import given_key, seen_letter
from service.web.public.protection import OPEN_TOO_LONG, TRAP, asking_by, form_is_fresh, fresh_nonce
from service.web.render import page, see_other
from service.web.services import services


@public.get("/letters/<slug>/link")
def link_page(slug: str) -> Response:
    """Ask for the address, or say that a mail is on its way if there is a sign-on."""
    letter = seen_letter(slug)
    return _show(letter, FormState(values={}), asked=request.args.get("asked") == "yes")


@public.post("/letters/<slug>/link")
def ask_for_own_link(slug: str) -> Response:
    """Note the wish; nothing is looked up here."""
    letter, entries = seen_letter(slug), request.form.to_dict()
    if not form_is_fresh(entries):
        return _show(letter, FormState(values=shown_again(entries), notice=OPEN_TOO_LONG))
    try:
        email = read_own_email(entries)
    except Misfilled as wrong:
        return _show(letter, FormState(values=shown_again(entries), errors=wrong.errors))
    here = services()
    with transaction(here.engine) as session:
        ask_for_link(
            session,
            here.keyring,
            slug=letter.slug,
            key=given_key(),
            email=email,
            asking=asking_by(entries),
            now=here.now(),
        )
    return see_other(letter_path(slug, given_key(), page="link", asked="yes"))


def _show(letter: LetterView, form: FormState, *, asked: bool = False) -> Response:
    return page(
        "public/fresh_link.html",
        status=422 if form.is_wrong else 200,
        letter=letter,
        letter_link=letter_path(letter.slug, letter.key),
        action=letter_path(letter.slug, letter.key, page="link"),
        asked=asked,
        form=form,
        nonce=fresh_nonce(),
        trap=TRAP,
    )
