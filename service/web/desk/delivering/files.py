"""Files of a letter on its way: the draft, an edition, the copy that went to one recipient, its receipts, and the evidence."""

import json

from flask import Response, request

from service.campaigns.file_tables import CopyKind
from service.coordinators.permissions import Act
from service.delivery.receipts import receipt_of
from service.delivery.sendings import copy_sent, edition_of, evidence_record, sending_of
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.letter.compile import compile_copy, file_name
from service.letter.copy import Copy, make_copy
from service.signing.draft_view import letter_to_look_at
from service.signing.roll import frozen_letter
from service.web.desk.blueprint import get
from service.web.desk.visit import letter_to_give, looking
from service.web.render import answer
from service.web.services import services

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
    return _pdf(make_copy(standing, audience=_audience(), office=None))


@get("/letters/<slug>/editions/<edition>/copy.pdf", Act.SEE_NAMES)
def edition_pdf(slug: str, edition: str) -> Response:
    """Give a copy of an edition, full or public, exactly as it was frozen."""
    del slug
    here = services()
    with looking() as session:
        row = edition_of(session, letter_to_give(session), edition)
        frozen = frozen_letter(session, here.keyring, row)
    return _pdf(make_copy(frozen, audience=_audience(), office=None))


@get("/letters/<slug>/sendings/<sending>/copy.pdf", Act.SEE_NAMES)
def sending_pdf(slug: str, sending: str) -> Response:
    """Give the very copy that a sending carries."""
    del slug
    here = services()
    with looking() as session:
        campaign = letter_to_give(session)
        copy = copy_sent(session, here.keyring, campaign, sending_of(session, campaign, sending))
    if copy is None:
        raise Refused(CANNOT_BE_MADE)
    return _pdf(copy)


@get("/letters/<slug>/receipts/<receipt>", Act.SEE_NAMES)
def delivery_receipt(slug: str, receipt: str) -> Response:
    """Give a receipt of certified mail, byte for byte as it came: the letter itself may lie in it."""
    del slug
    with looking() as session:
        document = receipt_of(session, services().keyring, letter_to_give(session), receipt)
    response = answer(document.data, media_type=document.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{document.name}"'
    return response


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
    wanted = request.args.get("copy", "full")
    if wanted == "full":
        return "full"
    if wanted != "public":
        raise NotFound(NO_SUCH_COPY)
    return "public"


def _pdf(copy: Copy) -> Response:
    made = compile_copy(copy, form="pdf", fonts=services().fonts)
    response = answer(made.data, media_type=made.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(copy, "pdf")}"'
    return response
