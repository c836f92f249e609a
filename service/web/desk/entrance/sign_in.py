"""Come in at the desk by password and code, and leave it."""

from flask import Response, request

from service.coordinators import entering
from service.coordinators.account import end_own_session
from service.coordinators.accounts import email_index
from service.coordinators.enter import enter
from service.coordinators.entering import Waits
from service.coordinators.passwords import is_outdated, is_right, make_verifier
from service.coordinators.permissions import Act
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.coordinator import Coordinator
from service.store.transaction import reading, transaction
from service.web.desk.blueprint import get, post
from service.web.desk.carrying import FIELD
from service.web.desk.cookie import drop_cookie
from service.web.desk.entrance.arriving import carried_along, give_cookies, go_on, present_browser
from service.web.desk.entrance.limits import TooMany, take_a_try
from service.web.desk.guard import SIGN_IN, way_back
from service.web.desk.page import door_page
from service.web.desk.visit import acting, visit
from service.web.forms import FormState, shown_again
from service.web.render import Page, see_other
from service.web.services import services

NOT_RIGHT = Sentence("Address or password is not right. Both have to be exactly those of your account.")
WRONG_CODE = Sentence(
    "This code is not right, or was used already. Type the one that your device shows now, or wait for the next."
)
TOO_LATE = Sentence("That took too long, or there were too many wrong codes: begin once more.")


@get("/sign-in", Act.COME_IN)
def sign_in() -> Response:
    """Show how to come in."""
    return sign_in_page()


@post("/sign-in", Act.COME_IN)
def take_password() -> Response:
    """Look at address and password; the second step is asked for where both are right."""
    here, form = services(), request.form
    email, password = form.get("email", ""), form.get("password", "")
    with reading(here.engine) as session:
        claim = entering.look_up(session, here.keyring.desk, email)
    try:
        take_a_try(_account(email), coordinator_id=claim.coordinator_id)
    except TooMany as refusal:
        return sign_in_page(notice=str(refusal), status=429)
    if not is_right(claim.verifier, password):
        return sign_in_page(errors={"email": NOT_RIGHT})
    newer = make_verifier(password) if is_outdated(claim.verifier) else ""
    with transaction(here.engine) as session:
        if newer:
            session.get_one(Coordinator, claim.coordinator_id).password = newer
        step = entering.begin_step(
            session, waits=Waits.CODE, coordinator_id=claim.coordinator_id, now=here.now()
        )
    return code_page(step)


@post("/sign-in/code", Act.COME_IN)
def take_code() -> Response:
    """Look at the code; where it is right a session begins, and no earlier one of this browser stands."""
    here, step = services(), request.form.get("step", "")
    with reading(here.engine) as session:
        whose = entering.whose_step(session, step)
    try:
        # Of the account, not of the step: whoever knows the password can begin as many steps as there are tries.
        take_a_try(f"code {whose}", coordinator_id=whose)
    except TooMany as refusal:
        return code_page(step, notice=str(refusal), status=429)
    now, browser = here.now(), present_browser()
    with transaction(here.engine) as session:
        row, again = entering.enter_by_code(
            session, here.keyring.desk, token=step, code=request.form.get("code", ""), now=now
        )
        entered = (
            enter(session, here.keyring.desk, coordinator_id=row.id, browser=browser, how="code", now=now)
            if row
            else None
        )
    if row is None or entered is None:
        return code_page(step, errors={"code": WRONG_CODE}) if again else sign_in_page(notice=TOO_LATE)
    here.wake()
    return give_cookies(go_on(row.id, secret=entered.secret, language=row.language), entered)


@post("/sign-out", Act.OWN)
def sign_out() -> Response:
    """End this session."""
    who, here = visit(), services()
    with acting() as session:
        end_own_session(session, who.session_id, coordinator_id=who.coordinator_id, now=here.now())
    response = see_other(SIGN_IN)
    drop_cookie(response, here.public_url)
    return response


def sign_in_page(*, errors: dict[str, str] | None = None, notice: str = "", status: int = 200) -> Page:
    """Show the first step; with what was typed but for the password, which nobody shows again."""
    values = {"email": request.form.get("email", "")}
    wrong = bool(errors or notice) and status == 200
    return door_page(
        "sign_in.html",
        status=422 if wrong else status,
        form=FormState(values=shown_again(values), errors=errors or {}, notice=notice),
        then=way_back(""),
        carried=request.values.get(FIELD, ""),
        kept=carried_along() is not None,
        lost=False,
    )


def code_page(
    step: str, *, errors: dict[str, str] | None = None, notice: str = "", status: int = 200
) -> Page:
    """Show the second step."""
    return door_page(
        "sign_in_code.html",
        status=422 if errors else status,
        form=FormState(values={}, errors=errors or {}, notice=notice),
        step=step,
        then=way_back(""),
        carried=request.values.get(FIELD, ""),
    )


def _account(email: str) -> str:
    """Name the account that was typed, whether there is one or not, by a keyed hash."""
    try:
        return email_index(services().keyring.desk, normal_address(email)).hex()
    except Refused:
        return "of no address"
