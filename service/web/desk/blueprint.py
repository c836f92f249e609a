"""The blueprint of the desk, and the one way to put a page on it: with the act that it is."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from service.coordinators.permissions import Act

View = Callable[..., Any]

desk = Blueprint("desk", __name__, url_prefix="/desk")

ACTS: dict[str, Act] = {}
"""The act that each page or button of the desk is, by its endpoint; what is not here is nobody's (service/web/desk/guard.py)."""

GRAVE_WHEN: dict[str, Callable[[], bool]] = {}
"""What tells of some pages, for the request that is just served, whether a fresh proof is needed."""

MOST_BYTES: dict[str, int] = {}
"""How many bytes the forms of some pages may have, where that is more than of all others (service/app.py)."""

LEFT_OF_PURGED = frozenset(
    {
        *("desk.overview", "desk.history", "desk.purge"),
        *("desk.team", "desk.invite_to_team", "desk.uninvite"),
        *("desk.colleague_page", "desk.change_role", "desk.leave_team", "desk.vouch_for"),
        *("desk.directory", "desk.search_directory", "desk.forget_kept"),
    }
)
"""What is left of a letter whose personal data was deleted; every other page would open what no key opens any more."""


def get(rule: str, act: Act) -> Callable[[View], View]:
    """Put a page on the desk: whoever may not do this act does not see it. It changes nothing."""
    return _door(rule, act, "GET")


def post(
    rule: str, act: Act, *, most_bytes: int = 0, is_grave: Callable[[], bool] | None = None
) -> Callable[[View], View]:
    """Put what a form does on the desk: whoever may not do this act cannot do it.

    `most_bytes` is how large the form may be where that is more than others may. `is_grave` tells, once the form is seen,
    whether a fresh proof of who one is has to go before it.
    """

    def put(view: View) -> View:
        if most_bytes:
            MOST_BYTES[f"desk.{view.__name__}"] = most_bytes
        if is_grave is not None:
            GRAVE_WHEN[f"desk.{view.__name__}"] = is_grave
        return _door(rule, act, "POST")(view)

    return put


def _door(rule: str, act: Act, method: str) -> Callable[[View], View]:
    def put(view: View) -> View:
        name = view.__name__
        assert ACTS.setdefault(f"desk.{name}", act) is act, f"two pages of the desk are called {name}"
        desk.add_url_rule(rule, endpoint=name, view_func=view, methods=[method])
        return view

    return put
