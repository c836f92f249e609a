"""What every request must be, and what every response carries."""

from collections.abc import Callable
from urllib.parse import quote, urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.routing import RequestRedirect
from werkzeug.sansio.utils import host_is_trusted

from service.campaigns.access import NOTHING_HERE
from service.foundation.errors import NotFound
from service.web.render import Page
from service.web.services import WebServices

FOREIGN_HOST = "This service is not reached by that address; open the address that was given to you."
FOREIGN_SITE = "This form was sent from another site; open the page itself and send the form from there."

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_OWN = frozenset({"same-origin", "none"})
# Whoever asks whether we live comes by any address, and learns nothing else.
PROBES = frozenset({"public.healthz", "public.readyz"})
# RFC 8058, section 3.2: the mail provider posts this one for the reader, from wherever it is.
FROM_ANYWHERE = frozenset({"public.stop_mail"})

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "script-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every response carries, whatever became of the request."""
_ONE_YEAR = 31_536_000


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

    def refuse_foreigners() -> None:
        if request.endpoint in PROBES:
            return
        if not host_is_trusted(request.headers.get("Host"), hosts):
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
    is_secure = urlsplit(services.public_url).scheme == "https"

    def dress(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers.setdefault("Cache-Control", "no-store")
        if not (isinstance(response, Page) and response.listed):
            response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        if is_secure:
            response.headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR}"
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
