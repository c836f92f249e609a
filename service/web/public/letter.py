"""The letter's page, the parts of its roll, its count, and the feed of what happens to it."""

import json
import re
from datetime import datetime

from flask import Response, request

from service.campaigns.access import NOTHING_HERE
from service.campaigns.sight import Sight
from service.foundation.errors import NotFound
from service.signing.page import LetterView
from service.web.feed import feed_of
from service.web.links import letter_path
from service.web.public.blueprint import public
from service.web.render import (
    LANGUAGE,
    Openness,
    Page,
    answer,
    fill,
    letter_fragment,
    unless_known,
)
from service.web.roll import SEARCH_FROM, RollView, asked_for, part_view, search_view
from service.web.services import services

_SLUG = re.compile(r"[a-z0-9-]{1,60}")


@public.get("/letters/<slug>")
def letter_page(slug: str) -> Response:
    """Show the letter as this viewer may see it, or of its roll the part or the names that were asked for."""
    sight, now = look(slug), services().now()
    letter = services().letters.view(sight, now=now)
    asked = asked_for(request.args) if letter.roll.names else None
    if asked and asked.words:
        # Nobody needs to find our answers to a search by a search, and no memory is spent on them.
        found = search_view(letter, asked.words)
        return answer(_names_page(letter, found), openness=_not_listed(openness_of(letter)))
    part = part_view(letter, asked.part) if asked and asked.part else None
    return _kept(sight, letter, part, now=now)


@public.get("/letters/<slug>/count.json")
def letter_count(slug: str) -> Response:
    """Give the numbers, for machines; while they are not shown, they are null."""
    sight, now = look(slug), services().now()
    shown = services().letters.counts(sight, now=now)
    record = {
        "signatories": shown.signatories if shown else None,
        "organizations": shown.organizations if shown else None,
        "individuals": shown.individuals if shown else None,
        "as_of": now.replace(microsecond=0).isoformat(),
    }
    # Whoever was let in without a key sees what anyone sees.
    openness = Openness.PRIVATE if given_key() else Openness.PUBLIC
    response = answer(json.dumps(record), openness=openness, media_type="application/json")
    response.shared = openness is Openness.PUBLIC
    return response


@public.get("/letters/<slug>/feed")
def letter_feed(slug: str) -> Response:
    """Give what happened to the letter as an Atom feed; it names nobody, since readers keep what they were given."""
    sight, now = look(slug), services().now()
    letter = services().letters.view(sight, now=now)
    address = services().public_url + letter_path(letter.slug, letter.key)
    own = services().public_url + letter_path(letter.slug, letter.key, page="feed")

    def make() -> str:
        return fill("public/feed.xml", feed=feed_of(letter, address=address), own=own, address=address)

    data = services().letters.page(sight, "feed", make, now=now)
    openness = Openness.PRIVATE if letter.key else Openness.PUBLIC
    response = answer(data, openness=openness, media_type="application/atom+xml")
    return response if letter.key else unless_known(response)


def look(slug: str) -> Sight:
    """Find the letter that this request may see; raises NotFound, always the same, for any other."""
    refuse_malformed(slug)
    return services().letters.see(slug=slug, key=given_key())


def seen_letter(slug: str) -> LetterView:
    """Get the letter that this request may see; raises NotFound, always the same, for any other."""
    return services().letters.view(look(slug), now=services().now())


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


def _kept(sight: Sight, letter: LetterView, part: RollView | None, *, now: datetime) -> Page:
    def make() -> str:
        return _names_page(letter, part) if part else _whole_page(letter)

    # Whatever else a page depends on has to stand in its name.
    name = (part.number if part else 0, LANGUAGE)
    openness = openness_of(letter)
    response = answer(services().letters.page(sight, name, make, now=now), openness=openness)
    return response if openness is Openness.PRIVATE else unless_known(response)


def _whole_page(letter: LetterView) -> str:
    return fill(
        "public/letter.html",
        letter=letter,
        letter_html=letter_fragment(letter.letter_html),
        call_html=letter_fragment(letter.call_html),
        links=_links(letter),
        roll=part_view(letter, 1),
        has_search=len(letter.roll.names) >= SEARCH_FROM,
        address=services().public_url + letter_path(letter.slug, letter.key),
    )


def _names_page(letter: LetterView, roll: RollView) -> str:
    return fill("public/signatories.html", letter=letter, roll=roll, links=_links(letter))


def _links(letter: LetterView) -> dict[str, str]:
    return {
        "letter": letter_path(letter.slug, letter.key),
        "sign": letter_path(letter.slug, letter.key, page="sign"),
        "feed": letter_path(letter.slug, letter.key, page="feed"),
        "count": letter_path(letter.slug, letter.key, page="count.json"),
    }


def _not_listed(openness: Openness) -> Openness:
    return Openness.PUBLIC if openness is Openness.LISTED else openness
