"""The page of a confirming link: opening it shows, its button confirms."""

from datetime import datetime

from flask import Response, request

from service.foundation.errors import Refused
from service.signing.confirm import PendingView, ask_anew, confirm, look_at_confirmation
from service.signing.pressing import press
from service.store.transaction import reading, transaction
from service.web.language import page_language
from service.web.links import token_path
from service.web.public.blueprint import public
from service.web.public.protection import (
    OPEN_TOO_LONG,
    asking_by,
    form_is_fresh,
    form_opened_at,
    fresh_nonce,
    nonce_for,
)
from service.web.render import letter_fragment, page, see_other
from service.web.services import services


@public.get("/confirm/<token>")
def confirm_page(token: str) -> Response:
    """Show what would be confirmed."""
    return _show(_look(token), asked="asked" in request.args)


@public.post("/confirm/<token>")
def confirm_sign_on(token: str) -> Response:
    """Confirm; the page of the link then says so, however often the button was pressed."""
    here = services()
    if not press(here.lasting, here.keyring, token=token, opened=_opened_showing, now=here.now()):
        try:
            with transaction(here.engine) as session:
                confirm(session, here.keyring, token=token, opened=_opened_showing, now=here.now())
        except Refused as refusal:
            view = _look(token)
            return _show(view, notice="" if view.expired else str(refusal))
    here.wake()
    return see_other(token_path("confirm", token))


@public.post("/confirm/<token>/anew")
def mail_new_link(token: str) -> Response:
    """Mail a new link to the address on record, from the page of one that is over."""
    here = services()
    if not form_is_fresh(request.form):
        return _show(_look(token), notice=OPEN_TOO_LONG)
    with transaction(here.engine) as session:
        ask_anew(session, here.keyring, token=token, asking=asking_by(request.form), now=here.now())
    here.wake()
    return see_other(token_path("confirm", token, asked="yes"))


def _opened_showing(seen: str) -> datetime | None:
    """Tell when the page was opened whose button was pressed, if it showed this and is not too old."""
    if not form_is_fresh(request.form, about=seen):
        return None
    return form_opened_at(request.form, about=seen)


def _look(token: str) -> PendingView:
    here = services()
    with reading(here.engine) as session:
        return look_at_confirmation(
            session, here.keyring, token=token, text=request.args.get("text", ""), now=here.now()
        )


def _show(view: PendingView, *, notice: str = "", asked: bool = False) -> Response:
    return page(
        "public/confirmed.html" if view.confirmed else "public/confirm.html",
        status=422 if notice else 200,
        reader=view.reader,
        view=view,
        letter=view.letter.with_files_at(request.path.removesuffix("/anew")),
        proof=view.proof,
        letter_html=letter_fragment(
            view.proof.html(page_language(reader=view.reader, letter=view.letter.language))
        ),
        receipt_link=f"{request.path}/receipt",
        nonce=fresh_nonce(about=view.seen),
        notice=notice,
        asked=asked,
        confirm_path=request.path.removesuffix("/anew"),
        anew_path=f"{request.path.removesuffix('/anew')}/anew",
        anew_nonce=nonce_for(f"{request.path.removesuffix('/anew')}/anew"),
    )
