"""A coalition's pages served on loopback, and the system's Chromium to open them."""

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from service.app import create_app
from service.mail.domain.checks import Finding
from service.web.services import WebServices
from tests.coalition import OUTWARD, Coalition
from tests.required import is_required

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def served(
    coalition: Coalition,
    *,
    embed_on: str = "",
    look_at_sender: Callable[[], Sequence[Finding]] | None = None,
) -> Iterator[str]:
    """Serve the pages at the coalition's own time, and give the address they lie under."""
    services = WebServices(
        engine=coalition.engine,
        keyring=coalition.keyring,
        clock=lambda: coalition.now,
        public_url="http://127.0.0.1",
        trusted_proxies=0,
        onion_location="",
        outward=OUTWARD,
        wake=lambda: None,
        embed_on=embed_on,
        look_at_sender=look_at_sender,
    )
    server = make_server("127.0.0.1", 0, create_app(services), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium; without one the story is left out, or fails where a browser is demanded."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        needed = is_required("browser")
        (pytest.fail if needed else pytest.skip)("No Chromium on this machine: install it to see this story.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()
