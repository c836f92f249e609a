"""Bring in members from a spreadsheet: upload, say what its columns hold, look at every row, import, undo."""

from collections.abc import Mapping, Sequence

from flask import Response, request

from service.campaigns.codes import READER_LANGUAGES
from service.coordinators.permissions import Act
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.foundation.spreadsheet import MOST_BYTES, Sheet
from service.model.states import CampaignState
from service.schedules.invitations import TO_OPEN
from service.signing.invite import is_to_invite, leaves_at
from service.signing.invitees import importing
from service.signing.invitees.import_check import BY_COLUMN, Check, Choices, Verdict, letter_of_column
from service.signing.invitees.importing import ImportView
from service.signing.roll_columns import READERS
from service.upkeep.taking_back import Stays, take_back_import, who_stays
from service.web.desk.blueprint import get, post
from service.web.desk.members import PART, members_path
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState
from service.web.languages import mail_languages
from service.web.render import Page
from service.web.services import services

_ROWS_SHOWN = 100
_SAMPLES = 3
_NO_FILE = Sentence("Choose the file that is to be imported.")
_NO_NAME = Sentence("Say which column holds the name.")
_NO_EMAIL = Sentence("Say which column holds the e-mail address.")
_TWICE = Sentence("Two columns cannot both hold this; let one of them be passed over.")
_NO_KIND = Sentence("No column says what each row is; choose what they all are.")


@get("/letters/<slug>/members/import", Act.INVITE_MEMBERS)
def import_members(slug: str) -> Page:
    """Show where a spreadsheet is uploaded."""
    return _show_upload(slug, FormState(values={}))


@post("/letters/<slug>/members/import", Act.INVITE_MEMBERS, most_bytes=MOST_BYTES + 16_384)
def upload_members(slug: str) -> Response:
    """Keep the spreadsheet, sealed, and go on to its columns."""
    here, file = services(), request.files.get("file")
    data = file.read() if file else b""
    if not data:
        return _show_upload(slug, FormState(values={}, errors={"file": _NO_FILE}))
    try:
        with acting() as session:
            key = importing.keep_upload(
                session, here.keyring, letter_row(session), data, by=visit().by, now=here.now()
            )
    except Refused as refusal:
        return _show_upload(slug, FormState(values={}, errors={"file": str(refusal)}))
    return done(f"{_path(slug, key)}?step=columns")


@get("/letters/<slug>/members/import/<member_import>", Act.INVITE_MEMBERS)
def member_import(slug: str, member_import: str) -> Page:
    """Show what the columns hold, or all rows as they were checked, or how far the import has come."""
    sheet, view, checked = _look(member_import)
    wants_columns = request.args.get("step") == "columns" or bool(_missing(view.choices))
    if wants_columns and not view.has_begun:
        return _show_columns(slug, sheet, view, FormState(values=_as_entries(view.choices)))
    return _show_check(slug, view, checked)


@post("/letters/<slug>/members/import/<member_import>/columns", Act.INVITE_MEMBERS)
def choose_member_columns(slug: str, member_import: str) -> Response:
    """Keep what the columns hold."""
    here, entries = services(), request.form.to_dict()
    with looking() as session:
        row = importing.get_import(session, letter_row(session), member_import, now=here.now())
        keys = here.keyring.of(session, letter().id)
        sheet, view = importing.open_sheet(keys, row), importing.view_of(keys, row)
    choices, errors = _read_choices(entries, width=len(sheet.header))
    if errors:
        return _show_columns(slug, sheet, view, FormState(values=entries, errors=errors))
    with acting() as session:
        row = importing.lock_import(session, letter_row(session), member_import, now=here.now())
        importing.choose_columns(session, row, choices)
    return done(_path(slug, member_import))


@post("/letters/<slug>/members/import/<member_import>/rows", Act.INVITE_MEMBERS)
def leave_out_member_rows(slug: str, member_import: str) -> Response:
    """Leave rows out, or take them back in: those named, or all that are faulty."""
    here, back = services(), bool(request.form.get("back"))
    named = {
        int(text)
        for text in request.form.getlist("line")
        if text.isascii() and text.isdigit() and len(text) < 9
    }
    with acting() as session:
        campaign = letter_row(session)
        row = importing.lock_import(session, campaign, member_import, now=here.now())
        if request.form.get("all"):
            keys = here.keyring.of(session, campaign.id)
            checked = importing.check_import(session, keys, campaign, row)
            named |= {one.line for one in checked.seen if one.verdict is Verdict.FAULTY}
        importing.leave_out(session, row, named, back=back)
    lines = {"line": str(min(named))} if len(named) == 1 else {}
    undo = {"action": f"{_path(slug, member_import)}/rows", **({} if back else {"back": "yes"}), **lines}
    n = len(named)
    said = (
        Sentence("{n} row is taken in again.", "{n} rows are taken in again.", n=n)
        if back
        else Sentence("{n} row is left out.", "{n} rows are left out.", n=n)
    )
    return done(_path(slug, member_import), said, undo=undo if lines else None)


@post("/letters/<slug>/members/import/<member_import>/go", Act.INVITE_MEMBERS)
def run_member_import(slug: str, member_import: str) -> Response:
    """Import the next part; pressed twice, it is imported once."""
    here, text = services(), request.form.get("reached", "0")
    reached = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    with acting() as session:
        campaign = letter_row(session)
        is_last = importing.import_next(
            session, here.keyring, campaign, member_import, reached=reached, by=visit().by, now=here.now()
        )
        row = importing.get_import(session, campaign, member_import, now=here.now())
        n = len(row.made)
    path = _path(slug, member_import)
    if not is_last:
        return done(path)
    said = Sentence("{n} member is on the list.", "{n} members are on the list.", n=n)
    return done(path, said, undo={"action": f"{path}/undo"})


@post("/letters/<slug>/members/import/<member_import>/undo", Act.INVITE_MEMBERS)
def undo_member_import(slug: str, member_import: str) -> Response:
    """Take the import back, as far as nobody was written to and nobody has answered."""
    here = services()
    with acting() as session:
        back = take_back_import(session, letter_row(session), member_import, by=visit().by, now=here.now())
    if back.stay:
        said = Sentence(
            "{n} taken back. {stay} stay on the list, and are named below: mail has left to them, or something was noted.",
            "{n} taken back. {stay} stay on the list, and are named below: mail has left to them, or something was noted.",
            n=back.taken,
            stay=back.stay,
        )
    else:
        said = Sentence(
            "{n} taken back: nobody of this file is left.",
            "{n} taken back: nobody of this file is left.",
            n=back.taken,
        )
    return done(_path(slug, member_import), said)


def _look(import_id: str) -> tuple[Sheet, ImportView, Check]:
    here = services()
    with looking() as session:
        campaign, keys = letter_row(session), here.keyring.of(session, letter().id)
        row = importing.get_import(session, campaign, import_id, now=here.now())
        sheet, view = importing.open_sheet(keys, row), importing.view_of(keys, row)
        # Once it has begun, its own rows would be known already.
        checked = (
            Check(seen=(), good=())
            if view.has_begun
            else importing.check_import(session, keys, campaign, row)
        )
    return sheet, view, checked


def _show_upload(slug: str, form: FormState) -> Page:
    return desk_page(
        "import_members.html",
        part=PART,
        status=422 if form.is_wrong else 200,
        form=form,
        path=members_path(slug),
    )


def _show_columns(slug: str, sheet: Sheet, view: ImportView, form: FormState) -> Page:
    columns = [
        {
            "field": f"column-{place}",
            "letter": letter_of_column(place),
            "name": name,
            "samples": [cells[place] for _, cells in sheet.lines[:20] if cells[place]][:_SAMPLES],
        }
        for place, name in enumerate(sheet.header)
    ]
    return desk_page(
        "member_columns.html",
        part=PART,
        status=422 if form.is_wrong else 200,
        form=form,
        columns=columns,
        view=view,
        fields=tuple(READERS),
        languages=mail_languages(),
        path=members_path(slug),
        here=_path(slug, view.id),
    )


def _who_stays(import_id: str) -> Sequence[Stays]:
    here = services()
    with looking() as session:
        row = importing.get_import(session, letter_row(session), import_id, now=here.now())
        return who_stays(session, here.keyring.of(session, letter().id), row)


def _show_check(slug: str, view: ImportView, checked: Check) -> Page:
    shown = request.args.get("show", "")
    if shown not in set(Verdict):
        # What asks for a look comes first: a fault, else a name that a reader could take for another.
        shown = next((one.value for one in (Verdict.FAULTY, Verdict.ALIKE) if checked.counts.get(one)), "")
    rows = [row for row in checked.seen if not shown or row.verdict == shown]
    text = request.args.get("from", "0")
    first = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    return desk_page(
        "member_import.html",
        part=PART,
        view=view,
        checked=checked,
        stays=_who_stays(view.id) if view.is_undone else (),
        rows=rows[first : first + _ROWS_SHOWN],
        first=first,
        earlier=max(0, first - _ROWS_SHOWN) if first else None,
        later=first + _ROWS_SHOWN if len(rows) > first + _ROWS_SHOWN else None,
        shown=shown,
        path=members_path(slug),
        here=_path(slug, view.id),
        leave=_leave(),
        may_undo=view.has_begun and not view.is_undone,
        held_seconds=int(importing.HELD_FOR.total_seconds()),
    )


def _leave() -> str:
    """Say when invitations leave: `now`, `opening`, or `planned` where a schedule or a trial says it; "" where none do any more."""
    with looking() as session:
        campaign, now = letter_row(session), services().now()
        if campaign.state is not CampaignState.OPEN:
            return "opening" if campaign.state in TO_OPEN else ""
        waits = is_to_invite(session, campaign) or campaign.trial_since or leaves_at(campaign, now=now)
        return "planned" if waits else "now"


def _read_choices(entries: Mapping[str, str], *, width: int) -> tuple[Choices, dict[str, str]]:
    """Read what a coordinator chose for each column and for all rows, with a sentence for each choice that cannot be."""
    errors: dict[str, str] = {}
    columns: list[str] = []
    for place in range(width):
        chosen = entries.get(f"column-{place}", "")
        if chosen and chosen in columns:
            errors[f"column-{place}"] = _TWICE
        columns.append(chosen if chosen in READERS else "")
    choices = Choices(
        columns=tuple(columns),
        kind=_one_of(entries.get("kind", ""), ("organization", "person", BY_COLUMN)),
        visibility=_one_of(entries.get("visibility", ""), ("counted", "recipient", "public", BY_COLUMN)),
        language=_one_of(entries.get("language", ""), ("", *READER_LANGUAGES)),
    )
    return choices, {**_missing(choices), **errors}


def _missing(choices: Choices) -> dict[str, str]:
    """Say what the choices lack, by the field where it is to be chosen: the first column that is passed over."""
    errors: dict[str, str] = {}
    place = choices.columns.index("") if "" in choices.columns else 0
    if "name" not in choices.columns:
        errors[f"column-{place}"] = _NO_NAME
    elif "email" not in choices.columns:
        errors[f"column-{place}"] = _NO_EMAIL
    if choices.kind == BY_COLUMN and "kind" not in choices.columns:
        errors["kind"] = _NO_KIND
    return errors


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    return text if text in allowed else allowed[0]


def _as_entries(choices: Choices) -> dict[str, str]:
    columns = {f"column-{place}": column for place, column in enumerate(choices.columns)}
    return {**columns, "kind": choices.kind, "visibility": choices.visibility, "language": choices.language}


def _path(slug: str, import_id: str) -> str:
    if not import_id.isalnum():
        raise NotFound(
            Sentence(
                "There is no such import any more: a spreadsheet is deleted a day after it was uploaded."
            )
        )
    return f"{members_path(slug)}/import/{import_id}"
