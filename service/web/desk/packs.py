"""The decision pack at the desk: what a board reads before it decides, for anybody or for one of the invited."""

from flask import Response, request

from service.coordinators.permissions import Act
from service.kit.pack import pack_for
from service.letter.render_pack import render_pack
from service.signing.invitees.listing import get_invitee
from service.web.desk.blueprint import get
from service.web.desk.visit import letter, letter_to_give, looking
from service.web.render import answer
from service.web.services import services


@get("/letters/<slug>/pack.pdf", Act.LOOK)
def pack(slug: str) -> Response:
    """Give the pack for anybody to hand on, with the letter in the wanted language where it has a text in it."""
    return _pack(slug, "", language=request.args.get("language", ""))


@get("/letters/<slug>/members/<member>/pack.pdf", Act.SEE_NAMES)
def own_pack(slug: str, member: str) -> Response:
    """Give the pack of one of the invited, with its own line and its own time to decide, in its language."""
    with looking() as session:
        campaign = letter_to_give(session)
        get_invitee(session, services().keyring.of(session, letter().id), campaign, member)
    return _pack(slug, member, language="")


def _pack(slug: str, member: str, *, language: str) -> Response:
    here = services()
    with looking() as session:
        letter_to_give(session)
        found = pack_for(session, here.keyring, slug, signatory=member, language=language, now=here.now())
    response = answer(render_pack(found.pack, found.document, fonts=here.fonts), media_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.slug}-for-decision.pdf"'
    return response
