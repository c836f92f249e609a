"""Files of a letter on its way: the draft, an edition, the copy that went to one recipient, its receipts, and the evidence."""

import json
from dataclasses import replace

from flask import Response, request

from service.campaigns.file_tables import CopyKind
from service.coordinators.permissions import Act
from service.delivery.handing import (
    FORMS,
    Wanted,
    as_one_file,
    carried_file,
    copy_to_hand,
    handed_file,
    keep_handed,
    office_details,
    refuse_too_long,
)
from service.delivery.letter_mail import Making
from service.delivery.parcel import Document
from service.delivery.receipts import receipt_of
from service.delivery.sendings import copy_sent, edition_of, evidence_record, sending_of
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.signing.draft_view import letter_to_look_at
from service.web.desk.blueprint import get, post
from service.web.desk.visit import acting, letter_to_give, looking
from service.web.render import answer
from service.web.services import services

NO_SUCH_FORM = Sentence("A copy is not made in this format; choose one of the list.")
_LONGEST_PLACE = 6
NO_SUCH_COPY = Sentence("There are two copies: full, and public.")
CANNOT_BE_MADE = Sentence(
    "Somebody has left the letter since this copy went out, so it cannot be made again as it was; its check code and the"
    " evidence stay."
)


@get("/letters/<slug>/draft.pdf", Act.SEE_NAMES)
def copy_draft_pdf(slug: str) -> Response:
    """Give the letter as it stands now, to look at; it is marked as a draft, and of very many names it has only the text."""
    del slug
    here = services()
    with looking() as session:
        standing = letter_to_look_at(session, here.keyring, letter_to_give(session), now=here.now())
    copy = make_copy(standing, audience=_audience(), office=None)
    return _saved(as_one_file(copy, "pdf", compile_copy(copy, form="pdf", fonts=here.fonts)))


@post("/letters/<slug>/editions/<edition>/copy", Act.SEE_NAMES)
def hand_copy(slug: str, edition: str) -> Response:
    """Give a copy of an edition in the wanted format; of what was released its check code is known from now on."""
    del slug
    here, form = services(), request.form.get("form", "pdf")
    if form not in FORMS:
        raise NotFound(NO_SUCH_FORM)
    wanted = replace(_wanted(request.form.get("copy", "")), language=request.form.get("language", ""))
    with looking() as session:
        campaign = letter_to_give(session)
        refuse_too_long(session, here.keyring, campaign)
        row = edition_of(session, campaign, edition)
        handed = copy_to_hand(session, here.keyring, campaign, row, wanted, now=here.now())
    file = handed_file(handed, form, Making(fonts=here.fonts, word_template=here.word_template))
    # Nobody else waits while a roll is opened and set, and no code is known of a copy that nobody got.
    with acting() as session:
        row = edition_of(session, letter_to_give(session), edition)
        keep_handed(session, here.keyring, row, handed, now=here.now())
    return _saved(file)


@get("/letters/<slug>/sendings/<sending>/copy.pdf", Act.SEE_NAMES)
def sending_pdf(slug: str, sending: str) -> Response:
    """Give the very copy that a sending carries, as it is printed where it goes by post; with its volumes, where it has any."""
    del slug
    here = services()
    with looking() as session:
        campaign = letter_to_give(session)
        row = sending_of(session, campaign, sending)
        copy = copy_sent(session, here.keyring, campaign, row)
        channel, details = row.channel, office_details(session, here.keyring, campaign, row)
    if copy is None:
        raise Refused(CANNOT_BE_MADE)
    making = Making(fonts=here.fonts, word_template=here.word_template)
    return _saved(carried_file(copy, channel=channel, details=details, making=making))


@get("/letters/<slug>/receipts/<receipt>", Act.SEE_NAMES)
def delivery_receipt(slug: str, receipt: str) -> Response:
    """Give a receipt of certified mail, byte for byte as it came: the letter itself may lie in it."""
    del slug
    with looking() as session:
        document = receipt_of(session, services().keyring, letter_to_give(session), receipt)
    return _saved(document)


@get("/letters/<slug>/editions/<edition>/evidence.json", Act.SEE_NAMES)
def edition_evidence(slug: str, edition: str) -> Response:
    """Give all that is known of an edition and its sendings as a file."""
    here = services()
    with looking() as session:
        record = evidence_record(session, here.keyring, letter_to_give(session), edition)
    data = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    response = answer(data, media_type="application/json")
    name = f"{slug}-edition-{record['edition']}-evidence.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _audience() -> CopyKind:
    return _kind(request.args.get("copy", "full"))


def _wanted(which: str) -> Wanted:
    """Read which copy is wanted: the full or the public one, or that of the recipient at a place."""
    place = int(which) if which.isascii() and which.isdigit() and len(which) <= _LONGEST_PLACE else 0
    if place:
        return Wanted(office=place)
    return Wanted(audience=_kind(which))


def _kind(wanted: str) -> CopyKind:
    if wanted == "full":
        return "full"
    if wanted != "public":
        raise NotFound(NO_SUCH_COPY)
    return "public"


def _saved(document: Document) -> Response:
    response = answer(document.data, media_type=document.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{document.name}"'
    return response
