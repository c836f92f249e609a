"""The page of the link that says: this was not me. Opening it shows, its button ends the sign-on."""

from flask import Response, request

from service.signing.not_me import NotMeView, end_as_not_me, look_at_not_me
from service.store.transaction import reading, transaction
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, form_is_fresh, fresh_nonce
from service.web.render import page
from service.web.services import services


@public.get("/not-me/<token>")
def not_me_page(token: str) -> Response:
    """Show what would end."""
    return _show(_look(token))


@public.post("/not-me/<token>")
def end_sign_on(token: str) -> Response:
    """End it; a second time shows the same page."""
    if not form_is_fresh(request.form):
        return _show(_look(token), notice=OPEN_TOO_LONG)
    here = services()
    with transaction(here.engine) as session:
        view = end_as_not_me(session, here.keyring, token=token, now=here.now())
    here.wake()
    return _show(view)


def _look(token: str) -> NotMeView:
    here = services()
    with reading(here.engine) as session:
        return look_at_not_me(session, here.keyring, token=token, now=here.now())


def _show(view: NotMeView, *, notice: str = "") -> Response:
    notice = "" if view.done else notice
    return page(
        "public/not_me.html",
        status=422 if notice else 200,
        reader=view.reader,
        letter=view,
        view=view,
        nonce=fresh_nonce(),
        notice=notice,
    )
