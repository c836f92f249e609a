"""The short way for what is asked for most: a letter's page and count, as the application answered it last."""

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from service.foundation.errors import ServiceError
from service.web.kept import KeptLetters, Look
from service.web.services import WebServices

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

_PATH = re.compile(r"/letters/([a-z0-9-]{1,60})(/count\.json)?")
# An answer to one of these is another one, or none that may be kept.
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_RANGE", "HTTP_COOKIE", "HTTP_AUTHORIZATION")
# What an answer may depend on beside its address and the letter.
_DEPENDS_ON = ("HTTP_HOST", "QUERY_STRING", "HTTP_ACCEPT_LANGUAGE")
_OK = "200 OK"
_COUNTS = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A whole answer, headers and all, exactly as the application gave it."""

    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a request asks for, where it may be answered here at all."""

    slug: str
    key: str
    name: Hashable
    is_count: bool


class Lane:
    """Answers from what is kept at the letter's present stamp; everything else, and every doubt, goes to the application.

    Who may see the letter is asked of the database each time, as the application does; only a count, which names nobody,
    may be a moment old. An answer is kept only if it was a 200, so refusals are the application's alone.
    """

    def __init__(self, application: Application, services: WebServices) -> None:
        """Stand before an application."""
        self._application = application
        self._services = services
        self._counts: dict[Hashable, tuple[datetime, Answer]] = {}

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        now = self._services.now()
        asked = read_request(environ, now=now)
        if asked is None:
            return self._application(environ, start_response)
        answer = self._recent_count(asked, now)
        if answer is not None:
            start_response(_OK, answer.headers)
            return (answer.body,)
        letters: KeptLetters = self._services.letters
        try:
            look = letters.look(slug=asked.slug, key=asked.key, now=now)
        except ServiceError:
            return self._application(environ, start_response)
        answer = letters.answer(look, asked.name)
        if answer is None:
            return self._pass_on(environ, start_response, look, asked.name)
        if asked.is_count:
            self._remember(asked, now, answer)
        start_response(_OK, answer.headers)
        return (answer.body,)

    def _recent_count(self, asked: "Asked", now: datetime) -> Answer | None:
        """Give a count of a moment ago, where the operator lets counts lag: it names nobody, and says of when it is."""
        if not (asked.is_count and self._services.count_lag):
            return None
        made_at, answer = self._counts.get(asked, (None, None))
        if made_at is None or not timedelta(0) <= now - made_at < self._services.count_lag:
            return None
        return answer

    def _remember(self, asked: "Asked", now: datetime, answer: Answer) -> None:
        # Each second has names of its own, and nobody asks for those of the last one.
        if len(self._counts) >= _COUNTS:
            self._counts.clear()
        self._counts[asked] = now, answer

    def _pass_on(self, environ: Environ, start_response: Any, look: Look, name: Hashable) -> Iterable[bytes]:
        given: list[tuple[str, list[tuple[str, str]]]] = []

        def note(status: str, headers: list[tuple[str, str]], failure: Any = None) -> Callable[[bytes], None]:
            given.append((status, list(headers)))
            write: Callable[[bytes], None] = start_response(status, headers, failure)
            return write

        parts = self._application(environ, note)
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        if len(given) == 1 and given[0][0] == _OK:
            # It was made after the look, so it is not older than the stamp under which it is kept.
            self._services.letters.keep_answer(look, name, Answer(headers=given[0][1], body=body))
        return (body,)


def read_request(environ: Environ, *, now: datetime) -> Asked | None:
    """Read a plain request for a letter's page or its count; None for any other (pure)."""
    if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in _CONDITIONS):
        return None
    path = _PATH.fullmatch(environ.get("PATH_INFO", ""))
    if path is None:
        return None
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""))) if environ.get("QUERY_STRING") else {}
    if not query.keys() <= {"k"}:
        return None
    # The count says of which second it is.
    second = now.replace(microsecond=0) if path[2] else None
    name = (path[2], second, *(environ.get(part, "") for part in _DEPENDS_ON))
    return Asked(slug=path[1], key=query.get("k", ""), name=name, is_count=path[2] is not None)
