"""The server that listens for `serve`: gunicorn, with threads in several processes, and a log that tells no path."""

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from service.foundation.errors import Refused

GRACE_SECONDS = 20
"""So long requests that are under way may take when the server is told to end."""

_SILENT_SECONDS = 60
_MEMORY = Path("/dev/shm")  # noqa: S108 -- only a mark of life is kept there, by a file without a name

MakeApp = Callable[[contextlib.ExitStack], Any]
"""Makes the application in each process anew; what is to end with the process is put on the stack."""


class Server(BaseApplication):  # type: ignore[misc]  # -- the library has no types
    """One server at one address, until SIGTERM or SIGINT."""

    def __init__(self, make_app: MakeApp, *, host: str, port: int, workers: int, threads: int) -> None:
        """Prepare it; raises Refused where the address cannot be had."""
        _refuse_unless_free(host, port)
        self._make_app = make_app
        self._ends_with_the_process = contextlib.ExitStack()
        self._wanted = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "graceful_timeout": GRACE_SECONDS,
            "timeout": _SILENT_SECONDS,
            "keepalive": 5,
            "accesslog": None,
            "logger_class": PathlessLogger,
            "proc_name": "undersigned",
            "control_socket_disable": True,
            "worker_tmp_dir": str(_MEMORY) if os.access(_MEMORY, os.W_OK) else None,
            "worker_exit": lambda _, __: self._ends_with_the_process.close(),
        }
        super().__init__()

    def load_config(self) -> None:
        """Set what is ours, and read nothing from files or the environment."""
        for name, value in self._wanted.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application of this process."""
        return self._make_app(self._ends_with_the_process)


class PathlessLogger(Logger):  # type: ignore[misc]  # -- the library has no types
    """Says what happens to the server in the service's own log, without the path or the address of any request."""

    def setup(self, cfg: Any) -> None:
        """Write by the service's log, and nothing for each request."""
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.propagate = True

    def warning(self, msg: str, *args: Any, **more: Any) -> None:
        """Warn; a request that cannot be read is not told."""
        if not msg.startswith("Invalid request"):
            super().warning(msg, *args, **more)

    def exception(self, msg: str, *args: Any, **_: Any) -> None:
        """Say that something failed, and by the log's own manner what and where."""
        del args
        self.error_log.error(msg.partition(" %")[0], exc_info=True)


def _refuse_unless_free(host: str, port: int) -> None:
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise Refused(
            f"{host}:{port} cannot be listened on ({error.strerror}); choose another --port."
        ) from error
