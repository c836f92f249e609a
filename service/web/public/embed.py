"""A letter as a card on other sites: no cookie, no name, and only where the operator lets it be framed."""

from flask import Response

from service.signing.page import LetterView
from service.web.language import page_language
from service.web.links import letter_path
from service.web.public.blueprint import public
from service.web.public.letter import look
from service.web.render import Openness, answer, fill
from service.web.services import services


@public.get("/embed/<slug>")
def embedded_letter(slug: str) -> Response:
    """Show title, count and deadline, with a link that opens the letter in a window of its own."""
    seen = look(slug)
    letter = services().letters.view(seen)
    name = ("embed", page_language(letter=letter.language))
    kept = services().letters.page(seen, name, _card)
    response = answer(kept.data, openness=Openness.PRIVATE if kept.letter.key else Openness.PUBLIC)
    response.framed = True
    return response


def _card(letter: LetterView) -> str:
    return fill("public/embed.html", query={}, letter=letter, link=letter_path(letter.slug, letter.key))
