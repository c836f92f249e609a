"""Make a page of the desk: with who is asking, the ways to the other pages, and what was just done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, request

from service.foundation.sentence import Sentence
from service.web.assets import ASSETS
from service.web.desk.blueprint import ACTS, LEFT_OF_PURGED
from service.web.desk.older import is_older_alive
from service.web.desk.said import read_said, write_said
from service.web.desk.visit import Visit, visit
from service.web.forms import FormState
from service.web.render import Page, page, see_other


@dataclass(frozen=True, kw_only=True)
class Way:
    """One entry of the navigation."""

    label: str
    path: str
    is_present: bool


# The label of each part of the desk, and the endpoint of its first page, in the order of a letter's life.
_PARTS: tuple[tuple[Sentence, str], ...] = (
    (Sentence("Overview"), "desk.overview"),
    (Sentence("Text"), "desk.text"),
    (Sentence("Members"), "desk.members"),
    (Sentence("Signatories"), "desk.signatories"),
    (Sentence("Planned sendings"), "desk.sends"),
    (Sentence("Recipients"), "desk.recipients"),
    (Sentence("Deliveries"), "desk.deliveries"),
    (Sentence("Figures"), "desk.figures"),
    (Sentence("Team"), "desk.team"),
    (Sentence("History"), "desk.history"),
    (Sentence("Settings"), "desk.settings"),
)


def desk_page(
    template: str, /, *, status: int = 200, part: str = "", form: FormState | None = None, **context: Any
) -> Page:
    """Fill a template below `templates/desk/` for whoever is asking.

    `part` is the endpoint of the part of the desk that the page belongs to, for the navigation, else this page's own.
    The template also knows `visit`, `ways`, `said` (what was just done, once), `form` (empty where none is given),
    `is_older_alive` (a process of an earlier version), and `desk_style`. Nothing keeps the page.
    """
    who = visit()
    return page(
        f"desk/{template}",
        status=status,
        reader=who.language,
        visit=who,
        ways=_ways(who, part or request.endpoint or ""),
        is_older_alive=is_older_alive(),
        said=read_said(who),
        form=form or FormState(values={}),
        desk_style=ASSETS["desk.css"].path,
        desk_script=ASSETS["desk.js"].path,
        **context,
    )


def door_page(
    template: str, /, *, status: int = 200, reader: str = "", form: FormState | None = None, **context: Any
) -> Page:
    """Fill a template below `templates/desk/` for whoever is not in yet; it knows `form` and the desk's style."""
    return page(
        f"desk/{template}",
        status=status,
        reader=reader,
        form=form or FormState(values={}),
        desk_style=ASSETS["desk.css"].path,
        desk_script=ASSETS["desk.js"].path,
        **context,
    )


def done(path: str, sentence: Sentence | None = None, *, undo: Mapping[str, str] | None = None) -> Response:
    """Send the reader on after a form was taken, and say there what was done.

    `undo` may name a form of the desk that takes it back: its `action` and hidden fields, all of them ids and codes.
    """
    if sentence is None:
        return see_other(path)
    separator = "&" if "?" in path else "?"
    return see_other(f"{path}{separator}said={write_said(visit(), sentence, undo=undo or {})}")


def pages_for(who: Visit) -> Mapping[str, str]:
    """Give the pages of this letter that are there and that this coordinator may open: endpoint and path."""
    if who.letter is None:
        return {}
    return {
        rule.endpoint: rule.rule.replace("<slug>", who.letter.slug)
        for rule in current_app.url_map.iter_rules()
        if rule.arguments == {"slug"}
        and "GET" in (rule.methods or ())
        and rule.endpoint in ACTS
        and who.may(ACTS[rule.endpoint])
        and (rule.endpoint in LEFT_OF_PURGED or not who.letter.is_purged)
    }


def _ways(who: Visit, present: str) -> tuple[Way, ...]:
    pages = pages_for(who)
    return tuple(
        Way(label=label, path=pages[endpoint], is_present=endpoint == present)
        for label, endpoint in _PARTS
        if endpoint in pages
    )
