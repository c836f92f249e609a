"""A letter as a card on other sites: no cookie, no name, and only where the operator lets it be framed."""

from flask import Response

from service.web.links import letter_path
from service.web.public.blueprint import public
from service.web.public.letter import look
from service.web.render import LANGUAGE, Openness, answer, fill
from service.web.services import services


@public.get("/embed/<slug>")
def embedded_letter(slug: str) -> Response:
    """Show title, count and deadline, with a link that opens the letter in a window of its own."""
    sight, now = look(slug), services().now()
    letter = services().letters.view(sight, now=now)

    def make() -> str:
        return fill("public/embed.html", letter=letter, link=letter_path(letter.slug, letter.key))

    data = services().letters.page(sight, ("embed", LANGUAGE), make, now=now)
    response = answer(data, openness=Openness.PRIVATE if letter.key else Openness.PUBLIC)
    response.framed = True
    return response
