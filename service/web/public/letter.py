"""The letter's page, the parts of its roll, its count, and the feed of what happens to it."""

import json
import re
from collections.abc import Hashable

from flask import Response, request

from service.campaigns.access import NOTHING_HERE
from service.foundation.errors import NotFound
from service.signing.page import LetterView
from service.signing.texts import ShownText
from service.web.feed import feed_of
from service.web.kept import KeptPage, Look
from service.web.language import page_language
from service.web.links import letter_path
from service.web.public.blueprint import public
from service.web.render import (
    Openness,
    Page,
    answer,
    fill,
    letter_fragment,
    unless_known,
)
from service.web.roll import SEARCH_FROM, RollView, asked_for, later_view, part_view, search_view
from service.web.services import services

_SLUG = re.compile(r"[a-z0-9-]{1,60}")


@public.get("/letters/<slug>")
def letter_page(slug: str) -> Response:
    """Show the letter as this viewer may see it, or of its roll the part or the names that were asked for."""
    seen, text = look(slug), request.args.get("text", "")
    asked, letters = asked_for(request.args), services().letters
    letter = letters.view(seen, text=text)
    if not asked.anything or not letter.roll.names:
        return _answer(letters.page(seen, _name("letter", letter), _whole_page, text=letter.text.language))
    if asked.words:
        # Nobody needs to find our answers to a search by a search, and no memory is spent on them.
        found = search_view(letter, asked.words)
        query = _query(letter) | {"q": asked.words}
        return answer(_names_page(letter, found, query), openness=_not_listed(openness_of(letter)))
    part = part_view(letter, asked.part)
    name, query = _name("part", letter, part.number), _query(letter) | {"part": str(part.number)}
    return _answer(
        letters.page(seen, name, lambda shown: _names_page(shown, part, query), text=letter.text.language)
    )


@public.get("/letters/<slug>/count.json")
def letter_count(slug: str) -> Response:
    """Give the numbers, for machines; while they are not shown, they are null."""
    seen = look(slug)
    shown = services().letters.counts(seen)
    record = {
        "signatories": shown.signatories if shown else None,
        "organizations": shown.organizations if shown else None,
        "individuals": shown.individuals if shown else None,
        "as_of": seen.now.replace(microsecond=0).isoformat(),
    }
    # Whoever was let in without a key sees what anyone sees.
    openness = Openness.PRIVATE if given_key() else Openness.PUBLIC
    response = answer(json.dumps(record), openness=openness, media_type="application/json")
    response.shared = openness is Openness.PUBLIC
    return response


@public.get("/letters/<slug>/feed")
def letter_feed(slug: str) -> Response:
    """Give what happened to the letter as an Atom feed; it names nobody, since readers keep what they were given."""
    seen = look(slug)
    letter = services().letters.view(seen)
    kept = services().letters.page(seen, _name("feed", letter), _feed)
    return _answer(kept, media_type="application/atom+xml")


def look(slug: str) -> Look:
    """Find the letter that this request may see; raises NotFound, always the same, for any other."""
    refuse_malformed(slug)
    here = services()
    return here.letters.look(slug=slug, key=given_key(), now=here.now())


def seen_letter(slug: str) -> LetterView:
    """Get the letter that this request may see; raises NotFound, always the same, for any other."""
    return services().letters.view(look(slug))


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


def _text_links(letter: LetterView) -> list[tuple[ShownText, str]]:
    """Give the switch between the texts of a letter; the letter's own has the plain address."""
    return [
        (
            text,
            letter_path(
                letter.slug, letter.key, text="" if text.status == "original" else text.language.lower()
            ),
        )
        for text in letter.texts
    ]


def _name(what: str, letter: LetterView, *more: Hashable) -> Hashable:
    """Name a page that is kept: whatever it shows of the request must stand in its name."""
    return what, page_language(letter=letter.language), letter.text.language, *more


def _query(letter: LetterView) -> dict[str, str]:
    """Give what the links to a page's other languages keep of its address; nothing that only this request has."""
    text = "" if letter.text.status == "original" else letter.text.language.lower()
    return {name: value for name, value in (("k", letter.key), ("text", text)) if value}


def _answer(kept: KeptPage, *, media_type: str = "text/html") -> Page:
    openness = openness_of(kept.letter)
    response = answer(kept.data, openness=openness, media_type=media_type)
    return response if openness is Openness.PRIVATE else unless_known(response, kept.etag)


def _whole_page(letter: LetterView) -> str:
    return fill(
        "public/letter.html",
        query=_query(letter),
        letter=letter,
        letter_html=letter_fragment(letter.letter_html),
        call_html=letter_fragment(letter.call_html),
        links=_links(letter),
        text_links=_text_links(letter),
        roll=part_view(letter, 1),
        later=later_view(letter),
        has_search=len(letter.roll.names) >= SEARCH_FROM,
        address=services().public_url + letter_path(letter.slug, letter.key),
    )


def _feed(letter: LetterView) -> str:
    address = services().public_url + letter_path(letter.slug, letter.key)
    own = services().public_url + letter_path(letter.slug, letter.key, page="feed")
    return fill(
        "public/feed.xml",
        query={},
        letter=letter,
        feed=feed_of(letter, address=address),
        own=own,
        address=address,
    )


def _names_page(letter: LetterView, roll: RollView, query: dict[str, str]) -> str:
    return fill("public/signatories.html", query=query, letter=letter, roll=roll, links=_links(letter))


def _links(letter: LetterView) -> dict[str, str]:
    return {
        "letter": letter_path(letter.slug, letter.key),
        "sign": letter_path(letter.slug, letter.key, page="sign"),
        "feed": letter_path(letter.slug, letter.key, page="feed"),
        "count": letter_path(letter.slug, letter.key, page="count.json"),
        "own": letter_path(letter.slug, letter.key, page="link"),
        "ask": letter_path(letter.slug, letter.key, page="ask"),
    }


def _not_listed(openness: Openness) -> Openness:
    return Openness.PUBLIC if openness is Openness.LISTED else openness
