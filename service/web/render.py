"""Make a page: a template with what every page needs, as a response."""

from dataclasses import dataclass
from enum import Enum

from flask import Response

from service.i18n.formats import direction
from service.templating import render
from service.web.assets import ASSETS

LANGUAGE = "en"
"""The language of the interface; a letter keeps its own."""


class Openness(Enum):
    """Who may keep a page, and who may list it."""

    PRIVATE = "no-store"
    PUBLIC = "no-cache"
    LISTED = "no-cache, public"


class Page(Response):
    """A response that knows whether search engines may list it."""

    listed = False


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
    icon: str


def page(
    template: str, /, *, status: int = 200, openness: Openness = Openness.PRIVATE, **context: object
) -> Page:
    """Fill a template below `templates/` and answer with it; nothing keeps it unless its openness says so."""
    html = render(template, page=_frame(), direction_of=direction, **context)
    response = Page(html, status=status, mimetype="text/html")
    response.headers["Cache-Control"] = openness.value
    response.listed = openness is Openness.LISTED
    return response


def see_other(path: str) -> Response:
    """Send the reader on to another page after a form was taken (RFC 9110, section 15.4.4); `path` is relative."""
    return Response(status=303, headers={"Location": path, "Cache-Control": Openness.PRIVATE.value})


def letter_fragment(html: str) -> TrustedHtml:
    """Take a letter from our renderer into a page, whose one first-level heading is the page's own."""
    # Every word of a person is escaped in there, so a tag that stands in it is the renderer's.
    return TrustedHtml(html.replace("<h1>", "<h2>").replace("</h1>", "</h2>"))


def _frame() -> Frame:
    return Frame(
        language=LANGUAGE,
        direction=direction(LANGUAGE),
        stylesheet=ASSETS["undersigned.css"].path,
        icon=ASSETS["icon.svg"].path,
    )
