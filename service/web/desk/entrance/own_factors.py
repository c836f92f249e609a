"""Change what lets oneself in: the password, the device that shows codes, the recovery codes."""

from flask import Response, request

from service.coordinators.accounts import person_of
from service.coordinators.codes import matching_step
from service.coordinators.factors import renew_recovery_codes, set_password, set_totp
from service.coordinators.passwords import make_verifier
from service.coordinators.permissions import Act
from service.foundation.sentence import Sentence
from service.model.coordinator import Coordinator
from service.web.desk.blueprint import get, post
from service.web.desk.entrance import new_device
from service.web.desk.entrance.account import ACCOUNT
from service.web.desk.entrance.new_device import Begun
from service.web.desk.entrance.new_password import new_password_errors
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, looking, visit
from service.web.forms import FormState
from service.web.render import Page
from service.web.services import services

WRONG_CODE = Sentence(
    "This is not the code that the new device should show now. Look at its clock, and try the next code."
)
TOO_LATE = Sentence("This page was open for too long; let the device read the new picture.")


@get("/account/password", Act.FACTORS)
def password_page() -> Response:
    """Show the form of a new password."""
    return desk_page("account_password.html", part="desk.account", email=_email())


@post("/account/password", Act.FACTORS)
def change_password() -> Response:
    """Change the password; all other sessions end."""
    who, here, entries = visit(), services(), request.form.to_dict()
    email = _email()
    errors = new_password_errors(entries, own=(who.name, email))
    if errors:
        form = FormState(values={}, errors=errors)
        return desk_page("account_password.html", part="desk.account", status=422, form=form, email=email)
    verifier = make_verifier(entries["password"])
    with acting() as session:
        row = session.get_one(Coordinator, who.coordinator_id)
        set_password(session, row, verifier, keep=who.session_id, now=here.now())
    return done(ACCOUNT, Sentence("Your password was changed, and your other sessions were ended."))


@get("/account/device", Act.FACTORS)
def device_page() -> Response:
    """Show the secret for another device."""
    return _device_page(new_device.begin(), FormState(values={}))


@post("/account/device", Act.FACTORS)
def change_device() -> Response:
    """Take codes from another device, once it has shown its first; all other sessions end."""
    who, here = visit(), services()
    begun = new_device.read(request.form.get("begun", ""), owner=who.coordinator_id)
    if begun is None:
        return _device_page(new_device.begin(), FormState(values={}, errors={"code": TOO_LATE}))
    step = matching_step(begun.secret, request.form.get("code", ""), now=here.now())
    if step is None:
        return _device_page(begun, FormState(values={}, errors={"code": WRONG_CODE}))
    with acting() as session:
        row = session.get_one(Coordinator, who.coordinator_id)
        set_totp(
            session,
            here.keyring.desk,
            row,
            secret=begun.secret,
            step=step,
            keep=who.session_id,
            now=here.now(),
        )
    return done(ACCOUNT, Sentence("Your codes come from the new device now; your other sessions were ended."))


@post("/account/recovery-codes", Act.FACTORS)
def new_recovery_codes() -> Response:
    """Show ten new recovery codes, this once; the old ones are worthless."""
    who, here = visit(), services()
    with acting() as session:
        row = session.get_one(Coordinator, who.coordinator_id)
        codes = renew_recovery_codes(session, here.keyring.desk, row, keep=who.session_id, now=here.now())
    return desk_page("account_codes.html", part="desk.account", codes=codes)


def _device_page(begun: Begun, form: FormState) -> Page:
    return desk_page(
        "account_device.html",
        part="desk.account",
        status=422 if form.is_wrong else 200,
        form=form,
        shown=new_device.show(begun, email=_email()),
        begun=new_device.write(begun, owner=visit().coordinator_id),
    )


def _email() -> str:
    with looking() as session:
        row = session.get_one(Coordinator, visit().coordinator_id)
        return person_of(services().keyring.desk, row).email
