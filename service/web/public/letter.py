"""The letter's page and its count."""

import json
import re

from flask import Response, request

from service.campaigns.access import NOTHING_HERE
from service.foundation.errors import NotFound
from service.i18n.formats import count_each
from service.signing.page import LetterView, count_record, letter_view
from service.store.transaction import reading
from service.web.links import letter_path
from service.web.public.blueprint import public
from service.web.render import Openness, letter_fragment, page
from service.web.services import services

_SLUG = re.compile(r"[a-z0-9-]{1,60}")


@public.get("/letters/<slug>")
def letter_page(slug: str) -> Response:
    """Show the letter as this viewer may see it."""
    letter = seen_letter(slug)
    return page(
        "public/letter.html",
        openness=openness_of(letter),
        letter=letter,
        letter_html=letter_fragment(letter.letter_html),
        call_html=letter_fragment(letter.call_html),
        sign_link=letter_path(letter.slug, letter.key, page="sign"),
        each_kind=_each_kind(letter),
    )


@public.get("/letters/<slug>/count.json")
def letter_count(slug: str) -> Response:
    """Give the numbers, for machines."""
    refuse_malformed(slug)
    here = services()
    with reading(here.engine) as session:
        record = count_record(session, here.keyring, slug=slug, key=given_key(), now=here.now())
    response = Response(json.dumps(record), mimetype="application/json")
    # Whoever was let in without a key sees what anyone sees.
    response.headers["Cache-Control"] = (Openness.PRIVATE if given_key() else Openness.PUBLIC).value
    return response


def seen_letter(slug: str) -> LetterView:
    """Get the letter that this request may see; raises NotFound, always the same, for any other."""
    refuse_malformed(slug)
    here = services()
    with reading(here.engine) as session:
        return letter_view(session, here.keyring, slug=slug, key=given_key(), now=here.now())


def refuse_malformed(slug: str) -> None:
    """Raise NotFound for what cannot be a slug: a database would choke on some of it."""
    if not _SLUG.fullmatch(slug):
        raise NotFound(NOTHING_HERE)


def given_key() -> str:
    """Give the key that the address carries."""
    return request.args.get("k", "")


def openness_of(letter: LetterView) -> Openness:
    """Tell how openly a letter's page may be kept: one that needs a key is kept by nobody."""
    if letter.indexable:
        return Openness.LISTED
    return Openness.PRIVATE if letter.key else Openness.PUBLIC


def _each_kind(letter: LetterView) -> str:
    if letter.counts is None:
        return ""
    return count_each(letter.counts.organizations, letter.counts.individuals, letter.language)
