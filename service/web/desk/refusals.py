"""Say at the desk what cannot be done: on a page of the desk, in its reader's language, with a way back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import current_app, g, request
from werkzeug.exceptions import Forbidden, MethodNotAllowed
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.routing import RequestRedirect

from service.coordinators.backing import NotBacked
from service.coordinators.permissions import OF_NO_LETTER, NotYours
from service.foundation.errors import NotFound, Refused
from service.web.desk.blueprint import ACTS, desk
from service.web.desk.page import desk_page, pages_for
from service.web.desk.visit import Visit
from service.web.errors import answer_error
from service.web.render import Page

_TEXTS = frozenset({"text", "body", "words", "source", "note", "said", "why", "reason", "how"})
"""The fields of the desk's forms in which people write at length; none of them holds a secret."""
_SHORT = 12
"""So many letters are a code, or typed anew in a moment."""


@desk.errorhandler(Refused)
def say_refused(refused: Refused) -> Page:
    """Say it; who is not signed in, or not of the letter's team, gets the page that everybody gets."""
    # What is not there looks the same whoever asks: nobody is to learn of a letter by its dress.
    if isinstance(refused, NotFound):
        return answer_error(refused)
    sentence = str(refused)
    faults = tuple(fault for fault in refused.faults if fault not in sentence)
    return _say(refused, sentence, faults=faults, status=403 if isinstance(refused, NotYours) else 422)


@desk.errorhandler(Forbidden)
def say_forbidden(forbidden: Forbidden) -> Page:
    """Say that a form is not of this session."""
    return _say(forbidden, forbidden.description or "", status=403)


def _say(error: Exception, sentence: str, *, faults: Sequence[str] = (), status: int) -> Page:
    who: Visit | None = g.get("visit")
    if who is None:
        return answer_error(error)
    team = pages_for(who).get("desk.team", "") if isinstance(error, NotBacked) else ""
    return desk_page(
        "refused.html",
        status=status,
        sentence=sentence,
        faults=faults,
        team=team,
        back=_way_back(who),
        written=_written(),
    )


def _written() -> Sequence[str]:
    """Give the texts of the form that was refused: whoever wrote them can copy them, and writes none anew."""
    return [
        text.strip()
        for name, text in request.form.items()
        if (name in _TEXTS or name.startswith("body-")) and len(text.strip()) > _SHORT
    ]


def _way_back(who: Visit) -> str:
    """Give the nearest page, on the way up from what was refused, that its reader may open."""
    named = (request.view_args or {}).items()
    for path in _upwards(request.path, has_itself=request.method == "POST"):
        for found in (path, f"{path}/"):
            endpoint, parts = _page_at(found)
            act = ACTS.get(endpoint)
            # `…/signatories/check` is no sign-on that is called so.
            if act is not None and parts.items() <= named and (act in OF_NO_LETTER or who.may(act)):
                return found
    return "/desk/"


def _page_at(path: str) -> tuple[str, Mapping[str, Any]]:
    try:
        return current_app.url_map.bind("").match(path, method="GET")
    except (MethodNotAllowed, NoSuchPage, RequestRedirect):
        return "", {}


def _upwards(path: str, *, has_itself: bool) -> Iterator[str]:
    """Give an address, if wanted, and each above it (pure)."""
    parts = path.strip("/").split("/")
    for length in range(len(parts) if has_itself else len(parts) - 1, 0, -1):
        yield "/" + "/".join(parts[:length])
