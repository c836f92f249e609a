"""The button on the page of a link that is over: a fresh one goes to the address on record."""

from flask import Response, request

from service.model.link_token import Purpose
from service.signing.fresh_link import ask_by_old_link
from service.store.transaction import transaction
from service.web.over import link_is_over, place_of_link
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, asking_by, form_is_fresh
from service.web.services import services


@public.post("/manage/<token>/anew")
@public.post("/change/<token>/anew")
@public.post("/proof/<token>/anew")
@public.post("/kit/<token>/anew")
@public.post("/invitation/<token>/anew")
def mail_fresh_link(token: str) -> Response:
    """Note the wish; the answer is the same whether the link was ever one of ours."""
    if not form_is_fresh(request.form):
        return link_is_over(notice=OPEN_TOO_LONG)
    here = services()
    with transaction(here.engine) as session:
        ask_by_old_link(
            session,
            here.keyring,
            token=token,
            purpose=Purpose(place_of_link()),
            asking=asking_by(request.form),
            now=here.now(),
        )
    return link_is_over(asked=True)
