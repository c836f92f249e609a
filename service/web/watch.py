"""Say of each request that reaches the application (the lane before it answers most) what was asked for by its rule, and what became of it; never its path, address or words."""

import logging
import secrets
import time

from flask import Flask, Response, g, request

from service.foundation.logs import REQUESTS, about_this_request

_log = logging.getLogger(REQUESTS)


def watch(app: Flask) -> None:
    """Give each request an id, and write its line, where the log has them."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    if _log.isEnabledFor(logging.INFO):
        g.began = time.monotonic()
        about_this_request(request_id=secrets.token_hex(8))


def _end(response: Response) -> Response:
    if _log.isEnabledFor(logging.INFO) and "began" in g:
        rule = request.url_rule.rule if request.url_rule else "no route"
        took = (time.monotonic() - g.began) * 1000
        _log.info("%s %s %d in %.0f ms", request.method, rule, response.status_code, took)
    return response
