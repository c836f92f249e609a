"""The bridge to paper: a sheet to print, and the sign-ons that are typed in from it."""

from collections.abc import Mapping

from flask import Response, request

from service.coordinators import audit
from service.coordinators.permissions import Act
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.signing.invitees.paper import COLUMNS, check_paper, enter_paper, make_sheet
from service.signing.workplace import Desk
from service.web.desk.blueprint import get, post
from service.web.desk.members import PART, members_path
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, Reader, shown_again
from service.web.render import Page, answer
from service.web.services import services

_LINES = 10
# A person's organization, and who signs for an organization, stand in one column of the sheet.
_FIELDS = {column: column for column in COLUMNS} | {"affiliation": "beside", "representative_name": "beside"}
_NOTHING = Sentence("Type at least one sign-on.")
_WITNESS = Sentence("Write who saw them sign, or have each confirm by mail.")


@get("/letters/<slug>/members/sheet.pdf", Act.ADD_SIGN_ON)
def paper_sheet(slug: str) -> Response:
    """Give the sheet as a PDF."""
    here = services()
    with looking() as session:
        campaign = letter_row(session)
        data = make_sheet(
            session, here.keyring, campaign, public_url=here.public_url, fonts=here.fonts, now=here.now()
        )
    response = answer(data, media_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-sheet.pdf"'
    return response


@get("/letters/<slug>/members/paper", Act.ADD_SIGN_ON)
def paper(slug: str) -> Page:
    """Show the form for what stands on a sheet."""
    return _show(slug, FormState(values={"how": "mail"}))


@post("/letters/<slug>/members/paper", Act.ADD_SIGN_ON)
def enter_from_paper(slug: str) -> Response:
    """Enter what was typed; any fault comes back with all that was typed, and nothing is entered."""
    here, entries = services(), request.form.to_dict()
    values = shown_again(entries)
    reader = Reader(entries)
    witness = reader.line("witness", Sentence("The witness"), longest=100)
    is_witnessed = entries.get("how") == "witness"
    lines = _lines(entries)
    if is_witnessed and not witness:
        reader.errors.setdefault("witness", _WITNESS)
    if not lines:
        reader.errors.setdefault("name-1", _NOTHING)
    rows, faults = check_paper(lines, witness=witness if is_witnessed else "")
    for fault in faults:
        place = _FIELDS.get(fault.column, "name")
        told = Sentence("Line {line}: {told}", line=fault.line, told=fault.told)
        reader.errors.setdefault(f"{place}-{fault.line}", told)
    if reader.errors:
        return _show(slug, FormState(values=values, errors=reader.errors))
    try:
        with acting() as session:
            campaign = letter_row(session)
            keys = here.keyring.of(session, campaign.id)
            desk = Desk(session=session, keys=keys, campaign=campaign, now=here.now())
            entered = enter_paper(desk, rows, witness=witness if is_witnessed else "", by=visit().by)
            thing = f"{entered.counted} counted, {entered.asked} asked"
            audit.record(
                session,
                by=visit().by,
                act="members.paper",
                campaign_id=campaign.id,
                thing=thing,
                now=here.now(),
            )
    except NotFound:
        raise
    except Refused as refusal:
        return _show(slug, FormState(values=values, notice=str(refusal)))
    said = Sentence(
        "{counted} count now, {asked} are asked by mail, {known} were known already.",
        counted=entered.counted,
        asked=entered.asked,
        known=entered.known,
    )
    return done(f"{members_path(slug)}/paper", said)


def _lines(entries: Mapping[str, str]) -> list[tuple[int, list[str]]]:
    """Give the lines on which anything is typed, each with its number and the cells of COLUMNS."""
    return [
        (n, _cells(entries, n))
        for n in range(1, _LINES + 1)
        if any(entries.get(f"{typed}-{n}", "").strip() for typed in ("name", "email", "beside"))
    ]


def _cells(entries: Mapping[str, str], n: int) -> list[str]:
    kind, beside = entries.get(f"kind-{n}", "") or "person", entries.get(f"beside-{n}", "")
    return [
        kind,
        entries.get(f"name-{n}", ""),
        entries.get(f"email-{n}", ""),
        entries.get(f"visibility-{n}", "") or "counted",
        beside if kind == "person" else "",
        "" if kind == "person" else beside,
    ]


def _show(slug: str, form: FormState) -> Page:
    return desk_page(
        "paper.html",
        part=PART,
        status=422 if form.is_wrong else 200,
        form=form,
        lines=range(1, _LINES + 1),
        path=members_path(slug),
        is_draft=letter().state.value == "draft",
    )
