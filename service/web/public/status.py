"""Three plain answers for those who watch over the process."""

import logging
from ipaddress import ip_address, ip_network

from flask import Response, request

from service.foundation.errors import Transient
from service.metrics.exposition import CONTENT_TYPE
from service.store.generations import older_processes
from service.store.migrate import is_up_to_date
from service.store.transaction import reading
from service.web.public.blueprint import public
from service.web.services import services

_log = logging.getLogger(__name__)
_PLAIN = "text/plain"
_AGAIN = {"Retry-After": "10"}
# Where a proxy says for whom it asks and is not believed, whoever asks may be anybody.
_FOR_OTHERS = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


@public.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return Response("ok\n", mimetype=_PLAIN)


@public.get("/readyz")
def readyz() -> Response:
    """Say whether the database answers and stands at the newest migration; where not, one word says which.

    A second line tells of processes of an earlier version: this one is ready nevertheless.
    """
    here, older = services(), 0
    try:
        lacks = "" if is_up_to_date(here.engine) else "migrations"
        if not lacks:
            with reading(here.engine) as session:
                older = len(older_processes(session, now=here.now()))
    except Exception as error:  # noqa: BLE001 -- whatever the database's trouble is, the answer is the same
        _log.warning("The database does not answer (%s).", type(error).__name__)
        lacks = "database"
    if not lacks:
        return Response("ready\n" + ("an earlier version still runs\n" if older else ""), mimetype=_PLAIN)
    return Response(f"{lacks}\n", status=503, mimetype=_PLAIN, headers=_AGAIN)


@public.get("/metrics")
def metrics() -> Response:
    """Tell a monitor how the service does, where METRICS_ALLOW lets it; for anybody else there is no such page."""
    if not _may_read_metrics():
        return Response("nothing here\n", status=404, mimetype=_PLAIN)
    try:
        text = services().exposition.text()
    except Transient:
        return Response("database\n", status=503, mimetype=_PLAIN, headers=_AGAIN)
    return Response(text, content_type=CONTENT_TYPE)


def _may_read_metrics() -> bool:
    here = services()
    if not here.metrics_allow or (
        not here.trusted_proxies and any(name in request.headers for name in _FOR_OTHERS)
    ):
        return False
    try:
        asking = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(asking in ip_network(network) for network in here.metrics_allow.split())
