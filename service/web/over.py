"""The page of a personal link that opens nothing: that it is over, and by which way a new one comes."""

from flask import request

from service.foundation.tokens import looks_like_token
from service.web.links import token_path
from service.web.nonce import make_nonce
from service.web.render import Page, page
from service.web.services import services

RENEWED = ("manage", "change", "proof", "kit", "invitation")
"""The pages whose link is answered by a fresh one to the sign-on, or by the invitation anew, mailed to the address on record."""


def link_is_over(*, asked: bool = False, notice: str = "") -> Page:
    """Answer for the link of this request, alike whether its time is over, a newer one took its place, or it never was.

    With `asked` a fresh one was asked for: the answer is the same whatever became of that. A `notice` says why the
    button that was pressed did nothing, and stands where the button is.
    """
    place, token = place_of_link(), (request.view_args or {})["token"]
    is_renewed = place in RENEWED and looks_like_token(token)
    notice = notice if is_renewed else ""
    return page(
        "errors/link.html",
        status=200 if asked else 422 if notice else 404,
        place=place,
        asked=asked,
        notice=notice,
        action=token_path(place, token, below="anew") if is_renewed else "",
        nonce=_nonce(f"/{place}/{token}/anew") if is_renewed else "",
    )


def place_of_link() -> str:
    """Give the first part of the address that was opened, as our route writes it: what the link is for."""
    return request.url_rule.rule.split("/")[1] if request.url_rule else ""


def _nonce(path: str) -> str:
    here = services()
    return make_nonce(here.keyring.root, place=path, now=here.now())
