"""Two plain answers for those who watch over the process."""

import logging

from flask import Response

from service.store.migrate import is_up_to_date
from service.web.public.blueprint import public
from service.web.services import services

_log = logging.getLogger(__name__)


@public.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return Response("ok\n", mimetype="text/plain")


@public.get("/readyz")
def readyz() -> Response:
    """Say whether the database answers and stands at the newest migration."""
    try:
        ready = is_up_to_date(services().engine)
    except Exception as error:  # noqa: BLE001 -- whatever the database's trouble is, the answer is the same
        _log.warning("The database does not answer (%s).", type(error).__name__)
        ready = False
    if ready:
        return Response("ready\n", mimetype="text/plain")
    return Response("not ready\n", status=503, mimetype="text/plain", headers={"Retry-After": "10"})
