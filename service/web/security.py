"""What every request must be, and what every response carries."""

import functools
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.routing import RequestRedirect
from werkzeug.sansio.utils import host_is_trusted

from service.campaigns.access import NOTHING_HERE
from service.foundation.errors import NotFound
from service.foundation.sentence import Sentence
from service.web.render import Page
from service.web.services import WebServices

FOREIGN_HOST = Sentence(
    "This service is not reached by that address; open the address that was given to you."
)
FOREIGN_SITE = Sentence(
    "This form was sent from another site; open the page itself and send the form from there."
)

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_OWN = frozenset({"same-origin", "none"})
# Whoever asks whether we live comes by any address, and learns nothing else.
PROBES = frozenset({"public.healthz", "public.readyz", "public.metrics"})
# RFC 8058, section 3.2: the mail provider posts the first for the reader, from wherever it is. The second is what a way of
# sending tells by itself, which proves whose it is by a signature.
FROM_ANYWHERE = frozenset({"public.stop_mail", "public.hear_of_copy"})


def content_policy(*, framed_by: str = "'none'") -> str:
    """Give the content policy: only what is ours, nothing inline, and whose pages may frame it (pure)."""
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            "script-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {framed_by}",
        )
    )


CONTENT_POLICY = content_policy()
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every response carries, whatever became of the request."""
_UNLISTED = {"X-Robots-Tag": "noindex, nofollow, noarchive"}
_TO_OTHERS = {"Cross-Origin-Resource-Policy": "cross-origin"}
_ONE_YEAR = 31_536_000
_HOSTS_KNOWN = 64


def guard(app: Flask, services: WebServices) -> None:
    """Refuse requests for foreign hosts and forms from foreign sites, and put the headers on every response."""
    app.before_request(_refuser(services))
    app.after_request(_dresser(services))


def hosts_of(*addresses: str) -> frozenset[str]:
    """Give the names by which a service at these addresses may be reached; loopback has all its names (pure)."""
    names = {_host(address) for address in addresses} - {""}
    return frozenset(names | _LOOPBACK if names & _LOOPBACK else names)


def is_from_elsewhere(site: str | None, origin: str | None, hosts: frozenset[str]) -> bool:
    """Tell whether a form comes from another site, by the two headers browsers write (pure).

    Our own pages send no referrer, so browsers write their Origin as "null"; older ones and curl write neither.
    """
    if site is not None and site not in _OWN:
        return True
    return origin is not None and origin != "null" and _host(origin) not in hosts


def _refuser(services: WebServices) -> Callable[[], None]:
    hosts = hosts_of(services.public_url, services.onion_location)

    @functools.lru_cache(maxsize=_HOSTS_KNOWN)
    def is_ours(host: str | None) -> bool:
        return host_is_trusted(host, hosts)

    def refuse_foreigners() -> None:
        if request.endpoint in PROBES:
            return
        if not is_ours(request.environ.get("HTTP_HOST")):
            raise BadRequest(FOREIGN_HOST)
        if isinstance(request.routing_exception, RequestRedirect):
            # It would be built from the Host; none of our pages needs one.
            raise NotFound(NOTHING_HERE)
        if request.method != "POST" or request.endpoint in FROM_ANYWHERE:
            return
        if is_from_elsewhere(request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin"), hosts):
            raise Forbidden(FOREIGN_SITE)

    return refuse_foreigners


def _dresser(services: WebServices) -> Callable[[Response], Response]:
    always = dict(HEADERS)
    if urlsplit(services.public_url).scheme == "https":
        always["Strict-Transport-Security"] = f"max-age={_ONE_YEAR}"
    # Nothing else sets these, and to look for each of them first takes longer than all the rest.
    listed, unlisted = list(always.items()), list({**always, **_UNLISTED}.items())
    framed = {
        **_TO_OTHERS,
        "Content-Security-Policy": content_policy(framed_by=services.embed_on or "'none'"),
    }
    # What anyone may know anyway, and no cookie ever goes along.
    shared = {**_TO_OTHERS, "Access-Control-Allow-Origin": "*"}

    def dress(response: Response) -> Response:
        page = response if isinstance(response, Page) else None
        response.headers.extend(listed if page and page.listed else unlisted)
        if page and (page.framed or page.shared):
            response.headers.update(framed if page.framed else shared)
        if page and page.policy:
            response.headers["Content-Security-Policy"] = page.policy
        response.headers.setdefault("Cache-Control", "no-store")
        if services.onion_location and response.status_code == 200 and response.mimetype == "text/html":
            # Never on an error: the one page for whatever is not there must not tell what was asked for.
            response.headers["Onion-Location"] = services.onion_location + _target()
        return response

    return dress


def _target() -> str:
    query = request.query_string.decode("latin-1")
    return quote(request.path) + (f"?{query}" if query else "")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
