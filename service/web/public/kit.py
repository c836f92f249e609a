"""The papers of a member: the pack for whoever decides, and the kit to publish from."""

from flask import Response, request

from service.i18n.formats import direction
from service.kit.files import embargo_or_not, kit_zip
from service.kit.own_kit import Kit, give_kit, kit_annexes, open_kit
from service.kit.pack import pack_of_invitation
from service.letter.render_pack import render_pack
from service.letter.share_image import HEIGHT, WIDTH, draw_share
from service.store.transaction import reading, transaction
from service.web.links import token_path
from service.web.public.blueprint import public
from service.web.render import Openness, answer, letter_fragment, page, see_other
from service.web.services import services


@public.get("/kit/<token>")
def kit_page(token: str) -> Response:
    """Show the kit, each part in a field from which it can be copied."""
    kit = _open(token)
    return page(
        "kit/kit.html",
        reader=kit.reader,
        kit=kit,
        texts=kit.texts,
        embargo=embargo_or_not(kit),
        kit_direction=direction(kit.language),
        letter_html=letter_fragment(kit.letter_html),
        picture=f"{request.path}/share.png",
        width=WIDTH,
        height=HEIGHT,
        bundle=f"{request.path}/kit.zip",
    )


@public.get("/kit/<token>/share.png")
def kit_picture(token: str) -> Response:
    """Give the picture."""
    return answer(draw_share(_open(token).share, services().fonts), media_type="image/png")


@public.get("/kit/<token>/kit.zip")
def kit_file(token: str) -> Response:
    """Give the whole kit as one file."""
    kit, here = _open(token), services()
    with reading(here.engine) as session:
        annexes = kit_annexes(session, here.keyring, kit)
    data = kit_zip(kit, draw_share(kit.share, here.fonts), annexes)
    response = answer(data, openness=Openness.PRIVATE, media_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{kit.slug}-kit.zip"'
    return response


@public.get("/invitation/<token>/pack.pdf")
def decision_pack(token: str) -> Response:
    """Give what a board reads before it decides, with the letter, to be passed on."""
    here = services()
    with reading(here.engine) as session:
        found = pack_of_invitation(session, here.keyring, token=token, now=here.now())
    response = answer(render_pack(found.pack, found.document, fonts=here.fonts), media_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{found.slug}-for-decision.pdf"'
    return response


def give_own_kit(token: str) -> Response:
    """Give the owner of a sign-on, who has just asked for it on its page, the link of its kit, which may be passed on."""
    here = services()
    with transaction(here.engine) as session:
        kit = give_kit(session, here.keyring, manage_token=token, now=here.now())
    return see_other(token_path("kit", kit))


def _open(token: str) -> Kit:
    here = services()
    with reading(here.engine) as session:
        return open_kit(
            session, here.keyring, token=token, public_url=here.public_url.rstrip("/"), now=here.now()
        )
