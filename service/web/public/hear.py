"""Where the other side of a way of sending tells, by itself and signed, what became of a copy."""

from flask import Response, request

from service.delivery.carrying.hear import read_heard, take_in
from service.delivery.carrying.unsigned import count_unsigned
from service.foundation.errors import Refused
from service.store.transaction import reading, transaction
from service.web.public.blueprint import public
from service.web.services import services

_PLAIN = "text/plain"


@public.post("/hooks/<channel>/<slug>")
def hear_of_copy(channel: str, slug: str) -> Response:
    """Take in what is signed, once; whoever cannot sign learns nothing, not even whether there is such a letter.

    Nothing is written but for what is signed, and the count of what is not.
    """
    here = services()
    body = request.get_data(cache=False)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        with reading(here.engine) as session:
            campaign_id, heard = read_heard(
                session, here.keyring, channel, slug, body=body, headers=headers, now=here.now()
            )
    except Refused:
        with transaction(here.engine) as session:
            count_unsigned(session, here.keyring, address=request.remote_addr, now=here.now())
        return Response("not signed\n", status=403, mimetype=_PLAIN)
    if heard is not None:
        with transaction(here.engine) as session:
            is_new = take_in(session, campaign_id, channel, heard, now=here.now())
        if is_new:
            # An alert may be waiting.
            here.wake()
    return Response(status=204)
