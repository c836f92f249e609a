"""The paths of the public pages; always relative, never from the request's Host (pure)."""

from urllib.parse import quote, urlencode


def letter_path(slug: str, key: str, *, page: str = "", **query: str) -> str:
    """Give the path of a letter's page or of a page below it, with its key where it has one."""
    parts = {"k": key, **query}
    wanted = {name: value for name, value in parts.items() if value}
    path = f"/letters/{quote(slug, safe='')}" + (f"/{page}" if page else "")
    return f"{path}?{urlencode(wanted)}" if wanted else path


def token_path(page: str, token: str, **query: str) -> str:
    """Give the path of a personal page."""
    path = f"/{page}/{quote(token, safe='')}"
    return f"{path}?{urlencode(query)}" if query else path
