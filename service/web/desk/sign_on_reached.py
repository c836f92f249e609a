"""Reach the owner of a sign-on where mail does not: another address, a code to read out, the secretariat's word."""

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line
from service.signing.codes import spaced
from service.signing.secretariat.doing import sign_on_of
from service.signing.unreachable import LONGEST_HOW, change_address, give_code, vouch
from service.web.desk.blueprint import post
from service.web.desk.page import desk_page
from service.web.desk.signatory import done_with, refused_here
from service.web.desk.visit import acting, letter_row, visit
from service.web.forms import Reader
from service.web.services import services

_HOW = Sentence("Write how they agreed, such as “by Signal to A. Secretary, 3 December”.")


@post("/letters/<slug>/signatories/<sign_on>/reach/address", Act.MODERATE)
def write_to_another_address(slug: str, sign_on: str) -> Response:
    """Write to another address for a sign-on that waits for its confirmation."""
    here, by = services(), visit().by
    return done_with(
        slug,
        sign_on,
        lambda session: change_address(session, here.keyring, slug, sign_on, _email(), by=by, now=here.now()),
        Sentence("A confirming mail is on its way to the other address."),
    )


@post("/letters/<slug>/signatories/<sign_on>/reach/code", Act.MODERATE)
def read_code_out(slug: str, sign_on: str) -> Response:
    """Make a code to be read out by telephone, and show it this once."""
    here = services()
    try:
        with acting() as session:
            sign_on_of(session, letter_row(session), sign_on)
            code = give_code(session, here.keyring, slug, sign_on, by=visit().by, now=here.now())
    except Refused as refusal:
        return refused_here(sign_on, refusal)
    return desk_page("sends/code.html", part="desk.signatories", code=spaced(code), sign_on=sign_on)


@post("/letters/<slug>/signatories/<sign_on>/reach/vouch", Act.ADD_SIGN_ON)
def vouch_for_sign_on(slug: str, sign_on: str) -> Response:
    """Let a sign-on that was never confirmed stand on the secretariat's word, and keep of it only what is printed."""
    here, by = services(), visit().by
    return done_with(
        slug,
        sign_on,
        lambda session: vouch(session, here.keyring, slug, sign_on, how=_how(), by=by, now=here.now()),
        Sentence("It stands as added by the secretariat. What is not printed was forgotten."),
    )


def _email() -> str:
    reader = Reader(request.form)
    found = reader.read("email", lambda text: normal_address(text, what=Sentence("The e-mail address")), "")
    reader.refuse_if_wrong()
    return found


def _how() -> str:
    def how(text: str) -> str:
        found = clean_line(text, what=Sentence("How they agreed"), longest=LONGEST_HOW)
        if not found:
            raise Refused(_HOW)
        return found

    reader = Reader(request.form)
    found = reader.read("how", how, "")
    reader.refuse_if_wrong()
    return found
