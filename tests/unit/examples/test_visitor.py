"""A visitor keeps cookies and hidden fields, follows redirects, and tells what went wrong without a token."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from examples.demo.errors import DemoFailed
from examples.demo.visitor import Visitor

FORM = '<form method="post"><input type="hidden" name="nonce" value="7"><input name="name"></form>'


class _Desk(BaseHTTPRequestHandler):
    """Gives a form with a cookie; takes it only with both back, and answers by a redirect."""

    def do_GET(self) -> None:
        gone = self.path.startswith("/gone")
        self.send_response(404 if gone else 200)
        self.send_header("Set-Cookie", "seen=1")
        self.end_headers()
        self.wfile.write(b"<p>Check your e-mail" if self.path == "/thanks" else FORM.encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        whole = body == b"nonce=7&name=%E6%B2%B3" and self.headers["Cookie"] == "seen=1"
        self.send_response(303 if whole else 400)
        self.send_header("Location", "/thanks")
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@pytest.fixture
def desk() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Desk)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_form_goes_back_whole_and_its_answer_is_followed(desk: str) -> None:
    visitor = Visitor()
    page = visitor.open(f"{desk}/sign/secret")

    answer = visitor.send(page, page.form(having="name"), {"name": "河"})

    assert (answer.status, answer.text, answer.url) == (200, "Check your e-mail", f"{desk}/thanks")


def test_a_form_that_is_not_taken_is_told_without_its_token(desk: str) -> None:
    visitor = Visitor()
    page = visitor.open(f"{desk}/confirm/secret")

    with pytest.raises(DemoFailed, match="/confirm: status 400") as caught:
        visitor.send(page, page.form(), {"name": "x"})

    assert "secret" not in str(caught.value)


def test_a_missing_page_is_a_page(desk: str) -> None:
    assert Visitor().open(f"{desk}/gone").status == 404


def test_a_page_without_the_form_says_so(desk: str) -> None:
    page = Visitor().open(f"{desk}/thanks")

    with pytest.raises(DemoFailed, match="has no form with the field “decision”"):
        page.form(having="decision")


def test_a_service_that_is_away_is_told() -> None:
    with pytest.raises(DemoFailed, match="does not answer at /letters"):
        Visitor().open("http://127.0.0.1:9/letters/x")
