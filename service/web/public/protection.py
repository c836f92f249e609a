"""The mark in every form that changes something, made and checked for the page of this request."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import request

from service.foundation.sentence import Sentence
from service.signing.abuse.small_forms import Asking
from service.signing.abuse.visit import Visit
from service.web.nonce import LIVES, age, is_fresh, is_ours, make_nonce, opened_at
from service.web.proof_of_work import Challenge, check_proof, make_challenge
from service.web.services import services

OPEN_TOO_LONG = Sentence("This page was open for more than an hour; please press the button again.")

TRAP = "comments"
"""The field that people do not see and leave empty; programs fill in whatever there is."""


def fresh_nonce(*, about: str = "") -> str:
    """Make the mark for a form on this page, and for what the page shows where `about` says it."""
    here = services()
    return make_nonce(here.keyring.root, place=request.path + about, now=here.now())


def nonce_for(path: str) -> str:
    """Make the mark for a form on this page that is sent to another path of ours."""
    here = services()
    return make_nonce(here.keyring.root, place=path, now=here.now())


def form_is_fresh(entries: Mapping[str, str], *, about: str = "") -> bool:
    """Tell whether the form that was sent was opened on this page, about this, within the last hour."""
    here = services()
    return is_fresh(here.keyring.root, entries.get("nonce", ""), place=request.path + about, now=here.now())


def kept_nonce(entries: Mapping[str, str]) -> str:
    """Make the mark for a form that is shown again: nobody is too quick who corrects a slip, or comes back late."""
    if form_is_fresh(entries):
        return entries.get("nonce", "")
    here, place = services(), request.path
    if is_ours(here.keyring.root, entries.get("nonce", ""), place=place, now=here.now()):
        # It was open for more than an hour: whoever presses the button again need not wait.
        return make_nonce(here.keyring.root, place=place, now=here.now() - here.caution.quickest)
    return fresh_nonce()


def fresh_challenge() -> Challenge:
    """Make the proof of work that the form on this page asks for."""
    here = services()
    return make_challenge(here.keyring.root, place=request.path, until=here.now() + LIVES)


def visit_of(entries: Mapping[str, str]) -> Visit:
    """Tell how a form came, for the limits and lists; call it for a form that is fresh."""
    here = services()
    open_for = age(here.keyring.root, entries.get("nonce", ""), place=request.path, now=here.now())
    return Visit(
        address=request.remote_addr,
        open_for=open_for or timedelta(0),
        trapped=bool(entries.get(TRAP)),
        proof=check_proof(here.keyring.root, entries.get("proof", ""), place=request.path, now=here.now()),
        form=entries.get("nonce", ""),
        caution=here.caution,
    )


def asking_by(entries: Mapping[str, str]) -> Asking:
    """Tell how a small form came, for the limits and lists."""
    return Asking(address=request.remote_addr, trapped=bool(entries.get(TRAP)))


def form_opened_at(entries: Mapping[str, str], *, about: str = "") -> datetime | None:
    """Give when the form that was sent was opened on this page; None where its mark does not say it."""
    here = services()
    return opened_at(here.keyring.root, entries.get("nonce", ""), place=request.path + about, now=here.now())
