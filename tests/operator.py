"""An operator at the terminal: the real command `undersigned`, on a folder of its own.

A command runs within the tests' own process, which spares it the second that a new one takes to begin; what serves has
a process of its own.
"""

import io
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect

from service.__main__ import main
from service.cli import context
from service.foundation.settings import PREFIX, Settings
from service.store.migrate import migrate
from service.wiring import Services

ROOT = Path(__file__).resolve().parent.parent
# What is to be refused would else never end, if it were not.
_LASTING = ("run", "serve", "worker")
_migrated: list[bytes] = []


class Operator:
    """Runs commands with one set of settings."""

    def __init__(self, folder: Path, *, smtp_port: int, web_port: int, database_url: str = "") -> None:
        self.folder, self.web_port = folder, web_port
        self.environment = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "UNDERSIGNED_DATA_DIR": str(folder / "data"),
            "UNDERSIGNED_KEY_DIR": str(folder / "keys"),
            "UNDERSIGNED_JOURNAL_DIR": str(folder / "journal"),
            "UNDERSIGNED_FORM_SECONDS": "0",
            "UNDERSIGNED_PUBLIC_URL": f"http://127.0.0.1:{web_port}",
            "UNDERSIGNED_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
            "UNDERSIGNED_MAIL_FROM": "letters@rivers.example",
            **({"UNDERSIGNED_DATABASE_URL": database_url} if database_url else {}),
        }

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.web_port}"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return self._run_apart(*arguments) if arguments[0] in _LASTING else self._run_here(*arguments)

    def _run_here(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command within this process."""
        with _as_if_typed(arguments, self.environment, self.folder) as written:
            try:
                main()
            except SystemExit as left:
                code = left.code
        out, err = (stream.buffer.getvalue().decode("utf-8") for stream in written)
        return subprocess.CompletedProcess(arguments, int(code or 0), out, err)

    def _run_apart(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command in a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "service", *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def does(self, *arguments: str) -> str:
        """Run one command that must succeed, and give what it printed."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def serving(self, command: str = "run", *options: str):
        """Run `undersigned run`, or `serve`, while the block lasts; the block may kill it."""
        with self.started(command, "--port", str(self.web_port), *options) as process:
            self._wait_until_it_answers(process)
            yield process

    @contextmanager
    def working(self, *options: str):
        """Run `undersigned worker` while the block lasts; the block may kill it."""
        with self.started("worker", *options) as process:
            yield process

    @contextmanager
    def beside(self):
        """Start nothing: who serves does the rest as well."""
        yield

    @contextmanager
    def started(self, *arguments: str):
        """Run a command that lasts, while the block does."""
        log = (self.folder / "run.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "service", *arguments],
            env=self.environment,
            cwd=self.folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.close()

    def log(self) -> str:
        """Give what the processes that last have said."""
        return (self.folder / "run.log").read_text(encoding="utf-8")

    def wait_for_log(self, word: str, *, seconds: float = 30) -> None:
        """Wait until a process has said a word."""
        end = time.monotonic() + seconds
        while word not in self.log():
            assert time.monotonic() < end, self.log()
            time.sleep(0.05)

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end and process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/healthz", timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(self.log())


@contextmanager
def _as_if_typed(
    arguments: tuple[str, ...], environment: dict[str, str], folder: Path
) -> Iterator[list[io.TextIOWrapper]]:
    """Let this process look like a new one, and leave behind no more than a process would that has ended."""
    written = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
    made: list[Services] = []

    def make_services(*given: object) -> Services:
        made.append(services := context_make_services(*given))
        return services

    context_make_services = context.make_services
    mask = os.umask(0o077)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name in Settings.model_fields:
                patch.delenv(f"{PREFIX}{name.upper()}", raising=False)
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["undersigned", *arguments])
            patch.setattr(sys, "stdout", written[0])
            patch.setattr(sys, "stderr", written[1])
            patch.setattr(context, "make_services", make_services)
            patch.setattr("service.wiring.migrate", _migrate_once)
            patch.chdir(folder)
            yield written
    finally:
        os.umask(mask)
        for services in made:
            services.engine.dispose()
            if services.transport is not None:
                services.transport.close()


def _migrate_once(engine: Engine) -> None:
    """Migrate as always; an empty SQLite file becomes what the first one of this process has become."""
    path = Path(engine.url.database or "")
    if engine.dialect.name != "sqlite" or inspect(engine).get_table_names():
        migrate(engine)
    elif not _migrated:
        migrate(engine)
        with closing(sqlite3.connect(path)) as made:
            _migrated.append(made.serialize())
    else:
        # With its last connection the log beside it goes.
        engine.dispose()
        path.write_bytes(_migrated[0])
