"""The table of sign-ons: what stands in it, and acts on many of them at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.signing.secretariat.acts import IN_A_BATCH, Does
from service.signing.secretariat.by_two import ask_if_many, needs_second
from service.signing.secretariat.doing import can_be_done, do_many
from service.signing.secretariat.filters import Filter, read_filter, without_words
from service.signing.secretariat.table import MOST_COUNTED, matching_ids, table_page, waiting_numbers
from service.web.countries import country_options
from service.web.desk.batch import MOST_AT_ONCE, WAITS, said_of, would_do
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter_row, looking, visit
from service.web.forms import FormState
from service.web.language import page_language
from service.web.languages import mail_languages
from service.web.services import services

_NOTHING_TICKED = Sentence("Tick the sign-ons that are meant, or choose all that the filters show.")
_NO_ACT = Sentence("Choose what is to be done with them.")
_TOO_MANY = Sentence(
    "These are more than {n} sign-ons. Narrow the filters and do it part by part.",
    "These are more than {n} sign-ons. Narrow the filters and do it part by part.",
    n=MOST_AT_ONCE,
)
_NONE_FITS = Sentence("That can be done with none of these sign-ons as they stand now.")


@get("/letters/<slug>/signatories", Act.SEE_NAMES)
def signatories(slug: str) -> Response:
    """List the sign-ons that the filters ask for, newest first, a page at a time."""
    return _table(slug, without_words(_asked(request.args)), before=request.args.get("before", ""))


@post("/letters/<slug>/signatories/search", Act.SEE_NAMES)
def search_signatories(slug: str) -> Response:
    """List the sign-ons of a name or an address; those stand in no address of a page, which is kept and logged."""
    return _table(slug, _asked(request.form), before=request.form.get("before", ""))


def _table(slug: str, asked: Filter, *, before: str) -> Response:
    before = before[:32]
    with looking() as session:
        row = letter_row(session)
        table = table_page(session, services().keyring, row, asked, before=before)
        waits = waiting_numbers(session, row)
    return desk_page(
        "signatories.html",
        part="desk.signatories",
        form=FormState(values={**asked.codes, "words": asked.words, **_times(asked)}),
        asked=asked,
        table=table,
        waits=waits,
        most_counted=MOST_COUNTED,
        countries=country_options(page_language(reader=visit().language)),
        languages=mail_languages(),
        acts=[one.value for one in IN_A_BATCH] if visit().may(Act.MODERATE) else [],
        base=f"/desk/letters/{slug}/signatories",
        more=_address(slug, asked, before=table.before) if table.before else "",
        is_later=bool(before),
        first=_address(slug, asked),
    )


@post("/letters/<slug>/signatories/check", Act.MODERATE)
def check_batch(slug: str) -> Response:
    """Show how many sign-ons an act would be done with, and by whom it has to be looked at; change nothing."""
    does, asked = _does(), _asked(request.form)
    ids = _meant(asked)
    with looking() as session:
        row = letter_row(session)
        fitting = [one.id for one in can_be_done(session, row, ids, does)]
        needs = needs_second(session, row.id, does, fitting, by=visit().by, now=services().now())
    if not fitting:
        raise Refused(_NONE_FITS)
    return desk_page(
        "signatories_batch.html",
        part="desk.signatories",
        does=does.value,
        ids=fitting,
        says=would_do(does, len(fitting)),
        left=len(ids) - len(fitting),
        needs_second=needs,
        codes=asked.codes,
        here=_address(slug, asked),
    )


@post("/letters/<slug>/signatories/batch", Act.MODERATE)
def do_batch(slug: str) -> Response:
    """Do it with few of them at once; of many, a second coordinator has to look first."""
    does, ids, here = _does(), _ticked(), services()
    back_to = _address(slug, _asked(request.form))
    if not ids:
        raise Refused(_NOTHING_TICKED)
    with acting() as session:
        if ask_if_many(session, slug, does, ids, by=visit().by, now=here.now()):
            return done(f"/desk/letters/{slug}/second-looks", WAITS)
        report = do_many(session, here.keyring, slug, ids, does, by=visit().by, now=here.now())
    undo = {}
    if report.back is not None:
        undo = {
            "action": f"/desk/letters/{slug}/signatories/batch",
            "does": report.back.value,
            "ids": " ".join(report.ids),
        }
    return done(back_to, said_of(does, report), undo=undo)


def _asked(entries: Mapping[str, str]) -> Filter:
    return read_filter(entries, zone=visit().time_zone or "UTC")


def _times(asked: Filter) -> dict[str, str]:
    """Give the times asked for as this coordinator's clock shows them, for the fields."""
    given = {"since": asked.since, "until": asked.until}
    return {
        name: f"{visit().local(datetime.fromisoformat(text)):%Y-%m-%dT%H:%M}"
        for name, text in given.items()
        if text
    }


def _does() -> Does:
    chosen = request.form.get("does", "")
    if chosen not in set(IN_A_BATCH):
        raise Refused(_NO_ACT)
    return Does(chosen)


def _ticked() -> list[str]:
    named = [*request.form.getlist("id"), *request.form.get("ids", "").split()]
    ids = list(dict.fromkeys(one[:32] for one in named))
    if len(ids) > MOST_AT_ONCE:
        raise Refused(_TOO_MANY)
    return ids


def _meant(asked: Filter) -> Sequence[str]:
    """Give the ticked sign-ons, or all that the filters show where that was chosen."""
    if request.form.get("all") != "yes":
        ids = _ticked()
        if not ids:
            raise Refused(_NOTHING_TICKED)
        return ids
    with looking() as session:
        found = matching_ids(session, services().keyring, letter_row(session), asked, most=MOST_AT_ONCE)
    if len(found) > MOST_AT_ONCE:
        raise Refused(_TOO_MANY)
    return found


def _address(slug: str, asked: Filter, *, before: str = "") -> str:
    query = urlencode({**asked.codes, **({"before": before} if before else {})})
    return f"/desk/letters/{slug}/signatories" + (f"?{query}" if query else "")
