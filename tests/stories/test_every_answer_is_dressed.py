"""Every answer of every route, whatever became of it, carries exactly the headers it should."""

import re
from datetime import datetime

import pytest
from sqlalchemy import Engine, update
from werkzeug.test import TestResponse

from service.foundation.sealing import RootKey
from service.model.campaign import Campaign
from service.store.engine import make_engine
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.stories.visitor import Door, Visitor, letter_page, public_rules

ALWAYS = {
    "Cache-Control",
    "Content-Length",
    "Content-Security-Policy",
    "Content-Type",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Robots-Tag",
}
# What some answers carry besides, and which.
SOMETIMES = {"Allow": {200, 405}, "Location": {303}, "Retry-After": {503}}
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH")
LISTED = {"/"}
OWN_SCRIPT = re.compile(r'<script src="/static/[a-z]+\.js\?v=[0-9a-f]{16}" defer></script>')
INLINE = re.compile(r"<[^>]+\son[a-z]+\s*=|javascript:|<style", re.IGNORECASE)


@pytest.fixture
def engine(sqlite_url: str) -> Engine:
    """Stay on one database: headers do not depend on it."""
    return make_engine(sqlite_url)


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    """Give a coalition with a private letter and one sign-on."""
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))
    return coalition.sign_and_confirm("Lake Alliance").deliver_mail()


def paths(coalition: Coalition, visitor: Visitor, door: Door) -> list[str]:
    """Give every route of the application, each once for something that is there and once for what is not."""
    found = []
    for rule in public_rules(door.app()):
        template = rule.rule
        purpose = template.split("/")[1]
        tokens = coalition.tokens(purpose) if "<token>" in template else []
        for slug, token, name in (
            (SLUG, tokens[-1] if tokens else "x", "undersigned.css"),
            ("never", "y", "z.css"),
        ):
            path = template.replace("<slug>", slug).replace("<token>", token).replace("<name>", name)
            found.append(f"{path}?k={coalition.key()}" if "<slug>" in template else path)
    return [*found, "/nothing/here", "//", "/letters/%00"]


def test_every_answer_of_every_route_carries_exactly_its_headers(
    coalition: Coalition, door: Door, visitor: Visitor
) -> None:
    for path in paths(coalition, visitor, door):
        for method in METHODS:
            answer = visitor.open(path, method=method)
            headers = set(answer.headers.keys())
            allowed = {name for name, statuses in SOMETIMES.items() if answer.status_code in statuses}
            where = f"{method} {path.split('?')[0]} {answer.status_code}"
            assert headers - allowed == expected(path, answer), where


@pytest.mark.parametrize(
    ("page", "more"),
    [
        ("", {"ETag", "Vary"}),
        ("?q=lake", {"Vary"}),
        ("/sign", {"Vary"}),
        ("/count.json", {"Access-Control-Allow-Origin"}),
        ("/feed", {"ETag", "Vary"}),
    ],
)
def test_what_everybody_may_see_may_be_asked_for_again(
    page: str, more: set[str], coalition: Coalition, visitor: Visitor
) -> None:
    with transaction(coalition.engine) as session:
        session.execute(update(Campaign).values(access="public", names_shown="live"))

    for _ in range(2):
        answer = visitor.open(f"/letters/{SLUG}{page}")

        assert set(answer.headers.keys()) == ALWAYS | more
        assert "Set-Cookie" not in answer.headers


def expected(path: str, answer: TestResponse) -> set[str]:
    is_listed = path in LISTED and answer.status_code == 200 and "Allow" not in answer.headers
    # A page comes in the language that its reader accepts, and a cache must know that.
    is_read = answer.status_code not in {200, 303} or not {"Allow", "Location"} & set(answer.headers.keys())
    is_page = answer.mimetype in {"text/html", "application/atom+xml"} and is_read
    return (ALWAYS - {"X-Robots-Tag"} if is_listed else ALWAYS) | ({"Vary"} if is_page else set())


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
        ("X-Robots-Tag", "noindex, nofollow, noarchive"),
        ("Strict-Transport-Security", "max-age=31536000"),
    ],
)
def test_a_private_page_says_the_strictest_of_each(
    header: str, value: str, coalition: Coalition, visitor: Visitor
) -> None:
    for path in (letter_page(coalition), f"/confirm/{coalition.newest_token('confirm')}", "/nothing"):
        assert visitor.open(path).headers[header] == value


def test_the_onion_service_is_told_where_there_is_a_page_and_never_where_there_is_none(
    coalition: Coalition,
) -> None:
    visitor = Visitor(Door(coalition, onion_location="http://abcdef.onion").app())

    assert visitor.open("/").headers["Onion-Location"] == "http://abcdef.onion/"
    page = letter_page(coalition)
    assert visitor.open(page).headers["Onion-Location"] == f"http://abcdef.onion{page}"
    assert "Onion-Location" not in visitor.open(f"/letters/{SLUG}").headers


def test_pages_are_small_and_load_nothing_from_elsewhere(
    coalition: Coalition, visitor: Visitor, door: Door
) -> None:
    for path in paths(coalition, visitor, door):
        answer = visitor.open(path)

        assert len(answer.data) < 100_000
        if answer.mimetype == "text/html":
            assert "style=" not in answer.text
            assert "<script" not in OWN_SCRIPT.sub("", answer.text)
            assert not INLINE.search(answer.text)
            assert 'src="http' not in answer.text
            assert answer.text.count("<h1") == 1


def test_the_stylesheet_may_be_kept_for_ever_under_its_own_address(visitor: Visitor) -> None:
    link = visitor.open("/").text.split('rel="stylesheet" href="')[1].split('"')[0]

    sheet = visitor.open(link)

    assert sheet.mimetype == "text/css"
    assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(sheet.data) < 40_000
    assert "http" not in sheet.text
    assert "@import" not in sheet.text
