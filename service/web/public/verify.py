"""The page where anybody who holds a copy of a letter can check whether it is one of ours."""

import threading
from dataclasses import dataclass

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from service.delivery.annexes import FoundAnnex, find_annex
from service.delivery.verify import (
    Bytes,
    Compared,
    Found,
    codes_of,
    compare,
    copy_of,
    find_copy,
    take_a_check,
)
from service.foundation.errors import Refused, Transient
from service.foundation.sentence import Sentence
from service.i18n.words import count_signatories, words_or_english
from service.letter.printed_code import digits_in
from service.store.transaction import reading, transaction
from service.web.forms import FormState, Misfilled, shown_again
from service.web.language import page_language
from service.web.links import check_path, letter_path
from service.web.public.blueprint import public
from service.web.render import Openness, page
from service.web.services import services

MOST_BYTES = 12_000_000
"""The largest file that is taken, in memory only: an annex has 10 MB at most, and so has the PDF of 20,000 names."""

TOO_OFTEN = Sentence("There were too many checks from your network just now; try again in a minute.")
_TOO_LARGE = Sentence("This file is larger than 12 MB; type the check code that is printed at its end.")
_NOTHING = Sentence("Type a check code, or choose a file.")
_UNREADABLE = Sentence(
    "No check code can be read in this file; type the one that is printed at the end of the letter."
)
# Setting a letter takes memory and a second; a longer roll is compared by command.
_ONE_AT_A_TIME = threading.BoundedSemaphore(1)
# To read a stranger's file may take seconds and a hundred megabytes, and signatories wait for the same machine.
_READ_AT_ONCE = threading.BoundedSemaphore(2)
_WAITS_SECONDS = 5
_LONGEST_ROLL = 2_000
_FIELDS_BESIDE = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What the page tells of a copy that is ours; `bytes` is None where no file was given."""

    found: Found
    bytes: str | None
    volume: int
    volumes: int
    signatories: str
    letter_link: str

    @property
    def language(self) -> str:
        """The letter's language."""
        return self.found.language


@public.get("/verify")
def check_page() -> Response:
    """Show the form; a code that stands behind the # of the address never comes here, the page's script fills it in."""
    return _form(FormState(values={}), openness=Openness.PUBLIC)


@public.post("/verify")
def check_copy() -> Response:
    """Look the code up and compare the file; nothing of either is kept."""
    request.max_content_length = MOST_BYTES + _FIELDS_BESIDE
    # Whoever checks too often is told so before the file is taken into memory.
    is_counted = request.content_length is None or request.content_length > _FIELDS_BESIDE
    if is_counted:
        _count_check()
    try:
        typed, data = request.form.get("check", ""), _file()
    except RequestEntityTooLarge:
        return _form(FormState(values={}, errors={"file": _TOO_LARGE}))
    if data and not is_counted:
        _count_check()
    annex = _annex(data) if data else None
    if annex is not None:
        return _ours_annex(annex)
    try:
        codes = _read(typed, data)
    except Misfilled as wrong:
        return _form(FormState(values=shown_again({"check": typed}), errors=wrong.errors))
    here = services()
    if not data and not is_counted:
        _count_check()
    with reading(here.engine) as session:
        found = find_copy(session, here.keyring, codes)
    # Nothing that was sent is shown again: of wrong codes each is answered with the same page.
    return _form(FormState(values={}), wrong=True) if found is None else _ours(found, data)


def _file() -> bytes:
    sent = request.files.get("file")
    data = sent.stream.read(MOST_BYTES + 1) if sent is not None else b""
    if len(data) > MOST_BYTES:
        raise RequestEntityTooLarge
    return data


def _read(typed: str, data: bytes) -> tuple[str, ...]:
    codes = _codes(typed, data)
    if codes:
        return codes
    if data:
        raise Misfilled({"file": _UNREADABLE})
    raise Misfilled({"check": _of_wrong_length(typed) if typed.strip() else _NOTHING})


def _codes(typed: str, data: bytes) -> tuple[str, ...]:
    if not data:
        return codes_of(typed, data)
    if not _READ_AT_ONCE.acquire(timeout=_WAITS_SECONDS):
        raise Transient(TOO_OFTEN)
    try:
        return codes_of(typed, data)
    finally:
        _READ_AT_ONCE.release()


def _of_wrong_length(typed: str) -> Sentence:
    return Sentence(
        "A check code has 64 digits, each of 0 to 9 or a to f; what was typed has {n}.",
        n=digits_in(typed),
    )


def _count_check() -> None:
    here = services()
    try:
        with transaction(here.engine) as session:
            take_a_check(session, here.keyring, address=request.remote_addr, now=here.now())
    except Transient:
        raise Transient(TOO_OFTEN) from None


def _ours(found: Found, data: bytes) -> Response:
    compared = _compare(found, data) if data else None
    checked = Checked(
        found=found,
        bytes=compared.bytes.value if compared else None,
        volume=compared.volume if compared else 0,
        volumes=compared.volumes if compared else 0,
        signatories=count_signatories(
            found.organizations, found.individuals, words_or_english(page_language(letter=found.language))
        ),
        letter_link=letter_path(found.slug, "") if found.slug else "",
    )
    return page("public/verified.html", letter=checked, checked=checked, again=check_path())


def _annex(data: bytes) -> FoundAnnex | None:
    here = services()
    with reading(here.engine) as session:
        return find_annex(session, here.keyring, data, anybody_asks=True)


def _ours_annex(found: FoundAnnex) -> Response:
    letter_link = letter_path(found.slug, "") if found.slug else ""
    return page(
        "public/verified_annex.html", letter=found, found=found, letter_link=letter_link, again=check_path()
    )


def _compare(found: Found, data: bytes) -> Compared:
    if found.organizations + found.individuals > _LONGEST_ROLL:
        return Compared(bytes=Bytes.NOT_COMPARED)
    if not _ONE_AT_A_TIME.acquire(timeout=_WAITS_SECONDS):
        return Compared(bytes=Bytes.NOT_COMPARED)
    try:
        here = services()
        with reading(here.engine) as session:
            copy = copy_of(session, here.keyring, found)
        return compare(copy, data, here.fonts, word_template=here.word_template)
    except Refused:
        return Compared(bytes=Bytes.NOT_COMPARED)
    finally:
        _ONE_AT_A_TIME.release()


def _form(form: FormState, *, wrong: bool = False, openness: Openness = Openness.PRIVATE) -> Response:
    return page(
        "public/verify.html",
        status=422 if form.is_wrong else 200,
        openness=openness,
        form=form,
        wrong=wrong,
        action=check_path(),
    )
