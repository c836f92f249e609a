"""The kit of a signatory: what it may publish, as a page, a picture and one file."""

from flask import Response, request

from service.foundation.errors import Refused
from service.i18n.formats import direction
from service.kit.files import embargo_or_not, kit_zip
from service.kit.own_kit import Kit, give_kit, open_kit
from service.letter.share_image import HEIGHT, WIDTH, draw_share
from service.store.transaction import reading, transaction
from service.web.links import token_path
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, form_is_fresh
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
    kit = _open(token)
    data = kit_zip(kit, draw_share(kit.share, services().fonts))
    response = answer(data, openness=Openness.PRIVATE, media_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{kit.slug}-kit.zip"'
    return response


@public.post("/manage/<token>/kit")
def give_own_kit(token: str) -> Response:
    """Give the owner of a sign-on the link of its kit, which may be passed on."""
    if not form_is_fresh(request.form):
        raise Refused(OPEN_TOO_LONG)
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
