"""Become owner of a letter by the code of a sheet of paper; whoever has it is invited by mail as anybody else."""

from flask import Response, request

from service.coordinators.backing import use_sheet
from service.coordinators.permissions import Act
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.store.transaction import transaction
from service.web.desk.blueprint import get, post
from service.web.desk.entrance.limits import TooMany, take_a_try
from service.web.desk.page import door_page
from service.web.forms import FormState, shown_again
from service.web.render import Page
from service.web.services import services

_YOURS = Sentence("Your e-mail address")


@get("/recovery-sheet", Act.COME_IN)
def sheet_page() -> Response:
    """Show where the code of a sheet is typed."""
    return _page(FormState(values={}))


@post("/recovery-sheet", Act.COME_IN)
def take_sheet() -> Response:
    """Invite whoever has typed the code of a sheet, as owner; all owners are told."""
    here, entries = services(), request.form.to_dict()
    values = shown_again({"email": entries.get("email", "")})
    try:
        # A bucket of the sheets themselves could be emptied by any stranger.
        take_a_try("")
        email = normal_address(entries.get("email", ""), what=_YOURS)
        with transaction(here.engine) as session:
            use_sheet(session, here.keyring.desk, code=entries.get("code", ""), email=email, now=here.now())
    except TooMany as refusal:
        return _page(FormState(values=values, notice=str(refusal)))
    except Refused as refusal:
        return _page(FormState(values=values, errors={"code": str(refusal)}))
    here.wake()
    return door_page("recovery_sheet_used.html")


def _page(form: FormState) -> Page:
    return door_page("recovery_sheet_code.html", status=422 if form.is_wrong else 200, form=form)
