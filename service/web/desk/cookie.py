"""The one cookie of the desk: the secret of a session, and nothing else."""

from urllib.parse import urlsplit

from flask import Response, request

from service.coordinators.sessions import LONGEST


def cookie_name(public_url: str) -> str:
    """Give the cookie's name; over TLS its prefix binds it to this very host (RFC 6265bis, section 4.1.3.2)."""
    return "__Host-desk" if _is_secure(public_url) else "desk"


def read_cookie(public_url: str) -> str:
    """Give the secret that this request brings, or ""."""
    return request.cookies.get(cookie_name(public_url), "")


def set_cookie(response: Response, public_url: str, secret: str) -> None:
    """Give the browser the secret of a session that has just begun."""
    response.set_cookie(
        cookie_name(public_url),
        secret,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=_is_secure(public_url),
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(response: Response, public_url: str) -> None:
    """Have the browser forget the secret."""
    response.delete_cookie(
        cookie_name(public_url), path="/", secure=_is_secure(public_url), httponly=True, samesite="Lax"
    )


def _is_secure(public_url: str) -> bool:
    return urlsplit(public_url).scheme == "https"
