"""The sign-on form and its answer."""

from flask import Response, request

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.signature import Kind
from service.signing.abuse.attack import slug_asks_proof
from service.signing.page import LetterFacts, LetterView
from service.signing.sign import why_not_open
from service.store.transaction import reading
from service.web.assets import ASSETS
from service.web.countries import country_options
from service.web.forms import FormState, Misfilled, blank_sign_on, read_sign_on, shown_again
from service.web.kept import Look
from service.web.language import page_language
from service.web.links import letter_path, token_path
from service.web.public.blueprint import public
from service.web.public.letter import look as look_at
from service.web.public.letter import seen_letter
from service.web.public.protection import (
    OPEN_TOO_LONG,
    TRAP,
    form_is_fresh,
    fresh_challenge,
    fresh_nonce,
    kept_nonce,
    visit_of,
)
from service.web.render import page, see_other
from service.web.services import services


@public.get("/letters/<slug>/sign")
def sign_page(slug: str) -> Response:
    """Show the form; where both kinds may sign, ask first who signs."""
    letter = seen_letter(slug)
    kind = _kind_asked(letter, request.args.get("kind", ""))
    if kind is None or not letter.can_sign:
        return page(
            "public/sign.html", letter=letter, letter_link=letter_path(slug, letter.key), links=_links(letter)
        )
    return _form_page(letter, kind, blank_sign_on(kind))


@public.post("/letters/<slug>/sign")
def sign_letter(slug: str) -> Response:
    """Take a sign-on; the answer is the same whoever has signed before."""
    look, entries = look_at(slug), request.form.to_dict()
    # The page itself, with its names and its count, is made only where it has to be shown again.
    facts = services().letters.facts(look)
    kind = _kind_asked(facts, entries.get("kind", "") or request.args.get("kind", ""))
    if kind is None:
        raise Refused(
            Sentence("Choose whether an organization or a person signs; open the form again from the letter.")
        )
    if not form_is_fresh(entries):
        return _again(look, kind, FormState(values=shown_again(entries), notice=OPEN_TOO_LONG))
    if reason := why_not_open(facts.campaign, now=look.now):
        return _again(look, kind, FormState(values=shown_again(entries), notice=reason))
    try:
        page_that_waits = _sign(look.campaign_id, facts.campaign.language, kind, entries)
    except Misfilled as wrong:
        return _again(look, kind, FormState(values=shown_again(entries), errors=wrong.errors))
    services().wake()
    return see_other(token_path("waiting", page_that_waits))


def _sign(campaign_id: str, language: str, kind: Kind, entries: dict[str, str]) -> str:
    here = services()
    # Mail comes in the language in which the form was read.
    sign_on = read_sign_on(entries, kind=kind, language=page_language(letter=language))
    visit = visit_of(entries)
    keys = here.keys_of(campaign_id)
    return here.reception.receive(keys, sign_on, visit, now=here.now()).page


def _again(look: Look, kind: Kind, form: FormState) -> Response:
    return _form_page(services().letters.view(look), kind, form)


def _form_page(letter: LetterView, kind: Kind, form: FormState) -> Response:
    return page(
        "public/sign_form.html",
        status=422 if form.is_wrong else 200,
        letter=letter,
        letter_link=letter_path(letter.slug, letter.key),
        action=letter_path(letter.slug, letter.key, page="sign"),
        other_links=[link for link in _links(letter) if link[0] is not kind],
        kind=kind,
        form=form,
        countries=country_options(page_language(letter=letter.language)),
        nonce=kept_nonce(form.values) if form.is_wrong else fresh_nonce(),
        trap=TRAP,
        challenge=fresh_challenge() if _asks_proof(letter.slug) else None,
        script=ASSETS["proof.js"].path,
    )


def _asks_proof(slug: str) -> bool:
    with reading(services().engine) as session:
        return slug_asks_proof(session, slug)


def _kind_asked(letter: LetterView | LetterFacts, asked: str) -> Kind | None:
    """Settle who signs: what was asked for if the letter takes it, the only kind it takes, or not known yet."""
    taken = _taken(letter)
    if len(taken) == 1:
        return taken[0]
    return next((kind for kind in taken if kind.value == asked), None)


def _links(letter: LetterView) -> list[tuple[Kind, str]]:
    return [
        (kind, letter_path(letter.slug, letter.key, page="sign", kind=kind.value)) for kind in _taken(letter)
    ]


def _taken(letter: LetterView | LetterFacts) -> list[Kind]:
    takes = {Kind.ORGANIZATION: letter.takes_organizations, Kind.PERSON: letter.takes_people}
    return [kind for kind, is_taken in takes.items() if is_taken]
