"""Begin a letter: from a form, from a campaign file, or as another one like a letter that is there."""

import contextlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request

from service.campaigns.drafting import Misdrafted, begin_letter, duplicate_letter, file_of
from service.campaigns.enclosures import enclose, names_beside
from service.campaigns.file import read_campaign_file
from service.campaigns.file_tables import CampaignFile
from service.coordinators.accounts import person_of
from service.coordinators.invitations import Offer, invite
from service.coordinators.permissions import Act
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence, in_a_row
from service.model.coordinator import Coordinator, Role
from service.web.desk.begin_fields import FIELDS, SECOND_OWNER, SECTIONS, SLUG
from service.web.desk.blueprint import get, post
from service.web.desk.faults import errors_of
from service.web.desk.page import desk_page, done
from service.web.desk.settings_fields import read_fields
from service.web.desk.visit import acting, looking, visit
from service.web.forms import FormState, Misfilled, shown_again
from service.web.services import services

_DAYS_OPEN = timedelta(days=14)
_LATEST_CLOCK = timedelta(hours=12)
_LONGEST_FILE = 200_000
# Who listens takes no more than 16 MB, and says so with a page of its own: ours comes before.
_LARGEST_UPLOAD = 15_900_000
_BEGUN = Sentence(
    "The letter is a draft, and you are its owner. It is in trial: all its mail reaches your team only, until you switch it"
    " live."
)
_BEGUN_BY_TWO = Sentence(
    "The letter is a draft, and you are its owner; the second owner's invitation is on its way. It is in trial: all its mail"
    " reaches your team only, until you switch it live."
)


@get("/letters/new", Act.CREATE)
def new_letter() -> Response:
    """Show the form that begins a letter."""
    here, who = services(), visit()
    zone = who.time_zone or "UTC"
    today = here.now().astimezone(ZoneInfo(zone)).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    # Whatever zone is chosen in the form, sign-ons are not to begin only hours after the letter is opened.
    begins = today.replace(hour=0) if who.time_zone else (today - _LATEST_CLOCK).replace(hour=0)
    values = {
        "time_zone": zone,
        "language": who.language or "en",
        "opens": begins.isoformat()[:16],
        "deadline": (today + _DAYS_OPEN).replace(hour=17).isoformat()[:16],
        "approver1__name": who.name,
        "approver1__email": _own_address(),
        "salutation": "",
    }
    return _page(FormState(values=values))


def _invites() -> bool:
    # Who begins a letter may have a second owner invited by the same form.
    return bool(request.form.get(SECOND_OWNER, "").strip()) and not visit().is_fresh(now=services().now())


@post("/letters/new", Act.CREATE, is_grave=_invites)
def create_letter() -> Response:
    """Make a draft of what was filled in, and invite the second owner where one is named."""
    entries, here, who = request.form.to_dict(), services(), visit()
    now = here.now()
    try:
        given = read_fields(FIELDS, entries)
        second = given.pop(SECOND_OWNER, None)
        file = file_of(_record(given), now=now)
        with acting() as session:
            made = begin_letter(session, here.keyring, file, owner_id=who.coordinator_id, by=who.by, now=now)
            if second:
                offer = Offer(campaign_id=made.id, role=Role.OWNER)
                with _at_second_owner():
                    email = normal_address(second, what=Sentence("The e-mail address"))
                    invite(session, here.keyring.desk, email=email, offer=offer, by=who.by, now=now)
    except Misfilled as wrong:
        return _page(FormState(values=shown_again(entries), errors=wrong.errors))
    except Misdrafted as wrong:
        errors, rest = errors_of(_at_fields(wrong.by_key), FIELDS)
        return _page(FormState(values=shown_again(entries), errors=errors, notice=in_a_row(rest)))
    return done(f"/desk/letters/{made.slug}/", _BEGUN_BY_TWO if second else _BEGUN)


@post("/letters/upload", Act.CREATE, most_bytes=_LARGEST_UPLOAD)
def upload_letter() -> Response:
    """Make a draft of a campaign file with its logos and annexes; all faults are told at once, and nothing of a faulty one is kept."""
    here, who = services(), visit()
    try:
        read = read_campaign_file(_given_file(), now=here.now())
        whole = enclose(read, _beside(read))
        with acting() as session:
            made = begin_letter(
                session,
                here.keyring,
                whole.file,
                files=whole.files,
                owner_id=who.coordinator_id,
                by=who.by,
                now=here.now(),
            )
    except Refused as refusal:
        faults = [fault for fault in refusal.faults if fault != str(refusal)]
        return desk_page("upload.html", status=422, sentence=str(refusal), faults=faults)
    return done(f"/desk/letters/{made.slug}/", _BEGUN)


@get("/letters/<slug>/duplicate", Act.EDIT_SETTINGS)
def duplicate(slug: str) -> Response:
    """Show what another letter like this one takes over, and ask for its short name."""
    return desk_page(
        "duplicate.html", part="desk.overview", form=FormState(values={"slug": f"{slug}-2"[:60]})
    )


@post("/letters/<slug>/duplicate", Act.EDIT_SETTINGS)
def make_duplicate(slug: str) -> Response:
    """Make another letter like this one."""
    entries, here, who = request.form.to_dict(), services(), visit()
    try:
        with acting() as session:
            made = duplicate_letter(
                session,
                here.keyring,
                slug,
                new_slug=entries.get("slug", "").strip(),
                owner_id=who.coordinator_id,
                by=who.by,
                now=here.now(),
            )
    except Misdrafted as wrong:
        errors, rest = errors_of(wrong.by_key, (SLUG,))
        form = FormState(values=shown_again(entries), errors=errors, notice=in_a_row(rest))
        return desk_page("duplicate.html", part="desk.overview", status=422, form=form)
    return done(f"/desk/letters/{made.slug}/", _BEGUN)


def slug_of(title: str) -> str:
    """Make a short name for a web address of a title, as far as it has Latin letters; "" where too few (pure)."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    return made if len(made) >= 3 else ""


@contextlib.contextmanager
def _at_second_owner() -> Iterator[None]:
    """Tell what is refused of the second owner's address at its field."""
    try:
        yield
    except Refused as refusal:
        raise Misfilled({SECOND_OWNER: str(refusal)}) from refusal


def _own_address() -> str:
    with looking() as session:
        row = session.get_one(Coordinator, visit().coordinator_id)
        return person_of(services().keyring.desk, row).email


def _given_file() -> bytes:
    given = request.files.get("file")
    data = given.stream.read(_LONGEST_FILE + 1) if given is not None else b""
    if not data:
        raise Refused(Sentence("Choose the campaign file first: it ends in .toml."))
    if len(data) > _LONGEST_FILE:
        raise Refused(Sentence("This file is far too long for a campaign file."))
    return data


def _beside(file: CampaignFile) -> dict[str, bytes]:
    """Read the files that a campaign file names; raises Refused with every one that is missing or too large."""
    given = {one.filename: one for one in request.files.getlist("beside") if one.filename}
    found: dict[str, bytes] = {}
    asked = names_beside(file)
    # A browser tells no folders, so a file is known by its own name.
    called = Counter(PurePosixPath(path).name for path in asked)
    faults: list[str] = [
        Sentence(
            "Two files are called “{name}”: give one of them another name, for folders are not sent.",
            name=name,
        )
        for name, number in called.items()
        if number > 1
    ]
    for path, most in asked.items():
        name = PurePosixPath(path).name
        data = given[name].stream.read(most + 1) if name in given else b""
        if not data:
            faults.append(Sentence("“{name}” is named in the campaign file and was not chosen.", name=name))
        elif len(data) > most:
            faults.append(
                Sentence("“{name}” is larger than {most} MB.", name=name, most=max(1, most // 1_000_000))
            )
        found[path] = data
    if faults:
        raise Refused(
            Sentence("The files beside the campaign file cannot be taken; nothing was changed."),
            tuple(faults),
        )
    return found


def _record(given: dict[str, Any]) -> dict[str, Any]:
    """Put what the form gave into the places where a campaign file has it; every other key has its default."""
    top = {key: value for key, value in given.items() if "." not in key and value is not None}
    tables: dict[str, dict[str, Any]] = {}
    for key, value in given.items():
        table, _, name = key.partition(".")
        if name and value is not None:
            tables.setdefault(table, {})[name] = value
    title = str(tables.get("letter", {}).get("title", ""))
    recipient = tables.get("recipient", {})
    office = {
        "role": "to",
        "copy": "full",
        "name": recipient.get("name"),
        "position": recipient.get("position", ""),
        "office": recipient.get("office", ""),
        "emails": [recipient["email"]] if "email" in recipient else [],
        "channels": ["email"] if "email" in recipient else [],
    }
    approvers = [tables[name] for name in ("approver1", "approver2") if name in tables]
    return {
        **top,
        "slug": top.get("slug") or slug_of(title),
        "letter": tables.get("letter", {}),
        "recipients": [{key: value for key, value in office.items() if value is not None}],
        "approvers": [] if top.get("solo") else approvers,
    }


def _at_fields(by_key: dict[str, str]) -> dict[str, str]:
    """Name faults by the fields of this form: its one recipient and its two approvers have places of their own."""
    places = {
        "recipients[1].name": "recipient.name",
        "recipients[1].emails[1]": "recipient.email",
        "recipients[1].position": "recipient.position",
        "recipients[1].office": "recipient.office",
        "approvers": "solo",
    }
    for number in ("1", "2"):
        for name in ("name", "email"):
            places[f"approvers[{number}].{name}"] = f"approver{number}.{name}"
    return {places.get(key, key): told for key, told in by_key.items()}


def _page(form: FormState) -> Response:
    return desk_page("new_letter.html", status=422 if form.is_wrong else 200, form=form, sections=SECTIONS)
