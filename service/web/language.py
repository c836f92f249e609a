"""The language of the page that answers this request, and the ways to its other languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import has_request_context, request

from service.i18n.formats import direction
from service.i18n.languages import OFFERED, choose_language, find_offered

PARAMETER = "lang"
"""The part of a page's own address that asks for a language; links of that page keep it, no cookie does."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One language that a page can be read in, and the address under which it is."""

    tag: str
    direction: str
    name: str
    link: str
    is_present: bool


def asked_language() -> str:
    """Give the offered language that this request's address asks for; empty where it asks for none."""
    return find_offered(request.args.get(PARAMETER, "")) if has_request_context() else ""


def page_language(*, reader: str = "", letter: str = "") -> str:
    """Settle the language of this request's page; `reader` is the language of whom a personal link belongs to.

    It follows from the request, and from what whoever opens this page may see: never from a letter that is not shown.
    """
    return choose_language(
        asked=asked_language(),
        reader=reader,
        accepted=request.headers.get("Accept-Language", ""),
        letter=letter,
    )


def other_languages(present: str, *, query: Mapping[str, str] | None = None) -> tuple[Choice, ...]:
    """Give the choices for the page at this request's address, or for one with this query."""
    given = request.args.items(multi=True) if query is None else query.items()
    kept = [(name, value) for name, value in given if name != PARAMETER]
    return tuple(
        Choice(
            tag=language.tag,
            direction=direction(language.tag),
            name=language.name,
            link=f"?{urlencode([*kept, (PARAMETER, language.tag)])}",
            is_present=language.tag == find_offered(present.partition("-")[0]),
        )
        for language in OFFERED
    )
