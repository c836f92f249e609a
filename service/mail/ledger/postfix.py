"""The ledger of a Postfix on this machine: its log, and its list of waiting mail."""

import logging
import shutil
import subprocess
import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from service.mail.ledger.log_files import find_pieces, lines_of
from service.mail.ledger.postfix_history import BEFORE, History
from service.mail.ledger.postfix_lines import read_line, read_queued
from service.mail.ledger.relay_ledger import Fate, Finding, Question, Unknown

_log = logging.getLogger(__name__)

QUEUE_SECONDS = 20.0
"""How long Postfix may take to list its waiting mail."""

_QUEUE_BYTES = 16 * 2**20
_QUEUE_LINE = 2**16
_PLACES = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/sbin"
# Every line is younger than this one, and none as young as the other.
_EVER = datetime(1990, 1, 1, tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


class PostfixLedger:
    """Keeps the promises of RelayLedger by reading the log at a path and those that were rotated from it.

    `is_only_relay` says that nothing but this machine's own relays take our mail: without it nothing is called absent.
    A log with traditional time stamps is read in this machine's time zone, unless `zone` names another.
    """

    def __init__(
        self, log: Path, *, is_only_relay: bool, zone: tzinfo | None = None, postqueue: Path | None = None
    ) -> None:
        """Keep where to look; nothing is read yet. Without a path `postqueue` is sought in the usual places."""
        self._path = log
        self._is_only_relay = is_only_relay
        self._zone = zone
        self._postqueue = postqueue

    def look_up(self, questions: Sequence[Question]) -> Mapping[str, Finding]:
        """Answer each question, by its Message-ID."""
        history = History(questions)
        submitted = [moment for question in questions for moment in question.submitted]
        try:
            self._read(history, since=min(submitted, default=_EVER) - BEFORE)
        except OSError as error:
            _log.warning("the relay's log %s cannot be read: %s", self._path, type(error).__name__)
            return {question.message_id: Unknown() for question in questions}
        unsettled = history.unsettled()
        waiting = self._waiting(unsettled) if unsettled else {}
        return history.conclude(waiting=waiting, may_be_absent=self._is_only_relay)

    def fault(self) -> str | None:
        """Say in a sentence why the log cannot be read; None where it can."""
        try:
            pieces = find_pieces(self._path, since=_NEVER, stamp=self._stamp)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            return f"The relay's log {self._path} cannot be read ({reason}): let the service's user read it."
        for piece in pieces:
            if any(line is not None and self._stamp(line, piece.written_at) for line in lines_of(piece)):
                return None
        return f"The relay's log {self._path} holds no line with a time: name the file that Postfix logs to."

    def _stamp(self, line: bytes, written_at: datetime) -> datetime | None:
        return read_line(line, written_at=written_at, zone=self._zone).at

    def _read(self, history: History, *, since: datetime) -> None:
        for piece in find_pieces(self._path, since=since, stamp=self._stamp):
            for line in lines_of(piece):
                if line is None:
                    history.break_off()
                elif not line.isspace():
                    history.add(read_line(line, written_at=piece.written_at, zone=self._zone))

    def _waiting(self, queue_ids: Collection[str]) -> Mapping[str, Fate]:
        """Ask Postfix which of these mails wait; whatever it cannot say in time is left out."""
        command = str(self._postqueue) if self._postqueue else shutil.which("postqueue", path=_PLACES)
        if command is None:
            return {}
        try:
            with subprocess.Popen(  # noqa: S603 -- the operator's own program, with one fixed argument
                [command, "-j"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Nothing of our own environment, which holds secrets, reaches it.
                env={"PATH": _PLACES, "LC_ALL": "C"},
            ) as process:
                return _listed(process, queue_ids)
        except OSError as error:
            _log.warning("the relay's list of waiting mail cannot be read: %s", type(error).__name__)
            return {}


def _listed(process: subprocess.Popen[bytes], queue_ids: Collection[str]) -> Mapping[str, Fate]:
    assert process.stdout is not None
    found: dict[str, Fate] = {}
    left = _QUEUE_BYTES
    deadline = threading.Timer(QUEUE_SECONDS, process.kill)
    deadline.start()
    try:
        while left > 0 and (line := process.stdout.readline(_QUEUE_LINE)):
            left -= len(line)
            waiting = read_queued(line)
            if waiting is not None and waiting[0] in queue_ids:
                found[waiting[0]] = waiting[1]
    finally:
        deadline.cancel()
        process.kill()
    return found
