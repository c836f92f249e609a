"""The history of a letter: who did what, the newest first."""

import re

from flask import Response, request

from service.coordinators.chain import head_of
from service.coordinators.history import history_of
from service.coordinators.permissions import Act
from service.web.desk.blueprint import get
from service.web.desk.page import desk_page
from service.web.desk.visit import letter, looking
from service.web.services import services

_ID = re.compile(r"[0-9a-f]{32}")


@get("/letters/<slug>/history", Act.SEE_HISTORY)
def history(slug: str) -> Response:
    """Show a part of what was done to the letter."""
    del slug
    before, after = _asked("before"), _asked("after")
    with looking() as session:
        found = history_of(
            session, services().keyring.desk, letter().id, before=before, after="" if before else after
        )
        head = head_of(session)
    return desk_page("history.html", history=found, head=head)


def _asked(name: str) -> str:
    given = request.args.get(name, "")
    return given if _ID.fullmatch(given) else ""
