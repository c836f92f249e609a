"""The receipt of a sign-on, to save or to print; discreet, it names nobody."""

from collections.abc import Callable

from flask import Response, request

from service.signing.receipt import Receipt, receipt_of_confirmation, receipt_of_owner
from service.store.transaction import reading
from service.web.public.blueprint import public
from service.web.render import page
from service.web.services import services


@public.get("/confirm/<token>/receipt")
def receipt_after_confirming(token: str) -> Response:
    """Show the receipt of what a link confirmed."""
    return _show(token, receipt_of_confirmation, back=f"/confirm/{token}")


@public.get("/manage/<token>/receipt")
def own_receipt(token: str) -> Response:
    """Show the receipt to the owner of a sign-on."""
    return _show(token, receipt_of_owner, back=f"/manage/{token}")


def _show(token: str, find: Callable[..., Receipt], *, back: str) -> Response:
    here = services()
    with reading(here.engine) as session:
        receipt = find(session, here.keyring, token=token, now=here.now())
    discreet = request.args.get("discreet") == "yes"
    return page(
        "public/receipt.html",
        reader=receipt.reader,
        view=receipt,
        letter=receipt.letter,
        discreet=discreet,
        other=request.path if discreet else f"{request.path}?discreet=yes",
        back=back,
    )
