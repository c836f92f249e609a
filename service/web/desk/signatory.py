"""One sign-on at the desk: what is known of it, and what is done with it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import Response, request

from service.coordinators.permissions import Act, NotYours
from service.coordinators.revealing import MOST_REVEALED, OF_SIGN_ONS, keep_revealed
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.model.resemblance import Verdict
from service.signing.invitees.adding import sources_of
from service.signing.notes import LONGEST_NOTE, add_note, read_note
from service.signing.organizations.joined import say_same
from service.signing.party import read_party
from service.signing.secretariat.acts import Does
from service.signing.secretariat.by_two import ask_if_one_too_many
from service.signing.secretariat.doing import do_one, sign_on_of
from service.signing.secretariat.evidence import evidence_seen
from service.signing.secretariat.one import look_at_sign_on
from service.signing.unreachable import ways_to_reach
from service.web.desk.batch import WAITS, said_of
from service.web.desk.blueprint import get, post
from service.web.desk.grave import reveals_too_many
from service.web.desk.page import desk_page, done
from service.web.desk.people import names_of_team
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, Misfilled, shown_again
from service.web.services import services

_NO_ACT = Sentence("Choose what is to be done with this sign-on.")
_WHY_HELD = Sentence("Write why it is held: whoever ends the check has to know.")
_SAME_AS_LISTED = Sentence(
    "The member on that list is the same organization: what it says itself goes before the list, and it counts once."
)


@get("/letters/<slug>/signatories/<sign_on>", Act.SEE_NAMES)
def signatory(slug: str, sign_on: str) -> Response:
    """Show one sign-on: its line, how it agreed, its mail, its history, and what can be done with it."""
    del slug
    return show_sign_on(sign_on)


@post("/letters/<slug>/signatories/<sign_on>/address", Act.SEE_CONTACTS, is_grave=reveals_too_many)
def reveal_address(slug: str, sign_on: str) -> Response:
    """Show the addresses of one sign-on, once; that they were shown is kept."""
    del slug
    with acting() as session:
        row = sign_on_of(session, letter_row(session), sign_on)
        party = read_party(services().keyring.of(session, letter().id), row)
        keep_revealed(
            session,
            act=OF_SIGN_ONS,
            campaign_id=letter().id,
            thing=row.id,
            coordinator_id=visit().coordinator_id,
            proved_at=visit().proved_at,
            now=services().now(),
        )
        sources = sources_of(session, services().keyring.of(session, letter().id), row.id)
    contacts = {
        "email": party.email,
        "approver": party.approver_email,
        "second": party.second_email,
        "phone": party.phone,
        "messenger": party.messenger,
    }
    known = {name: value for name, value in contacts.items() if value}
    return show_sign_on(sign_on, contacts=known, sources=sources)


@post("/letters/<slug>/signatories/<sign_on>/act", Act.MODERATE)
def act_on_sign_on(slug: str, sign_on: str) -> Response:
    """Accept, decline, hold, release, settle, invalidate … one sign-on."""
    here, why = (
        services(),
        clean_text(request.form.get("why", ""), what=Sentence("The reason"), longest=LONGEST_NOTE),
    )
    try:
        with acting() as session:
            row = sign_on_of(session, letter_row(session), sign_on)
            does = _chosen(why)
            waits = ask_if_one_too_many(session, slug, does, sign_on, by=visit().by, now=here.now())
            report = (
                do_one(session, here.keyring, slug, sign_on, does, by=visit().by, now=here.now())
                if not waits
                else None
            )
            if why:
                keys = here.keyring.of(session, letter().id)
                add_note(session, keys, row, why, by=visit().by, now=here.now())
    except Misfilled as wrong:
        return show_sign_on(
            sign_on, status=422, form=FormState(values=shown_again(request.form), errors=wrong.errors)
        )
    if report is None:
        return done(f"/desk/letters/{slug}/second-looks", WAITS)
    undo = {}
    if report.back is not None:
        undo = {"action": f"{page_of(slug, sign_on)}/act", "does": report.back.value}
    return done(page_of(slug, sign_on), said_of(does, report), undo=undo)


@post("/letters/<slug>/signatories/<sign_on>/note", Act.MODERATE)
def note_sign_on(slug: str, sign_on: str) -> Response:
    """Keep a note about a sign-on."""
    here = services()
    try:
        with acting() as session:
            row = sign_on_of(session, letter_row(session), sign_on)
            words = _note()
            keys = here.keyring.of(session, letter().id)
            add_note(session, keys, row, words, by=visit().by, now=here.now())
    except Misfilled as wrong:
        return show_sign_on(
            sign_on, status=422, form=FormState(values=shown_again(request.form), errors=wrong.errors)
        )
    return done(page_of(slug, sign_on), Sentence("The note is kept."))


@post("/letters/<slug>/signatories/<sign_on>/merge", Act.MODERATE)
def merge_sign_ons(slug: str, sign_on: str) -> Response:
    """Say that this sign-on and another are of one organization, or of a chapter and its whole."""
    # Whoever joins two has the other one's page open, and copies its address.
    here, other = services(), request.form.get("other", "").strip().rstrip("/").rpartition("/")[2][:32]
    with acting() as session:
        row = letter_row(session)
        sign_on_of(session, row, sign_on)
        if not other:
            raise Refused(Sentence("Choose the sign-on it is the same as."))
        sign_on_of(session, row, other)
        stands = say_same(session, here.keyring, slug, sign_on, other, by=visit().by, now=here.now())
        joined = sign_on if stands == other else other
        is_joined = sign_on_of(session, row, joined).joined_to is not None
    if not is_joined:
        # One lists the other as a member: nothing was joined that could be parted again.
        return done(page_of(slug, sign_on), _SAME_AS_LISTED)
    return done(
        page_of(slug, sign_on),
        Sentence("Joined: the two count and are printed once."),
        undo={"action": f"{page_of(slug, joined)}/act", "does": Does.ANOTHER.value},
    )


def show_sign_on(
    sign_on: str,
    *,
    status: int = 200,
    form: FormState | None = None,
    contacts: dict[str, str] | None = None,
    sources: Sequence[tuple[datetime, str]] = (),
) -> Response:
    """Show the page of one sign-on, with a form as it was filled in, and with its addresses and sources where they were asked for."""
    here = services()
    with looking() as session:
        row = letter_row(session)
        signature = sign_on_of(session, row, sign_on)
        one = look_at_sign_on(session, here.keyring, row, signature, now=here.now())
        reach = ways_to_reach(session, row, signature, now=here.now())
        evidence = evidence_seen(session, here.keyring.of(session, row.id), signature, one.party)
    return desk_page(
        "signatory.html",
        part="desk.signatories",
        status=status,
        form=form,
        one=one,
        possible=[does.value for does in one.possible] if visit().may(Act.MODERATE) else [],
        alike=[pair for pair in _alike(one.shown["resembles"]) if pair["verdict"] != Verdict.ANOTHER.value],
        contacts=contacts or {},
        sources=sources,
        reach=reach,
        evidence=evidence,
        most_revealed=MOST_REVEALED,
        names=names_of_team(),
        base=page_of(letter().slug, sign_on),
    )


def done_with(slug: str, sign_on: str, does: Callable[[Any], object], said: Sentence) -> Response:
    """Do one thing with a sign-on of this letter, and give its page: with what was done, or with why it was not.

    `does` is given the session.
    """
    try:
        with acting() as session:
            sign_on_of(session, letter_row(session), sign_on)
            does(session)
    except Refused as refusal:
        return refused_here(sign_on, refusal)
    return done(page_of(slug, sign_on), said)


def refused_here(sign_on: str, refusal: Refused) -> Response:
    """Show the page of a sign-on once more, with its form as it was filled in and what keeps it from being done.

    Raises what says that there is nothing here, or nothing for this role: that has a page of its own.
    """
    if isinstance(refusal, NotFound | NotYours):
        raise refusal
    errors = refusal.errors if isinstance(refusal, Misfilled) else {}
    form = FormState(values=shown_again(request.form), errors=errors, notice="" if errors else str(refusal))
    return show_sign_on(sign_on, status=422, form=form)


def page_of(slug: str, sign_on: str) -> str:
    """Give the address of the page of a sign-on."""
    return f"/desk/letters/{slug}/signatories/{sign_on}"


def _alike(found: object) -> list[dict[str, str]]:
    return found if isinstance(found, list) else []


def _chosen(why: str) -> Does:
    chosen = request.form.get("does", "")
    if chosen not in set(Does):
        raise Misfilled({"does": _NO_ACT})
    if chosen == Does.HOLD and not why:
        raise Misfilled({"why": _WHY_HELD})
    return Does(chosen)


def _note() -> str:
    try:
        return read_note(request.form.get("words", ""))
    except Refused as refused:
        raise Misfilled({"words": str(refused)}) from refused
