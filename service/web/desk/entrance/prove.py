"""Prove anew who one is, for what is grave: a password and a code, within the last five minutes."""

from http import HTTPStatus

from flask import Response, request

from service.coordinators import audit
from service.coordinators.codes import use_code
from service.coordinators.passwords import is_right
from service.coordinators.permissions import Act
from service.coordinators.sessions import note_proof
from service.foundation.sentence import Sentence
from service.model.coordinator import Coordinator
from service.web.desk.blueprint import get, post
from service.web.desk.carrying import FIELD
from service.web.desk.cookie import read_cookie
from service.web.desk.entrance.arriving import carried_along, go_on
from service.web.desk.entrance.limits import TooMany, take_a_try
from service.web.desk.guard import way_back
from service.web.desk.page import desk_page
from service.web.desk.visit import acting, looking, visit
from service.web.forms import FormState
from service.web.render import Page
from service.web.services import services

NOT_PROVED = Sentence("Password or code is not right. A code that was used already is not good again.")


@get("/prove", Act.OWN)
def prove() -> Response:
    """Show how to prove it."""
    return prove_page()


@post("/prove", Act.OWN)
def take_proof() -> Response:
    """Look at password and code together, and go on where both are right."""
    who, here = visit(), services()
    try:
        take_a_try(f"proof {who.coordinator_id}", coordinator_id=who.coordinator_id)
    except TooMany as refusal:
        return prove_page(notice=str(refusal), status=429)
    if not prove_by_password():
        return prove_page(errors={"password": NOT_PROVED})
    return go_on(who.coordinator_id, secret=read_cookie(here.public_url), language=who.language)


def prove_by_password() -> bool:
    """Take the password and the code of this form as a proof; tells whether both are right."""
    who, here = visit(), services()
    with looking() as session:
        verifier = session.get_one(Coordinator, who.coordinator_id).password
    if not is_right(verifier, request.form.get("password", "")):
        return False
    with acting() as session:
        row = session.get_one(Coordinator, who.coordinator_id)
        proved = use_code(session, here.keyring.desk, row, request.form.get("code", ""), now=here.now())
        if proved:
            note_proof(session, who.session_id, now=here.now())
            audit.record(
                session, by=who.by, act="sign_in.prove", campaign_id=None, thing=row.id, now=here.now()
            )
    return proved


def prove_page(*, errors: dict[str, str] | None = None, notice: str = "", status: int = 200) -> Page:
    """Show the form of a proof, with what goes along."""
    wrong = bool(errors or notice) and status == HTTPStatus.OK
    return desk_page(
        "prove.html",
        status=422 if wrong else status,
        form=FormState(values={}, errors=errors or {}, notice=notice),
        then=way_back(""),
        carried=request.values.get(FIELD, ""),
        kept=carried_along() is not None,
        lost=False,
    )
