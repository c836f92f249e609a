"""Files of signatories: ask for one, and fetch it once a second coordinator has approved it."""

from collections.abc import Iterator

from flask import Response, request

from service.campaigns.queries import lock_campaign
from service.coordinators.permissions import Act
from service.coordinators.second_acts import Doing, SecondAct, Thing, register
from service.coordinators.second_look import ask_second
from service.coordinators.second_look_notice import tell_second
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.export import ExportForm
from service.signing.secretariat.exports import (
    approve_export,
    ask_export,
    exports_of,
    get_export,
    open_piece,
    piece_ids,
)
from service.signing.secretariat.filters import read_filter
from service.store.transaction import reading
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.people import names_of_team
from service.web.desk.visit import acting, letter, looking, visit
from service.web.services import WebServices, services

_CHOOSE = Sentence("Choose CSV or XLSX.")
_TYPES = {
    ExportForm.CSV: "text/csv; charset=utf-8",
    ExportForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@get("/letters/<slug>/exports", Act.SEE_EXPORTS)
def exports(slug: str) -> Response:
    """List which files of signatories are asked for or kept; whoever may ask for one can do it here."""
    del slug
    with looking() as session:
        rows = exports_of(session, letter().id, now=services().now())
    asked = read_filter(request.args)
    return desk_page(
        "exports.html", part="desk.signatories", exports=rows, names=names_of_team(), codes=asked.codes
    )


@post("/letters/<slug>/exports", Act.EXPORT)
def ask_for_export(slug: str) -> Response:
    """Ask for a file: it is made once another coordinator has approved it."""
    here, form = services(), request.form.get("form", "")
    if form not in set(ExportForm):
        raise Refused(_CHOOSE)
    with acting() as session:
        # Files are numbered: two that are asked for at once wait for one another.
        row = lock_campaign(session, slug)
        export = ask_export(
            session, row, ExportForm(form), read_filter(request.form), by=visit().by, now=here.now()
        )
        thing = {"export": export.id, "number": export.number, "form": form, "filter": export.filter}
        look = ask_second(session, campaign_id=row.id, act=EXPORT, thing=thing, by=visit().by, now=here.now())
        tell_second(session, look, Act.EXPORT, now=here.now())
    return done(
        f"/desk/letters/{slug}/exports",
        Sentence("Asked for. Another coordinator has to approve it; then you find the file here for a day."),
    )


@get("/letters/<slug>/exports/<export>", Act.EXPORT)
def fetch_export(slug: str, export: str) -> Response:
    """Give the file to whoever asked for it, piece by piece."""
    here = services()
    with looking() as session:
        row = get_export(session, export, campaign_id=letter().id)
        ids = piece_ids(session, export, campaign_id=letter().id, by=visit().by, now=here.now())
    answer = Response(_opened(here, ids), content_type=_TYPES[row.form])
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="{slug}-signatories-{row.number}.{row.form.value}"'
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _opened(here: WebServices, ids: object) -> Iterator[bytes]:
    assert isinstance(ids, list | tuple)
    for one in ids:
        with reading(here.engine) as session:
            yield open_piece(session, here.keyring, one)


def _says(thing: Thing) -> Sentence:
    if thing["filter"]:
        return Sentence(
            "Make file {number} ({form}): names and addresses of the signatories that the filters {filter} show.",
            number=thing["number"],
            form=thing["form"].upper(),
            filter=", ".join(f"{name}={value}" for name, value in sorted(thing["filter"].items())),
        )
    return Sentence(
        "Make file {number} ({form}): names and addresses of all signatories.",
        number=thing["number"],
        form=thing["form"].upper(),
    )


def _do(doing: Doing) -> Sentence:
    approve_export(
        doing.session,
        doing.thing["export"],
        campaign_id=doing.campaign_id,
        by=doing.approved_by,
        now=doing.now,
    )
    return Sentence("Approved. The file is made now; whoever asked for it can fetch it for a day.")


EXPORT = register("signatories.export", SecondAct(act=Act.EXPORT, says=_says, does=_do))
