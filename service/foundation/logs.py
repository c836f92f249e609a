"""What the process says of itself: lines for people, or JSON; with ids of request and job, and nothing of a person."""

import contextlib
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

REQUESTS = "undersigned.requests"
"""The name of the log that has a line for each request that the application answers, where it is written as JSON."""

_log = logging.getLogger("undersigned")
_LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
# Links hold them, and so would any path: whatever is as long, and of these letters, is taken for one. What is hexadecimal
# throughout is an id of ours.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,}")
_ID = re.compile(r"[0-9a-f]+")
# Only from where a word begins: tried at each of its letters, one long word would take seconds.
_ADDRESS = re.compile(r"(?<![^\s<>@\"'])[^\s<>@\"']+@[^\s<>@\"']+")
_HIDDEN = "[hidden]"
# These say a line for each turn of a job, or with values in them: an address that is asked may hold a key.
_QUIET = ("alembic", "apscheduler", "procrastinate", "psycopg.pool", "asyncio", "httpx", "httpcore")

_ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def set_up_logs(*, as_json: bool) -> None:
    """Write the log to standard error from now on, a line of text or of JSON for each event; what nobody caught, too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_json_formatter() if as_json else PlainFormatter(_LINE))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
    # A line for each request is for machines.
    logging.getLogger(REQUESTS).setLevel(logging.INFO if as_json else logging.WARNING)
    # Left alone, Python writes the words of an error beside it, and they may hold whatever it stumbled over.
    sys.excepthook = _say_uncaught
    threading.excepthook = lambda told: _say_uncaught(told.exc_type, told.exc_value, told.exc_traceback)


@contextlib.contextmanager
def about(**ids: str) -> Iterator[None]:
    """Say in every line of this thread, until the block ends, of which request or job it speaks."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield


def about_this_request(**ids: str) -> None:
    """Say in every line of this thread of which request it speaks, until the next one begins."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**ids)


def without_secrets(text: str) -> str:
    """Hide what may be a link's token or an address (pure)."""
    return _TOKEN.sub(_hide, _ADDRESS.sub(_HIDDEN, text))


class PlainFormatter(logging.Formatter):
    """Formats a line of text: an error by its kind and place alone, and no token or address in any line."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        return without_secrets(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- the library names it
        """Say what was raised, and where; its text may hold names."""
        return kind_and_place(ei)


def kind_and_place(raised: _ExcInfo) -> str:
    """Say an error by its class and the lines that it came by (pure)."""
    kind, _, trace = raised
    frames = traceback.extract_tb(trace)
    where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{kind.__name__ if kind else 'no error'} ({where})"


def _say_uncaught(
    kind: type[BaseException], raised: BaseException | None, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    _log.critical("nobody caught: %s", kind_and_place((kind, raised, trace)))


def _hide(found: re.Match[str]) -> str:
    word = found.group()
    return word if _ID.fullmatch(word) or (word.islower() and not any(map(str.isdigit, word))) else _HIDDEN


def _json_formatter() -> logging.Formatter:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_what_was_raised,
        _hide_secrets,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def _name_what_was_raised(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    raised = event.pop("exc_info", None)
    if isinstance(raised, tuple) and raised[0] is not None:
        event["raised"] = kind_and_place(raised)
    return event


def _hide_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["event"] = without_secrets(str(event["event"]))
    return event
