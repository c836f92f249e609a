"""The page by which somebody stops the mail."""

from flask import Response, request

from service.signing.unsubscribe import UnsubscribeView, look_at_unsubscribe, unsubscribe
from service.store.transaction import reading, transaction
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, form_is_fresh, fresh_nonce
from service.web.render import page
from service.web.services import services

# RFC 8058, section 3.1: what a mail provider posts when its reader presses "unsubscribe".
_ONE_CLICK = ("List-Unsubscribe", "One-Click")


@public.get("/unsubscribe/<token>")
def unsubscribe_page(token: str) -> Response:
    """Show what would stop."""
    return _show_stop(_look_at_stop(token))


@public.post("/unsubscribe/<token>")
def stop_mail(token: str) -> Response:
    """Stop the mail: by our own form, or by the one click of the reader's mail program."""
    name, value = _ONE_CLICK
    if request.form.get(name) != value and not form_is_fresh(request.form):
        return _show_stop(_look_at_stop(token), notice=OPEN_TOO_LONG)
    here = services()
    with transaction(here.engine) as session:
        view = unsubscribe(session, here.keyring, token=token, now=here.now())
    return _show_stop(view)


def _look_at_stop(token: str) -> UnsubscribeView:
    here = services()
    with reading(here.engine) as session:
        return look_at_unsubscribe(session, here.keyring, token=token, now=here.now())


def _show_stop(view: UnsubscribeView, *, notice: str = "") -> Response:
    notice = "" if view.stopped else notice
    return page(
        "public/unsubscribe.html",
        status=422 if notice else 200,
        reader=view.reader,
        letter=view,
        view=view,
        nonce=fresh_nonce(),
        notice=notice,
    )
