"""Runs the command `undersigned` as an operator would: one command at a time, and its server beside."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from examples.demo.errors import DemoFailed
from examples.demo.folder import Folder

_COMMAND = Path(sys.executable).parent / "undersigned"
_COMMAND_SECONDS = 40
_STOP_SECONDS = 8


@dataclass(frozen=True, kw_only=True)
class Undersigned:
    """The service as installed, with the settings of one showing."""

    folder: Folder
    port: int
    smtp_port: int
    reminder_lead: int
    """Seconds before the deadline at which those who did not confirm are reminded."""

    @property
    def url(self) -> str:
        """Give the public address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """Give the whole environment of its processes; nothing of ours comes in with it."""
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONUTF8": "1",
            "PYTHONUNBUFFERED": "1",
            "UNDERSIGNED_DATA_DIR": str(self.folder.data),
            "UNDERSIGNED_KEY_DIR": str(self.folder.keys),
            "UNDERSIGNED_JOURNAL_DIR": str(self.folder.journal),
            "UNDERSIGNED_DATABASE_URL": f"sqlite:///{self.folder.database}",
            "UNDERSIGNED_FORM_SECONDS": "0",
            "UNDERSIGNED_PUBLIC_URL": self.url,
            "UNDERSIGNED_SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "UNDERSIGNED_MAIL_FROM": "letter@sevenbanks.example",
            "UNDERSIGNED_REMINDER_LEAD": str(self.reminder_lead),
            **self._seal,
        }

    @property
    def _seal(self) -> dict[str, str]:
        # A folder of an earlier showing has none.
        if not self.folder.seal.exists():
            return {}
        return {
            "UNDERSIGNED_DOSSIER_CERTIFICATE": str(self.folder.seal),
            "UNDERSIGNED_DOSSIER_KEY": str(self.folder.seal_key),
        }

    def run(self, *arguments: str) -> str:
        """Run one command to its end and give what it printed.

        Raises DemoFailed with the command's own sentence where it ends with an error or takes too long.
        """
        shown = " ".join(["undersigned", *arguments[:2]])
        try:
            done = subprocess.run(
                [_COMMAND, *arguments],
                env=self.settings,
                cwd=self.folder.root,
                capture_output=True,
                text=True,
                timeout=_COMMAND_SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise DemoFailed("The command `undersigned` is not installed here; run `make setup`.") from error
        except subprocess.TimeoutExpired as error:
            raise DemoFailed(f"`{shown}` did not end within {_COMMAND_SECONDS} seconds.") from error
        if done.returncode:
            said = "\n".join(done.stderr.strip().splitlines()[-12:]) or "nothing on standard error"
            raise DemoFailed(f"`{shown}` ended with {done.returncode} and said: {said}")
        return done.stdout

    def ask(self, *arguments: str) -> Any:
        """Run one command with --json and give the data that it printed."""
        printed = self.run(*arguments, "--json")
        try:
            return json.loads(printed)
        except ValueError as error:
            raise DemoFailed(f"`undersigned {' '.join(arguments[:2])} --json` did not print JSON.") from error

    def serve(self) -> "Server":
        """Give its server, not yet started."""
        return Server(undersigned=self, log=self.folder.log / "server.log")


@dataclass(kw_only=True)
class Server:
    """`undersigned run`; a context manager that starts it, waits until it answers, and stops it in every case."""

    undersigned: Undersigned
    log: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _output: IO[bytes] | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Start the server and wait until /healthz answers."""
        self._output = self.log.open("ab")
        # A session of its own: Ctrl-C then reaches only us, and we stop it in order.
        self._process = subprocess.Popen(
            [_COMMAND, "run", "--host", "127.0.0.1", "--port", str(self.undersigned.port)],
            env=self.undersigned.settings,
            cwd=self.undersigned.folder.root,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until(self._answers, seconds=20, what="the server to answer at /healthz")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self.stop()

    def stop(self) -> None:
        """Stop the server: politely, then by force; twice does no harm."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._output:
            self._output.close()

    def is_running(self) -> bool:
        """Tell whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def _answers(self) -> bool:
        if not self.is_running():
            raise DemoFailed("The server ended as soon as it was started.")
        try:
            with build_opener(ProxyHandler({})).open(f"{self.undersigned.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, TimeoutError, ConnectionError):
            return False


def last_lines(log: Path, *, count: int = 15) -> str:
    """Give the end of a log, or nothing."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:]) if log.exists() else ""


def wait_until(question: Callable[[], bool], *, seconds: float, what: str, every: float = 0.1) -> None:
    """Ask until the answer is yes; raises DemoFailed, naming `what` was awaited, when `seconds` have passed."""
    end = time.monotonic() + seconds
    while not question():
        if time.monotonic() > end:
            raise DemoFailed(f"Waited {seconds:.0f} seconds in vain for {what}.")
        time.sleep(every)
