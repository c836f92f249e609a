"""The two cookies of the desk: the secret of a session, and the name by which a browser is known again."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, request

from service.coordinators.sessions import LONGEST

# It outlives its session, so that a form that comes too late is known for whose it was and is not lost.
_KEPT = LONGEST + timedelta(days=1)
_DEVICE_KEPT = timedelta(days=365)


def cookie_name(public_url: str) -> str:
    """Give the cookie's name; over TLS its prefix binds it to this very host (RFC 6265bis, section 4.1.3.2)."""
    return "__Host-desk" if _is_secure(public_url) else "desk"


def read_cookie(public_url: str) -> str:
    """Give the secret that this request brings, or ""."""
    return request.cookies.get(cookie_name(public_url), "")


def set_cookie(response: Response, public_url: str, secret: str) -> None:
    """Give the browser the secret of a session that has just begun."""
    _set(response, public_url, cookie_name(public_url), secret, _KEPT)


def read_device(public_url: str) -> str:
    """Give the name by which this browser is known, or ""."""
    return request.cookies.get(_device_name(public_url), "")


def set_device(response: Response, public_url: str, device: str) -> None:
    """Give the browser the name by which it is known again; it opens nothing."""
    _set(response, public_url, _device_name(public_url), device, _DEVICE_KEPT)


def drop_cookie(response: Response, public_url: str) -> None:
    """Have the browser forget the secret."""
    response.delete_cookie(
        cookie_name(public_url), path="/", secure=_is_secure(public_url), httponly=True, samesite="Lax"
    )


def _device_name(public_url: str) -> str:
    return f"{cookie_name(public_url)}-browser"


def _set(response: Response, public_url: str, name: str, value: str, kept: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(kept.total_seconds()),
        path="/",
        secure=_is_secure(public_url),
        httponly=True,
        samesite="Lax",
    )


def _is_secure(public_url: str) -> bool:
    return urlsplit(public_url).scheme == "https"
