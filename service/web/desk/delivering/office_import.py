"""Take recipients from a list of the members of Congress: upload, see what is new and what differs, take who is chosen."""

from collections.abc import Sequence
from datetime import date

from flask import Response, request

from service.coordinators.permissions import Act
from service.delivery.channel_words import channel_word
from service.delivery.offices.edit import Freedom, changeable
from service.delivery.offices.importing import (
    MOST_AT_ONCE,
    Choice,
    ListSeen,
    keep_list,
    list_seen,
    take_from_list,
)
from service.delivery.offices.listed import Compared
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.foundation.spreadsheet import MOST_BYTES
from service.foundation.written import fold_name
from service.web.desk.blueprint import get, post
from service.web.desk.delivering.days import read_day
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, letter_here, looking, visit
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.render import Page
from service.web.services import services

_PART = "desk.recipients"
_NO_FILE = Sentence("Choose the file with the list.")


@get("/letters/<slug>/recipients/import", Act.EDIT_RECIPIENTS)
def import_offices(slug: str) -> Page:
    """Show where a list is uploaded."""
    return _upload_page(slug, FormState(values={}))


@post("/letters/<slug>/recipients/import", Act.EDIT_RECIPIENTS, most_bytes=MOST_BYTES + 16_384)
def upload_offices(slug: str) -> Response:
    """Keep the list, sealed for a day, and go on to what it says."""
    here, entries, file = services(), request.form.to_dict(), request.files.get("file")
    reader = Reader(entries)
    day = reader.read("day", read_day, date.min)
    data = file.read() if file else b""
    if not data:
        reader.errors["file"] = _NO_FILE
    try:
        reader.refuse_if_wrong()
    except Misfilled as wrong:
        return _upload_page(slug, FormState(values=shown_again(entries), errors=wrong.errors))
    try:
        with acting() as session:
            key = keep_list(session, here.keyring, slug, data, day=day, by=visit().by, now=here.now())
    except Refused as refusal:
        wrong_file = FormState(values=shown_again(entries), errors={"file": str(refusal)})
        return _upload_page(slug, wrong_file)
    return done(f"{_base(slug)}/import/{key}")


@get("/letters/<slug>/recipients/import/<office_import>", Act.EDIT_RECIPIENTS)
def office_list(slug: str, office_import: str) -> Page:
    """Show who is in the list, and how each stands to the letter's recipients."""
    return _list_page(slug, office_import, FormState(values={"role": "cc", "by_post": "yes"}))


@post("/letters/<slug>/recipients/import/<office_import>", Act.EDIT_RECIPIENTS)
def take_offices(slug: str, office_import: str) -> Response:
    """Take who was chosen; nobody is, where what was shown has changed."""
    here, entries = services(), request.form.to_dict()
    chosen = dict(value.partition(":")[::2] for value in request.form.getlist("member"))
    choice = Choice(
        offices=chosen,
        role="to" if entries.get("role") == "to" else "cc",
        by_post=bool(entries.get("by_post")),
    )
    try:
        with acting() as session:
            campaign = letter_here(session)
            taken = take_from_list(
                session, here.keyring, campaign, office_import, choice, by=visit().by, now=here.now()
            )
    except NotFound:
        raise
    except Refused as refusal:
        return _list_page(slug, office_import, FormState(values=shown_again(entries), notice=str(refusal)))
    return done(
        _base(slug),
        Sentence(
            "Recipients added: {added}; changed: {changed}. Now let two of you check each of them.",
            added=taken.added,
            changed=taken.changed,
        ),
    )


def _upload_page(slug: str, form: FormState) -> Page:
    return desk_page(
        "import_offices.html",
        part=_PART,
        status=422 if form.is_wrong else 200,
        form=form,
        base=_base(slug),
    )


def _list_page(slug: str, import_id: str, form: FormState) -> Page:
    here, search = services(), request.values.get("find", "").strip()[:100]
    with looking() as session:
        campaign = letter_here(session)
        seen = list_seen(session, here.keyring, campaign, import_id, now=here.now())
        free = changeable(session, campaign)
    found = _found(seen, search)
    return desk_page(
        "office_import.html",
        part=_PART,
        status=422 if form.is_wrong else 200,
        form=form,
        seen=seen,
        search=search,
        found=len(found),
        offices=found[:MOST_AT_ONCE],
        most=MOST_AT_ONCE,
        free=free,
        may_add=free.freedom is Freedom.ALL,
        may_change=free.freedom is not Freedom.NOTHING,
        post_word=channel_word("post"),
        base=_base(slug),
        here=f"{_base(slug)}/import/{import_id}",
    )


def _found(seen: ListSeen, search: str) -> Sequence[Compared]:
    """Give whose name, position or state holds every word that is sought; two capitals are a state's code."""
    if len(search) == len("WA") and search.isupper():
        return [one for one in seen.offices if one.member.state == search]
    words = fold_name(search).split()
    return [one for one in seen.offices if all(word in one.member.searched for word in words)]


def _base(slug: str) -> str:
    return f"/desk/letters/{slug}/recipients"
