"""The page of an invitation to the secretariat: a name and a password, a device for codes, the recovery codes."""

from collections.abc import Mapping

from flask import Response, request

from service.campaigns.invited import Seen, accept, look_at
from service.coordinators.codes import matching_step
from service.coordinators.enter import enter
from service.coordinators.factors import Enrolment, enrol
from service.coordinators.invitations import find_invitation
from service.coordinators.passwords import make_verifier
from service.coordinators.permissions import Act
from service.foundation.sentence import Sentence
from service.store.transaction import reading, transaction
from service.web.desk.blueprint import get, post
from service.web.desk.entrance import new_device
from service.web.desk.entrance.arriving import give_cookies, present_browser
from service.web.desk.entrance.limits import TooMany, take_a_try
from service.web.desk.entrance.new_device import Begun
from service.web.desk.entrance.new_password import LONGEST_NAME, new_password_errors
from service.web.desk.page import door_page
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.language import page_language
from service.web.render import Page, see_other
from service.web.services import services

WRONG_CODE = Sentence(
    "This is not the code that your device should show now. Look at its clock, and try the next code."
)
TOO_LATE = Sentence("This page was open for too long; begin once more.")


@get("/invitation/<token>", Act.COME_IN)
def coordinator_invitation(token: str) -> Response:
    """Show what somebody is invited to, and the first form; whoever has an account accepts by one button."""
    seen = _look(token)
    return _first_page(token, seen, FormState(values={"name": seen.name}))


@post("/invitation/<token>", Act.COME_IN)
def take_name_and_password(token: str) -> Response:
    """Look at name and password, and show the device its secret; or give the role to the account that is there."""
    seen = _look(token)
    if seen.has_account:
        return _accept(token, seen)
    entries = request.form.to_dict()
    try:
        name = _read(entries, seen)
        take_a_try(f"invitation {seen.invited.id}")
    except Misfilled as wrong:
        values = {"name": entries.get("name", "")}
        return _first_page(token, seen, FormState(values=shown_again(values), errors=wrong.errors))
    except TooMany as refusal:
        values = {"name": entries.get("name", "")}
        return _first_page(token, seen, FormState(values=shown_again(values), notice=str(refusal)))
    begun = new_device.begin(name=name, verifier=make_verifier(entries["password"]))
    return _device_page(token, seen, begun, FormState(values={}))


@post("/invitation/<token>/code", Act.COME_IN)
def take_first_code(token: str) -> Response:
    """Look at the device's first code; where it is right there is an account, and its recovery codes are shown once."""
    here, seen = services(), _look(token)
    begun = new_device.read(request.form.get("begun", ""), owner=seen.invited.id)
    if begun is None:
        return _first_page(token, seen, FormState(values={"name": seen.name}, notice=TOO_LATE))
    try:
        take_a_try(f"invitation {seen.invited.id}")
    except TooMany as refusal:
        return _device_page(token, seen, begun, FormState(values={}, notice=str(refusal)))
    step = matching_step(begun.secret, request.form.get("code", ""), now=here.now())
    if step is None:
        return _device_page(token, seen, begun, FormState(values={}, errors={"code": WRONG_CODE}))
    chosen = Enrolment(
        name=begun.name, verifier=begun.verifier, secret=begun.secret, step=step, language=page_language()
    )
    with transaction(here.engine) as session:
        row, codes = enrol(
            session,
            here.keyring.desk,
            find_invitation(session, token, now=here.now()),
            chosen,
            now=here.now(),
        )
        entered = enter(
            session,
            here.keyring.desk,
            coordinator_id=row.id,
            browser=present_browser(),
            how="invitation",
            now=here.now(),
        )
    here.wake()
    return give_cookies(door_page("recovery_codes.html", codes=codes, then=_then(seen)), entered)


def _accept(token: str, seen: Seen) -> Response:
    here = services()
    with transaction(here.engine) as session:
        accept(session, here.keyring, token, now=here.now())
    return see_other(_then(seen))


def _look(token: str) -> Seen:
    here = services()
    with reading(here.engine) as session:
        return look_at(session, here.keyring, token, now=here.now())


def _read(entries: Mapping[str, str], seen: Seen) -> str:
    """Read name and new password; raises Misfilled."""
    reader = Reader(entries)
    name = reader.line(
        "name", Sentence("Your name"), missing=Sentence("Enter your name."), longest=LONGEST_NAME
    )
    errors = {**reader.errors, **new_password_errors(entries, own=(name, seen.invited.email))}
    if errors:
        raise Misfilled(errors)
    return name


def _first_page(token: str, seen: Seen, form: FormState) -> Page:
    template = "invitation_accept.html" if seen.has_account else "invitation.html"
    status = 422 if form.is_wrong else 200
    return door_page(template, status=status, form=form, seen=seen, here=f"/desk/invitation/{token}")


def _device_page(token: str, seen: Seen, begun: Begun, form: FormState) -> Page:
    return door_page(
        "invitation_device.html",
        status=422 if form.is_wrong else 200,
        form=form,
        seen=seen,
        shown=new_device.show(begun, email=seen.invited.email),
        begun=new_device.write(begun, owner=seen.invited.id),
        here=f"/desk/invitation/{token}/code",
    )


def _then(seen: Seen) -> str:
    return f"/desk/letters/{seen.slug}/" if seen.slug else "/desk/"
