"""The pages by which somebody leaves: looking after one's own sign-on, and stopping the mail."""

from flask import Response, request

from service.signing.manage import ManageView, look_at_sign_on, withdraw
from service.signing.unsubscribe import UnsubscribeView, look_at_unsubscribe, unsubscribe
from service.store.transaction import reading, transaction
from service.web.links import letter_path
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, form_is_fresh, fresh_nonce
from service.web.render import page
from service.web.services import services

# RFC 8058, section 3.1: what a mail provider posts when its reader presses "unsubscribe".
_ONE_CLICK = ("List-Unsubscribe", "One-Click")


@public.get("/manage/<token>")
def manage_page(token: str) -> Response:
    """Show a signatory its own sign-on."""
    here = services()
    with reading(here.engine) as session:
        return _show(look_at_sign_on(session, here.keyring, token=token, now=here.now()))


@public.post("/manage/<token>")
def withdraw_sign_on(token: str) -> Response:
    """Withdraw; a second time shows the same page."""
    here = services()
    if not form_is_fresh(request.form):
        with reading(here.engine) as session:
            view = look_at_sign_on(session, here.keyring, token=token, now=here.now())
        return _show(view, notice=OPEN_TOO_LONG if view.may_withdraw else "")
    with transaction(here.engine) as session:
        view = withdraw(session, here.keyring, token=token, now=here.now())
    here.wake()
    return _show(view)


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


def _show(view: ManageView, *, notice: str = "") -> Response:
    return page(
        "public/manage.html",
        status=422 if notice else 200,
        view=view,
        letter=view.letter,
        letter_link=letter_path(view.letter.slug, view.letter.key),
        nonce=fresh_nonce(),
        notice=notice,
    )


def _show_stop(view: UnsubscribeView, *, notice: str = "") -> Response:
    notice = "" if view.stopped else notice
    return page(
        "public/unsubscribe.html",
        status=422 if notice else 200,
        view=view,
        nonce=fresh_nonce(),
        notice=notice,
    )
