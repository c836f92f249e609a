"""Come in and prove by a passkey, and keep passkeys on the own account; the one part of the desk that needs a script."""

import json

from flask import Response, request

from service.campaigns.coordinator_mail import SERVICE
from service.coordinators import audit
from service.coordinators.accounts import person_of
from service.coordinators.enter import enter
from service.coordinators.passkeys import (
    NOT_TAKEN,
    Answer,
    Asked,
    Site,
    add_passkey,
    ask_to_make,
    ask_to_sign,
    remove_passkey,
    site_of,
    who_signed,
)
from service.coordinators.permissions import Act
from service.coordinators.sessions import note_proof
from service.foundation.sentence import Sentence
from service.model.coordinator import Coordinator
from service.store.transaction import transaction
from service.web.desk.blueprint import get, post
from service.web.desk.cookie import read_cookie
from service.web.desk.entrance.account import ACCOUNT
from service.web.desk.entrance.arriving import give_cookies, go_on, present_browser
from service.web.desk.entrance.limits import TooMany, take_a_try
from service.web.desk.entrance.new_password import LONGEST_NAME
from service.web.desk.entrance.prove import prove_page
from service.web.desk.entrance.sign_in import sign_in_page
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.render import Page, answer
from service.web.services import services


@post("/sign-in/passkey/ask", Act.COME_IN)
def ask_for_passkey() -> Response:
    """Ask the device that is there to sign, as JSON for the script."""
    here = services()
    take_a_try("")
    with transaction(here.engine) as session:
        asked = ask_to_sign(session, _site(), now=here.now())
    return _as_json(asked)


@post("/sign-in/passkey", Act.COME_IN)
def take_passkey() -> Response:
    """Let in whose device has signed."""
    here = services()
    try:
        take_a_try("")
    except TooMany as refusal:
        return sign_in_page(notice=str(refusal), status=429)
    with transaction(here.engine) as session:
        row = who_signed(session, _site(), _answer(), now=here.now())
        entered = (
            enter(
                session,
                here.keyring.desk,
                coordinator_id=row.id,
                browser=present_browser(),
                how="passkey",
                now=here.now(),
            )
            if row
            else None
        )
    here.wake()
    if row is None or entered is None:
        return sign_in_page(notice=NOT_TAKEN)
    return give_cookies(go_on(row.id, secret=entered.secret, language=row.language), entered)


@post("/prove/passkey", Act.OWN)
def prove_by_passkey() -> Response:
    """Take what an own device has signed as a proof."""
    who, here = visit(), services()
    with acting() as session:
        row = who_signed(session, _site(), _answer(), now=here.now())
        is_own = row is not None and row.id == who.coordinator_id
        if is_own:
            note_proof(session, who.session_id, now=here.now())
            act = "sign_in.prove_passkey"
            audit.record(
                session, by=who.by, act=act, campaign_id=None, thing=who.coordinator_id, now=here.now()
            )
    if not is_own:
        return prove_page(notice=NOT_TAKEN)
    return go_on(who.coordinator_id, secret=read_cookie(here.public_url), language=who.language)


@get("/account/passkeys", Act.FACTORS)
def passkeys_page() -> Response:
    """Show how to add a passkey."""
    return _page(FormState(values={}))


@post("/account/passkeys/ask", Act.FACTORS)
def ask_for_new_passkey() -> Response:
    """Ask the device that is there to make a key, as JSON for the script."""
    here = services()
    with acting() as session:
        row = session.get_one(Coordinator, visit().coordinator_id)
        asked = ask_to_make(session, _site(), person_of(here.keyring.desk, row), now=here.now())
    return _as_json(asked)


@post("/account/passkeys", Act.FACTORS)
def keep_passkey() -> Response:
    """Keep the key that the device has made."""
    who, here, entries = visit(), services(), request.form.to_dict()
    try:
        name = _name(entries)
    except Misfilled as wrong:
        return _page(FormState(values=shown_again(entries), errors=wrong.errors))
    given = Answer(step=entries.get("step", ""), credential=entries.get("credential", ""), name=name)
    with acting() as session:
        row = session.get_one(Coordinator, who.coordinator_id)
        kept = add_passkey(
            session, here.keyring.desk, _site(), row, answer=given, keep=who.session_id, now=here.now()
        )
    if not kept:
        return _page(FormState(values={"name": name}, notice=NOT_TAKEN))
    return done(ACCOUNT, Sentence("The passkey was added; from now on one button lets you in."))


@post("/account/passkeys/remove", Act.FACTORS)
def take_off_passkey() -> Response:
    """Take a passkey off the own account."""
    who, here = visit(), services()
    with acting() as session:
        row = session.get_one(Coordinator, who.coordinator_id)
        remove_passkey(session, row, request.form.get("key", ""), keep=who.session_id, now=here.now())
    return done(ACCOUNT, Sentence("The passkey was taken off your account."))


def _site() -> Site:
    return site_of(services().public_url, name=SERVICE)


def _answer() -> Answer:
    return Answer(step=request.form.get("step", ""), credential=request.form.get("credential", ""))


def _as_json(asked: Asked) -> Page:
    return answer(
        json.dumps({"step": asked.step, "options": json.loads(asked.options)}), media_type="application/json"
    )


def _name(entries: dict[str, str]) -> str:
    reader = Reader(entries)
    missing = Sentence("Give it a name, such as “my phone”.")
    name = reader.line("name", Sentence("The name"), missing=missing, longest=LONGEST_NAME)
    reader.refuse_if_wrong()
    return name


def _page(form: FormState) -> Page:
    status = 422 if form.is_wrong else 200
    return desk_page("account_passkey.html", part="desk.account", status=status, form=form)
