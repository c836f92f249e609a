"""The pages by which an organization speaks up: not authorized, countersign, what speaks for its sign-on."""

from flask import Response, request

from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.signing.evidence_page import (
    EvidenceView,
    ask_second_officer,
    look_at_evidence,
    look_for_record,
)
from service.signing.organizations.countersign import CountersignView, countersign, look_at_countersigning
from service.signing.organizations.dispute import ObjectionView, look_at_objection, object_to
from service.store.transaction import reading, transaction
from service.web.forms import FormState, Misfilled, shown_again
from service.web.organization_forms import read_officer
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, form_is_fresh, fresh_nonce
from service.web.render import page
from service.web.services import services

_AGREES = "agrees"


@public.get("/objection/<token>")
def objection_page(token: str) -> Response:
    """Show the sign-on that may be disputed."""
    return _show_objection(_look_at_objection(token))


@public.post("/objection/<token>")
def take_objection(token: str) -> Response:
    """Hold the sign-on; a second time shows the same page."""
    if not form_is_fresh(request.form):
        return _show_objection(_look_at_objection(token), notice=OPEN_TOO_LONG)
    here = services()
    with transaction(here.engine) as session:
        view = object_to(session, here.keyring, token=token, now=here.now())
    here.wake()
    return _show_objection(view)


@public.get("/countersign/<token>")
def countersign_page(token: str) -> Response:
    """Show the sign-on that a second officer may countersign."""
    return _show_countersign(_look_at_countersigning(token))


@public.post("/countersign/<token>")
def take_countersign(token: str) -> Response:
    """Keep the second officer's word."""
    if not form_is_fresh(request.form):
        return _show_countersign(_look_at_countersigning(token), notice=OPEN_TOO_LONG)
    here, word = services(), request.form.get("word", "")
    if word not in {_AGREES, "objects"}:
        raise Refused(Sentence("Press one of the two buttons on the page that your message opens."))
    with transaction(here.engine) as session:
        view = countersign(session, here.keyring, token=token, agrees=word == _AGREES, now=here.now())
    here.wake()
    return _show_countersign(view)


@public.get("/manage/<token>/evidence")
def evidence_page(token: str) -> Response:
    """Show what speaks for a sign-on, and how to add to it."""
    return _show_evidence(_look_at_evidence(token))


@public.post("/manage/<token>/evidence")
def add_evidence(token: str) -> Response:
    """Ask a second officer, or have the DNS looked at; what is wrong comes back with what was written."""
    entries = request.form.to_dict()
    values = shown_again(entries)
    if not form_is_fresh(entries):
        return _show_evidence(_look_at_evidence(token), FormState(values=values, notice=OPEN_TOO_LONG))
    try:
        view = _add_evidence(token, entries)
    except Misfilled as wrong:
        return _show_evidence(_look_at_evidence(token), FormState(values=values, errors=wrong.errors))
    except NotFound:
        raise
    except Refused as refusal:
        return _show_evidence(_look_at_evidence(token), FormState(values=values, notice=str(refusal)))
    services().wake()
    return _show_evidence(view)


def _add_evidence(token: str, entries: dict[str, str]) -> EvidenceView:
    here = services()
    if entries.get("what") == "dns":
        with transaction(here.engine) as session:
            return look_for_record(session, here.keyring, token=token, now=here.now())
    officer = read_officer(entries)
    with transaction(here.engine) as session:
        return ask_second_officer(session, here.keyring, token=token, officer=officer, now=here.now())


def _look_at_objection(token: str) -> ObjectionView:
    here = services()
    with reading(here.engine) as session:
        return look_at_objection(session, here.keyring, token=token, now=here.now())


def _look_at_countersigning(token: str) -> CountersignView:
    here = services()
    with reading(here.engine) as session:
        return look_at_countersigning(session, here.keyring, token=token, now=here.now())


def _look_at_evidence(token: str) -> EvidenceView:
    here = services()
    with reading(here.engine) as session:
        return look_at_evidence(session, here.keyring, token=token, now=here.now())


def _show_objection(view: ObjectionView, *, notice: str = "") -> Response:
    notice = "" if view.disputed or not view.stands else notice
    return page(
        "public/objection.html",
        status=422 if notice else 200,
        letter=view,
        view=view,
        nonce=fresh_nonce(),
        notice=notice,
    )


def _show_countersign(view: CountersignView, *, notice: str = "") -> Response:
    return page(
        "public/countersign.html",
        status=422 if notice else 200,
        letter=view,
        view=view,
        nonce=fresh_nonce(),
        notice=notice,
    )


def _show_evidence(view: EvidenceView, form: FormState | None = None) -> Response:
    form = form or FormState(values={})
    return page(
        "public/evidence.html",
        back=request.path.removesuffix("/evidence"),
        status=422 if form.is_wrong else 200,
        reader=view.reader,
        letter=view,
        view=view,
        form=form,
        nonce=fresh_nonce(),
    )
