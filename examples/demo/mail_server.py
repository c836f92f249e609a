"""Serves the pages of caught mail on loopback, and to nobody else."""

import re
import threading
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit

from examples.demo.catcher import Mail, read_mail
from examples.demo.mail_pages import POLICY, file_name, mail_page, mailbox_page, missing_page

_MAIL = re.compile(r"/mail/(\d{1,9})")
_PART = re.compile(r"/mail/(\d{1,9})/part/(\d{1,3})")


class MailServer:
    """The mail pages in a thread of their own; a context manager."""

    def __init__(self, folder: Path, *, port: int, service: str) -> None:
        """Show the mail in `folder` at a loopback port; `service` is the address of the product's own pages."""

        class Handler(_Handler):
            pass

        Handler.folder, Handler.service = folder, service
        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Give the address of the list."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Serve."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    folder: Path
    service: str
    server_version = "demonstration"
    sys_version = ""

    def do_GET(self) -> None:
        # A page elsewhere could point a name of its own at loopback and read the mail: only our names are served.
        if str(self.headers.get("Host", "")).rsplit(":", 1)[0] not in {"127.0.0.1", "localhost"}:
            self._answer(missing_page(), status=404)
            return
        path = urlsplit(self.path).path
        if path == "/":
            self._answer(mailbox_page(_mails(self.folder), service=self.service))
        elif found := _PART.fullmatch(path):
            self._answer_part(_find(self.folder, int(found[1])), int(found[2]))
        else:
            found = _MAIL.fullmatch(path)
            self._answer_mail(_find(self.folder, int(found[1])) if found else None)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's signature
        """Say nothing."""

    def _answer_mail(self, mail: Mail | None) -> None:
        if mail:
            self._answer(mail_page(mail, service=self.service))
        else:
            self._answer(missing_page(), status=404)

    def _answer_part(self, mail: Mail | None, number: int) -> None:
        parts = mail.attachments() if mail else []
        if not 1 <= number <= len(parts):
            self._answer(missing_page(), status=404)
            return
        part = parts[number - 1]
        data = part.get_payload(decode=True)
        name = quote(file_name(part, number), safe="")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        self._send(data if isinstance(data, bytes) else b"", "application/octet-stream", 200, headers)

    def _answer(self, html: str, *, status: int = 200) -> None:
        self._send(html.encode(), "text/html; charset=utf-8", status, {})

    def _send(self, data: bytes, kind: str, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(data)),
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _mails(folder: Path) -> list[Mail]:
    newest_first = sorted(folder.glob("*.eml"), key=lambda path: int(path.stem), reverse=True)
    return [_read(path, path.stat().st_mtime_ns) for path in newest_first]


def _find(folder: Path, number: int) -> Mail | None:
    path = folder / f"{number:04}.eml"
    return _read(path, path.stat().st_mtime_ns) if path.exists() else None


@lru_cache(maxsize=2000)
def _read(path: Path, _changed: int) -> Mail:
    return read_mail(path)
