"""The paths of the public pages; always relative, never from the request's Host.

Where the page that is being made was asked for in a language, the paths ask for the same.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from service.web.language import PARAMETER, asked_language


def letter_path(slug: str, key: str, *, page: str = "", **query: str) -> str:
    """Give the path of a letter's page or of a page below it, with its key where it has one."""
    return _with(f"/letters/{quote(slug, safe='')}" + (f"/{page}" if page else ""), {"k": key, **query})


def token_path(page: str, token: str, *, below: str = "", **query: str) -> str:
    """Give the path of a personal page, or of one below it."""
    return _with(f"/{page}/{quote(token, safe='')}" + (f"/{below}" if below else ""), query)


def check_path() -> str:
    """Give the path of the page where copies are checked."""
    return _with("/verify", {})


def _with(path: str, query: Mapping[str, str]) -> str:
    asked = {**query, PARAMETER: asked_language()}
    wanted = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(wanted)}" if wanted else path
