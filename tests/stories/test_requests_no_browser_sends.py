"""As an operator I want requests that no browser sends to be refused in a sentence, and to cost and to change nothing."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from service.cli.listener import listen
from service.foundation.sealing import KEY_BYTES, RootKey
from service.signing.abuse.visit import Caution
from service.store.engine import make_engine
from tests.coalition import PUBLIC_URL, SLUG, Coalition, letter_file
from tests.corpus.markup import foreign_markup
from tests.corpus.requests import HEADERS, HOSTS, PATHS, bodies, on_the_line
from tests.corpus.writing import HIDDEN, LITERAL, all_of
from tests.doubles.databases import copy_sqlite
from tests.stories.visitor import Door, Visitor, form_of, letter_page, words_of

HOST = "letters.example"
ASKED = ("k", "q", "part", "text", "lang", "kind", "done", "asked", "answered", "discreet")
PAGES = ("", "/sign", "/count.json", "/feed", "/link", "/thanks")
WHOLE_SECONDS = 5.0


@contextmanager
def hostile_place(engine: Engine) -> Iterator[Coalition]:
    root = RootKey(bytes(range(KEY_BYTES)))
    coalition = Coalition(engine=engine, root=root, now=datetime(2026, 11, 24, 12, tzinfo=UTC))
    more = 'admit = "everyone"\naccess = "public"\nnames_shown = "live"'
    yield (
        coalition.open(letter_file(more=more))
        .sign_and_confirm("Standing Stone")
        .sign("Pending Pond")
        .deliver_mail()
    )


@pytest.fixture(scope="module")
def open_place(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coalition]:
    """Give one letter for all stories whose requests must change nothing."""
    engine = make_engine(copy_sqlite(migrated_sqlite, tmp_path_factory.mktemp("requests") / "undersigned.db"))
    with hostile_place(engine) as coalition:
        yield coalition
    engine.dispose()


@pytest.fixture(scope="module")
def stranger(open_place: Coalition) -> Visitor:
    """Give somebody at its door."""
    return Visitor(Door(open_place, caution=Caution(a_minute=100_000)).app())


def send_body(visitor: Visitor, path: str, kind: str, body: bytes) -> TestResponse:
    return visitor._client.post(
        path, data=body, base_url=PUBLIC_URL, environ_overrides={"CONTENT_TYPE": kind} if kind else {}
    )


def is_answered(answer: TestResponse, *, by: tuple[int, ...], told: str) -> None:
    assert answer.status_code in by, f"{told}: {answer.status_code}"
    assert "Traceback" not in answer.text, told
    assert "evil" not in str(answer.headers), told
    if answer.mimetype == "text/html":
        assert foreign_markup(answer.text) == [], told
    if answer.status_code >= 400 and answer.status_code != 503:
        assert re.search(r"[.?]", words_of(answer)), told


def test_a_body_of_any_kind_is_read_or_refused_in_a_sentence(
    open_place: Coalition, stranger: Visitor
) -> None:
    path = letter_page(open_place, "/sign", kind="person")
    form = dict(form_of(stranger.open(path)).filled({}))
    tried = bodies(form["nonce"])
    pages = (path, letter_page(open_place, "/link"), f"/confirm/{open_place.newest_token('confirm')}")

    for number, (name, (kind, body)) in enumerate(tried.items()):
        for place in {path, pages[number % len(pages)]}:
            began = time.process_time()
            answer = send_body(stranger, place, kind, body)
            is_answered(answer, by=(303, 400, 413, 422), told=f"{name} at {place[:9]}")
            if len(body) > 1_000_000:
                assert answer.status_code == 413, name
            assert time.process_time() - began < WHOLE_SECONDS, f"{name} took too long"

    assert len(tried) >= 50
    assert open_place.deliver_mail().counts().signatories == 1
    # What is no text is told to whoever wrote it, and is not made a name.
    for name in ("a byte that is no text", "half a pair", "a letter cut short", "utf-16"):
        answer = send_body(stranger, path, *tried[name])
        assert answer.status_code == 422, name
        assert "arrived broken" in words_of(answer), name


def test_whatever_an_address_asks_for_is_answered_without_repeating_it(engine: Engine) -> None:
    with hostile_place(engine) as coalition:
        visitor = Visitor(Door(coalition).app())
        raw = (
            "%00",
            "%ff%fe",
            "%ed%a0%80",
            "%c0%af",
            "%",
            "%0d%0aX-Evil:%20yes",
            "a" * 20_000,
            "9" * 6_000,
            "-1",
            "%d9%a3",
        )
        texts = [
            *raw,
            *(quote(text, errors="surrogatepass") for text in (*all_of(LITERAL)[::5], *all_of(HIDDEN)[::5])),
        ]
        for number, text in enumerate(texts):
            page = PAGES[number % len(PAGES)]
            query = "&".join(f"{name}={text}" for name in ASKED)
            answer = visitor.open(f"/letters/{SLUG}{page}?{query}")
            is_answered(answer, by=(200, 404), told=f"{page} asked {text[:40]}")
            for path in (f"/letters/{text}", f"/embed/{text}", f"/confirm/{text}", f"/static/{text}"):
                if number % 4 == 0:
                    is_answered(visitor.open(path), by=(400, 404), told=path[:60])


def test_an_address_of_bytes_that_are_no_text_is_read_as_far_as_it_can_be(stranger: Visitor) -> None:
    for query in ("k=\xff", "q=\xc3\xa9\xff", "\xff\xfe=\x80", "lang=fr&\xed\xa0\x80"):
        for path in ("/", f"/letters/{SLUG}", f"/letters/{SLUG}/sign"):
            # A server hands each byte on as one character (PEP 3333).
            answer = stranger._client.get(
                path, base_url=PUBLIC_URL, environ_overrides={"QUERY_STRING": query}
            )
            is_answered(answer, by=(200,), told=f"{path}?{query!a}")
            assert ('<html lang="fr"' in answer.text) is query.startswith("lang=fr")


def test_a_search_shows_what_was_looked_for_as_its_characters(
    open_place: Coalition, stranger: Visitor
) -> None:
    for text in all_of(LITERAL)[::4]:
        answer = stranger.open(f"/letters/{SLUG}?q={quote(text)}")

        assert answer.status_code == 200
        assert " ".join(text.split())[:100].strip() in words_of(answer) or not answer.text.count('name="q"')
        assert foreign_markup(answer.text) == [], text


def test_a_header_changes_nothing_of_a_page_or_is_refused(open_place: Coalition, stranger: Visitor) -> None:
    pages = (
        "/",
        f"/letters/{SLUG}",
        letter_page(open_place, "/sign", kind="person"),
        f"/confirm/{open_place.newest_token('confirm')}",
    )
    marks = re.compile(r'name="nonce" value="[^"]+"')
    plain = {page: marks.sub("", stranger.open(page).text) for page in pages}

    for headers in HEADERS:
        for page in pages:
            answer = stranger.open(page, headers=headers)
            is_answered(answer, by=(200,), told=f"{headers}"[:80])
            assert marks.sub("", answer.text) == plain[page], f"{headers}"[:80]
            assert answer.headers.get("Set-Cookie") is None


@pytest.mark.parametrize("host", HOSTS, ids=range(len(HOSTS)))
def test_no_page_is_given_under_a_name_that_is_not_ours(host: str, stranger: Visitor) -> None:
    # Twice: what was answered once is kept, and must not be kept for a stranger's name.
    for path in ("/", f"/letters/{SLUG}", f"/letters/{SLUG}/count.json") * 2:
        answer = stranger._client.get(path, base_url=PUBLIC_URL, environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == 400
        assert "evil" not in answer.text + str(answer.headers)


def test_behind_our_proxy_the_last_address_alone_is_believed(open_place: Coalition) -> None:
    seen: list[str | None] = []
    app = Door(open_place, trusted_proxies=1).app()
    inner = app.wsgi_app.app

    def look(environ, start_response):
        seen.append(environ["REMOTE_ADDR"])
        return inner(environ, start_response)

    app.wsgi_app.app = look
    for given in (
        "203.0.113.9",
        "evil, 203.0.113.9",
        "203.0.113.9, evil",
        "",
        "::1%evil",
        "<script>",
        "x" * 9_000,
    ):
        answer = Visitor(app).open(
            f"/letters/{SLUG}", headers={"X-Forwarded-For": given, "X-Forwarded-Host": "evil.example"}
        )
        assert answer.status_code == 200
        assert "evil" not in answer.text

    assert seen[:3] == ["203.0.113.9", "203.0.113.9", "evil"]


@pytest.fixture(scope="module")
def line(open_place: Coalition) -> Iterator[Callable[[bytes], bytes]]:
    """Serve as the command `run` does; give what sends bytes and reads all that is answered."""
    server = listen(Door(open_place).app(), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()

    def send(data: bytes) -> bytes:
        answer = b""
        with socket.create_connection(("127.0.0.1", server.effective_port), timeout=5) as connection:
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                while more := connection.recv(65536):
                    answer += more
            except (ConnectionError, TimeoutError):
                pass
        return answer

    yield send
    server.close()
    server.maintenance(0)
    thread.join(timeout=5)


def test_a_path_that_leads_nowhere_says_so_and_repeats_nothing(line: Callable[[bytes], bytes]) -> None:
    for path in PATHS:
        # On the line, for the test client would read "//evil.example/" as the name of a host.
        head = f"GET {path.replace(' ', '+')} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
        headers, _, page = line(head.encode("latin-1", "replace")).decode().partition("\r\n\r\n")

        status = headers.split()[1]
        assert status in ({"200"} if path.startswith("/?") else {"400", "404"}), f"{path}: {status}"
        assert "Location" not in headers, path
        assert "evil" not in headers + page, path
        assert "Evil" not in headers
        assert foreign_markup(page) == [], path
        assert "root:" not in page


ALIVE = f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()


@pytest.mark.parametrize("name", on_the_line("/", b""))
def test_a_request_that_servers_read_differently_smuggles_nothing_in(
    name: str, open_place: Coalition, line: Callable[[bytes], bytes]
) -> None:
    answer = line(on_the_line(letter_page(open_place, "/sign"), ALIVE)[name])

    statuses = re.findall(rb"HTTP/1\.[01] (\d{3})", answer)
    assert b"500" not in statuses
    assert b"evil" not in answer
    assert not answer.endswith(b"\r\n\r\nok\n"), "what was smuggled in was taken"
    assert line(ALIVE).endswith(b"\r\n\r\nok\n")


@pytest.mark.parametrize("way", ["with its length", "in chunks"])
def test_ten_megabytes_on_the_line_are_refused_with_a_sentence(
    way: str, open_place: Coalition, line: Callable[[bytes], bytes]
) -> None:
    path, megabyte = letter_page(open_place, "/sign"), b"x" * 1_000_000
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    if way == "in chunks":
        body = (b"%x\r\n" % len(megabyte) + megabyte + b"\r\n") * 10 + b"0\r\n\r\n"
        answer = line(head.encode() + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body)
    else:
        answer = line(
            head.encode() + b"Content-Length: 10000000\r\nConnection: close\r\n\r\n" + megabyte * 10
        )

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"far too long for a form" in answer
