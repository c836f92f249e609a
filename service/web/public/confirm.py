"""The page of a confirming link: opening it shows, its button confirms."""

from flask import Response, request

from service.signing.confirm import PendingView, confirm, look_at_confirmation
from service.store.transaction import reading, transaction
from service.web.public.blueprint import public
from service.web.public.protection import form_is_fresh, fresh_nonce
from service.web.render import letter_fragment, page
from service.web.services import services

_LOOK_AGAIN = (
    "This page was open for more than an hour, or what it shows has changed since;"
    " please look at it and press the button again."
)


@public.get("/confirm/<token>")
def confirm_page(token: str) -> Response:
    """Show what would be confirmed."""
    return _show(_look(token))


@public.post("/confirm/<token>")
def confirm_sign_on(token: str) -> Response:
    """Confirm; a second time shows the same page."""
    view = _look(token)
    if view.confirmed or view.expired:
        return _show(view)
    if not form_is_fresh(request.form, about=view.seen):
        return _show(view, notice=_LOOK_AGAIN)
    here = services()
    with transaction(here.engine) as session:
        confirmed = confirm(session, here.keyring, token=token, seen=view.seen, now=here.now())
    here.wake()
    return _show(confirmed)


def _look(token: str) -> PendingView:
    here = services()
    with reading(here.engine) as session:
        return look_at_confirmation(session, here.keyring, token=token, now=here.now())


def _show(view: PendingView, *, notice: str = "") -> Response:
    return page(
        "public/confirmed.html" if view.confirmed else "public/confirm.html",
        status=422 if notice else 200,
        view=view,
        letter=view.letter,
        letter_html=letter_fragment(view.letter.letter_html),
        nonce=fresh_nonce(about=view.seen),
        notice=notice,
    )
