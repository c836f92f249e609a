"""Make a page: a template with what every page needs, as a response."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Protocol

from flask import Response, request

from service.i18n.formats import direction
from service.templating import render
from service.web.assets import ASSETS
from service.web.language import Choice, other_languages, page_language

# Numbers are the same in every language.
_NUMBERS = "application/json"


class Openness(Enum):
    """Who may keep a page, and who may list it."""

    PRIVATE = "no-store"
    PUBLIC = "no-cache"
    LISTED = "no-cache, public"


class Page(Response):
    """A response that knows who else may have to do with it: search engines, pages that frame it, scripts elsewhere.

    `policy` takes the place of the content policy on a page that shows what is not ours alone.
    """

    listed = False
    framed = False
    shared = False
    policy = ""


@dataclass(frozen=True, slots=True)
class TrustedHtml:
    """HTML that our own renderers made of escaped words; the one way past the escaping of templates."""

    html: str

    def __html__(self) -> str:
        """Give the fragment to a template as it is."""
        return self.html


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What the layout of every page asks for."""

    language: str
    direction: str
    stylesheet: str
    script: str
    icon: str
    languages: tuple[Choice, ...]


class Spoken(Protocol):
    """What has a language of its own."""

    @property
    def language(self) -> str:
        """Give its tag."""


def page(
    template: str,
    /,
    *,
    status: int = 200,
    openness: Openness = Openness.PRIVATE,
    reader: str = "",
    letter: Spoken | None = None,
    **context: object,
) -> Page:
    """Fill a template below `templates/` and answer with it; nothing keeps it unless its openness says so."""
    has_failed = status >= HTTPStatus.BAD_REQUEST
    html = fill(template, reader=reader, letter=letter, has_failed=has_failed, query=None, **context)
    return answer(html, status=status, openness=openness)


def fill(
    template: str,
    /,
    *,
    reader: str = "",
    letter: Spoken | None = None,
    has_failed: bool = False,
    query: Mapping[str, str] | None,
    **context: object,
) -> str:
    """Fill a template with its context and with what every page needs.

    Its language is what the request asks for, else that of the `reader` whom a personal link belongs to, else what the
    browser accepts, else that of the `letter`, which a template knows by this name. The links to its other languages
    keep this request's own parts of the address, or only the `query` where the page is kept for others.
    """
    language = page_language(reader=reader, letter=letter.language if letter else "")
    shown = {**context, "letter": letter} if letter else context
    frame = _frame(language, has_failed=has_failed, query=query)
    return render(template, language=language, page=frame, direction_of=direction, **shown)


def answer(
    data: str | bytes,
    *,
    status: int = 200,
    openness: Openness = Openness.PRIVATE,
    media_type: str = "text/html",
) -> Page:
    """Answer with what was made already."""
    response = Page(data, status=status, mimetype=media_type)
    response.headers["Cache-Control"] = openness.value
    if media_type != _NUMBERS:
        response.headers["Vary"] = "Accept-Language"
    response.listed = openness is Openness.LISTED
    return response


def is_known(etag: str) -> bool:
    """Tell whether the reader has the very bytes of this name."""
    return request.headers.get("If-None-Match") == etag


def unless_known(response: Page, etag: str) -> Page:
    """Name the bytes, and send only the headers to a reader who has these very ones (RFC 9110, section 13.1.2)."""
    response.headers["ETag"] = etag
    if is_known(etag):
        response.status_code = 304
        response.set_data(b"")
    return response


def see_other(path: str) -> Response:
    """Send the reader on to another page after a form was taken (RFC 9110, section 15.4.4); `path` is relative."""
    return Response(status=303, headers={"Location": path, "Cache-Control": Openness.PRIVATE.value})


def letter_fragment(html: str) -> TrustedHtml:
    """Take a letter from our renderer into a page, whose one first-level heading is the page's own."""
    # Every word of a person is escaped in there, so a tag that stands in it is the renderer's.
    return TrustedHtml(html.replace("<h1>", "<h2>").replace("</h1>", "</h2>"))


def _frame(language: str, *, has_failed: bool, query: Mapping[str, str] | None) -> Frame:
    return Frame(
        language=language,
        direction=direction(language),
        stylesheet=ASSETS["undersigned.css"].path,
        script=ASSETS["letter.js"].path,
        icon=ASSETS["icon.svg"].path,
        # A page for what is not there must not tell what was asked for, and these links repeat it; from a form that
        # comes back they would lead away from what was written in it.
        languages=() if has_failed else other_languages(language, query=query),
    )
