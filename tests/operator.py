"""An operator at the terminal: the real command `undersigned`, in processes of its own, on a folder of its own."""

import os
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


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

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
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
    def serving(self):
        """Run `undersigned run` while the block lasts; the block may kill it."""
        log = (self.folder / "run.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "service", "run", "--port", str(self.web_port)],
            env=self.environment,
            cwd=self.folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait_until_it_answers(process)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.close()

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end and process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/healthz", timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError((self.folder / "run.log").read_text(encoding="utf-8"))
