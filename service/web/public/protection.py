"""The mark in every form that changes something, made and checked for the page of this request."""

from collections.abc import Mapping

from flask import request

from service.web.nonce import is_fresh, make_nonce
from service.web.services import services

OPEN_TOO_LONG = "This page was open for more than an hour; please press the button again."


def fresh_nonce(*, about: str = "") -> str:
    """Make the mark for a form on this page, and for what the page shows where `about` says it."""
    here = services()
    return make_nonce(here.keyring.root, place=request.path + about, now=here.now())


def form_is_fresh(entries: Mapping[str, str], *, about: str = "") -> bool:
    """Tell whether the form that was sent was opened on this page, about this, within the last hour."""
    here = services()
    return is_fresh(here.keyring.root, entries.get("nonce", ""), place=request.path + about, now=here.now())
