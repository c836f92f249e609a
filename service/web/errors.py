"""The one table from what went wrong to the status and the page that say so."""

import logging
import traceback
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from service.coordinators.permissions import NotYours
from service.foundation.errors import NotFound, Refused, Transient
from service.foundation.sentence import Sentence
from service.web.over import link_is_over
from service.web.render import Page, page

_log = logging.getLogger(__name__)
_RETRY_SECONDS = "60"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A status, its page, and the sentence on it where the error brings none of its own."""

    status: int
    template: str
    sentence: str = ""


MISSING = Answer(status=404, template="errors/missing.html")
BROKEN = Answer(status=500, template="errors/broken.html")
BY_EXCEPTION: tuple[tuple[type[Exception], Answer], ...] = (
    (NotFound, MISSING),
    (NotYours, Answer(status=403, template="errors/refused.html")),
    (Refused, Answer(status=422, template="errors/refused.html")),
    (Transient, Answer(status=503, template="errors/later.html")),
)
BY_STATUS = {
    400: Answer(
        status=400,
        template="errors/refused.html",
        sentence=Sentence("This request could not be read; go back, reload the page and try again."),
    ),
    403: Answer(status=403, template="errors/refused.html"),
    404: MISSING,
    405: Answer(
        status=405,
        template="errors/refused.html",
        sentence=Sentence(
            "This page cannot be used in that way; open it from the link that was given to you."
        ),
    ),
    413: Answer(
        status=413,
        template="errors/refused.html",
        sentence=Sentence("What was sent is far too long for a form; go back, shorten it and send it again."),
    ),
}
# These two come with a sentence of ours (web/security.py); the library's own words are not for readers.
_WITH_OWN_SENTENCE = frozenset({400, 403})


def answer_errors(app: Flask) -> None:
    """Answer every exception by the table."""
    app.register_error_handler(Exception, answer_error)


def answer_error(error: Exception) -> Page:
    """Answer one exception; what nobody foresaw is logged by its class and place, never by its values."""
    if isinstance(error, HTTPException):
        return _answer_http(error)
    for kind, answer in BY_EXCEPTION:
        if isinstance(error, kind):
            if answer is MISSING and "token" in (request.view_args or {}):
                return link_is_over()
            response = _show(answer, sentence=str(error))
            if answer.status == 503:
                response.headers["Retry-After"] = _RETRY_SECONDS
            return response
    _log.error("%s at %s (%s)", type(error).__name__, _route(), _frames(error))
    return _show(BROKEN, sentence="")


def _answer_http(error: HTTPException) -> Page:
    answer = BY_STATUS.get(error.code or 500)
    if answer is None:
        answer = BY_STATUS[400] if (error.code or 500) < 500 else BROKEN
    own = (
        error.description
        if error.code in _WITH_OWN_SENTENCE and type(error).description != error.description
        else ""
    )
    response = _show(answer, sentence=own or answer.sentence)
    allowed = dict(error.get_headers()).get("Allow")
    if allowed:
        response.headers["Allow"] = allowed
    return response


def _show(answer: Answer, *, sentence: str) -> Page:
    return page(answer.template, status=answer.status, sentence=sentence)


def _route() -> str:
    # The rule ("/confirm/<token>"), never the path.
    return request.url_rule.rule if request.url_rule else "no route"


def _frames(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
