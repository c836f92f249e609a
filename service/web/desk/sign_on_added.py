"""Add a sign-on in four taps: how they agreed, who, how named, done."""

from collections.abc import Mapping

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.addresses import normal_address
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line, fold_name
from service.model.signature import Kind, Visibility
from service.signing.invitees.adding import LONGEST_SOURCE, Agreed, add_agreed
from service.signing.invitees.listing import names_missing
from service.web.desk.blueprint import get, post
from service.web.desk.members import PART, member_path
from service.web.desk.page import desk_page, done
from service.web.desk.signatory import page_of
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.render import Page
from service.web.services import services

_FEW = 12
"""So many names are told apart at a glance, each one tap away; more stand in a list that opens."""

_TOLD = Sentence("Added: it counts now. A mail tells them how they stand; they need do nothing.")
_NOT_TOLD = Sentence("Added: it counts now. No address is kept, so nobody is told by mail.")
_HOW = Sentence("Paste or write how they agreed.")
_HOW_LONG = Sentence("This is too long: paste at most 20,000 characters.")
_WHO = Sentence("Choose who agreed, or write a new name.")
_NAMED = Sentence("Choose how they are named.")


@get("/letters/<slug>/sign-ons/new", Act.ADD_SIGN_ON)
def new_sign_on(slug: str) -> Page:
    """Show the form by which a sign-on that was agreed elsewhere is added."""
    del slug
    return _show(FormState(values={"member": request.args.get("member", "")[:32], "kind": "organization"}))


@post("/letters/<slug>/sign-ons/new", Act.ADD_SIGN_ON)
def add_sign_on(slug: str) -> Response:
    """Add it: it counts at once."""
    here, entries = services(), request.form.to_dict()
    values = shown_again(entries)
    try:
        agreed = _read(entries)
        with acting() as session:
            added = add_agreed(session, here.keyring, slug, agreed, by=visit().by, now=here.now())
    except Misfilled as wrong:
        return _show(FormState(values=values, errors=wrong.errors))
    except NotFound:
        return _show(FormState(values=values, errors={"member": _WHO}))
    except Refused as refusal:
        return _show(FormState(values=values, notice=str(refusal)))
    # Whoever filled in the form by itself was never invited, and has no page among the members.
    there = member_path(slug, added.id) if added.is_listed else page_of(slug, added.id)
    return done(there, _TOLD if added.is_told else _NOT_TOLD)


def _read(entries: Mapping[str, str]) -> Agreed:
    reader = Reader(entries)

    def source(text: str) -> str:
        if not text.strip():
            raise Refused(_HOW)
        if len(text) > LONGEST_SOURCE:
            raise Refused(_HOW_LONG)
        return text.replace("\0", "").strip()

    def visibility(text: str) -> Visibility:
        if text not in set(Visibility):
            raise Refused(_NAMED)
        return Visibility(text)

    def name(text: str) -> str:
        found = clean_line(text, what=Sentence("The name"))
        if not member and not fold_name(found):
            raise Refused(_WHO)
        return found

    how = reader.read("source", source, "")
    member = reader.read("member", lambda text: text.strip()[:32], "")
    named = reader.read("name", name, "")
    email = reader.read("email", lambda text: normal_address(text) if text.strip() else "", "")
    shown = reader.read("visibility", visibility, Visibility.COUNTED)
    reader.refuse_if_wrong()
    kind = Kind.PERSON if entries.get("kind") == Kind.PERSON.value else Kind.ORGANIZATION
    return Agreed(member=member, kind=kind, name=named, email=email, visibility=shown, source=how)


def _show(form: FormState) -> Page:
    with looking() as session:
        campaign, keys = letter_row(session), services().keyring.of(session, letter().id)
        missing = names_missing(session, keys, campaign)
    return desk_page(
        "sign_on_new.html",
        part=PART,
        status=422 if form.is_wrong else 200,
        form=form,
        missing=missing,
        few=_FEW,
        is_final=campaign.revision_id is not None,
    )
