"""Add to what speaks for an organization's sign-on: the secretariat's word, a record in its DNS, a second officer."""

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.signing.organizations.countersign import Officer
from service.signing.organizations.proofs import attest
from service.signing.secretariat.evidence import ask_second_officer, look_for_record
from service.web.desk.blueprint import post
from service.web.desk.signatory import done_with
from service.web.desk.visit import visit
from service.web.forms import Reader
from service.web.services import services

_LONGEST_KNOWN = 1000
_HOW_KNOWN = Sentence("Write how you know it, such as “called the chair, 3 December”.")


@post("/letters/<slug>/signatories/<sign_on>/evidence/attest", Act.MODERATE)
def attest_sign_on(slug: str, sign_on: str) -> Response:
    """Keep that the secretariat knows an organization to have signed, and how."""
    here, by = services(), visit().by
    return done_with(
        slug,
        sign_on,
        lambda session: attest(session, here.keyring, slug, sign_on, how=_how_known(), by=by, now=here.now()),
        Sentence("Your word is kept; it speaks for the sign-on."),
    )


@post("/letters/<slug>/signatories/<sign_on>/evidence/domain", Act.MODERATE)
def look_for_its_record(slug: str, sign_on: str) -> Response:
    """Have the DNS looked at for the record that proves an organization's domain."""
    here, by = services(), visit().by
    return done_with(
        slug,
        sign_on,
        lambda session: look_for_record(session, here.keyring, slug, sign_on, by=by, now=here.now()),
        Sentence("The record is looked for once an hour, for three days."),
    )


@post("/letters/<slug>/signatories/<sign_on>/evidence/officer", Act.MODERATE)
def ask_its_second_officer(slug: str, sign_on: str) -> Response:
    """Mail a second officer of an organization the link to countersign."""
    here, by = services(), visit().by
    return done_with(
        slug,
        sign_on,
        lambda session: ask_second_officer(
            session, here.keyring, slug, sign_on, _officer(), by=by, now=here.now()
        ),
        Sentence("The message to countersign is on its way."),
    )


def _how_known() -> str:
    def how(text: str) -> str:
        found = clean_text(text, what=Sentence("How you know it"), longest=_LONGEST_KNOWN)
        if not found:
            raise Refused(_HOW_KNOWN)
        return found

    reader = Reader(request.form)
    found = reader.read("how_known", how, "")
    reader.refuse_if_wrong()
    return found


def _officer() -> Officer:
    """Read who is asked; where the second officer is on record, neither name nor address has to be given."""
    reader = Reader(request.form)
    name = reader.line("officer_name", Sentence("The second officer's name"))
    title = reader.line("officer_title", Sentence("The second officer's role"))
    email = reader.read(
        "officer_email",
        lambda text: normal_address(text, what=Sentence("The e-mail address")) if text.strip() else "",
        "",
    )
    reader.refuse_if_wrong()
    return Officer(name=name, title=title, email=email)
