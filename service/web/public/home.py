"""The front page, which tells what this is and lists nothing, and the files that every page loads."""

from flask import Response

from service.campaigns.access import NOTHING_HERE
from service.foundation.errors import NotFound
from service.web.assets import ASSETS
from service.web.public.blueprint import public
from service.web.render import Openness, page

_FOR_EVER = "public, max-age=31536000, immutable"


@public.get("/")
def home() -> Response:
    """Say what this service is."""
    return page("public/home.html", openness=Openness.LISTED)


@public.get("/static/<name>")
def asset(name: str) -> Response:
    """Give the stylesheet, the script or the icon."""
    found = ASSETS.get(name)
    if found is None:
        raise NotFound(NOTHING_HERE)
    response = Response(found.data, mimetype=None, content_type=found.media_type)
    response.headers["Cache-Control"] = _FOR_EVER
    return response
