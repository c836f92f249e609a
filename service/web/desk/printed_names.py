"""How names are printed: fix capitals or an acronym, and see what signatories answered in the proof round."""

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.sentence import Sentence
from service.signing.party import read_party
from service.signing.secretariat.doing import sign_on_of
from service.signing.secretariat.fix_name import Fix, fix_name, why_not_fixed, why_not_small
from service.signing.secretariat.proofs import proof_round
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.services import services

_TOLD = Sentence("The name is printed so from now on; its signatory is told by mail and can undo it.")
_NOT_TOLD = Sentence("The name is printed so from now on. No address is kept, so nobody is told by mail.")
_WHAT = {
    "name": (Sentence("The name"), 200),
    "name_latin": (Sentence("The name in Latin letters"), 200),
    "acronym": (Sentence("The acronym"), 40),
}


@get("/letters/<slug>/signatories/proof", Act.SEE_NAMES)
def proof_answers(slug: str) -> Response:
    """List what signatories have said of their printed lines."""
    before = request.args.get("before", "")[:32]
    with looking() as session:
        found = proof_round(session, services().keyring, letter_row(session), before=before)
    base = f"/desk/letters/{slug}/signatories"
    more = f"{base}/proof?before={found.before}" if found is not None and found.before else ""
    return desk_page("proof_answers.html", part="desk.signatories", found=found, base=base, more=more)


@get("/letters/<slug>/signatories/<sign_on>/name", Act.MODERATE)
def fix_name_form(slug: str, sign_on: str) -> Response:
    """Show how a name is printed, to fix it."""
    del slug
    return _page(sign_on)


@post("/letters/<slug>/signatories/<sign_on>/name", Act.MODERATE)
def fix_printed_name(slug: str, sign_on: str) -> Response:
    """Print a name as it was fixed, and tell its signatory."""
    here = services()
    try:
        with acting() as session:
            row = sign_on_of(session, letter_row(session), sign_on)
            was = read_party(here.keyring.of(session, letter().id), row)
            fix = _read()
            _refuse_large(why_not_small(was, fix))
            is_told = fix_name(session, here.keyring, slug, sign_on, fix, by=visit().by, now=here.now())
    except Misfilled as wrong:
        return _page(
            sign_on, status=422, form=FormState(values=shown_again(request.form), errors=wrong.errors)
        )
    return done(f"/desk/letters/{slug}/signatories/{sign_on}", _TOLD if is_told else _NOT_TOLD)


def _page(sign_on: str, *, status: int = 200, form: FormState | None = None) -> Response:
    with looking() as session:
        row = letter_row(session)
        found = sign_on_of(session, row, sign_on)
        party = read_party(services().keyring.of(session, row.id), found)
        reason = why_not_fixed(session, row, found)
    kept = {name: str(getattr(party, name)) for name in _WHAT}
    return desk_page(
        "printed_name.html",
        part="desk.signatories",
        status=status,
        form=form or FormState(values=kept),
        why_not=reason,
        is_organization=party.kind.value == "organization",
        base=f"/desk/letters/{letter().slug}/signatories/{sign_on}",
    )


def _read() -> Fix:
    reader = Reader(request.form)
    read = {name: reader.line(name, what, longest=longest) for name, (what, longest) in _WHAT.items()}
    reader.refuse_if_wrong()
    return Fix(**read)


def _refuse_large(wrong: dict[str, str]) -> None:
    if wrong:
        raise Misfilled(wrong)
