"""Somebody at the web door: opens paths, sends the forms of a page, keeps no cookie."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from examples.demo.forms import Form, read_forms, visible_text
from service.app import create_app
from service.mail.domain.checks import Finding
from service.signing.abuse.visit import Caution
from service.web.services import WebServices
from tests.coalition import OUTWARD, PUBLIC_URL, SLUG, Coalition

ORGANIZATION = {
    "name": "Lake Alliance",
    "representative_name": "Noor Example",
    "representative_title": "Chair",
    "authority": "yes",
    "email": "office@lakes.example",
}
PERSON = {"name": "Tenzin Example", "email": "tenzin@valley.example", "visibility": "public"}


@dataclass
class Door:
    """The web application on a coalition's database."""

    coalition: Coalition
    onion_location: str = ""
    trusted_proxies: int = 0
    caution: Caution = field(default_factory=Caution)
    embed_on: str = ""
    count_lag: timedelta = timedelta(0)
    look_at_sender: Callable[[], Sequence[Finding]] | None = None
    relay_sizes: Callable[[], Mapping[str, int]] = dict
    filing_domain: str = ""
    rung: list[None] = field(default_factory=list)

    def app(self) -> Flask:
        return create_app(
            WebServices(
                engine=self.coalition.engine,
                keyring=self.coalition.keyring,
                clock=lambda: self.coalition.now,
                public_url=PUBLIC_URL,
                trusted_proxies=self.trusted_proxies,
                onion_location=self.onion_location,
                outward=OUTWARD,
                wake=lambda: self.rung.append(None),
                caution=self.caution,
                embed_on=self.embed_on,
                count_lag=self.count_lag,
                look_at_sender=self.look_at_sender,
                relay_sizes=self.relay_sizes,
                filing_domain=self.filing_domain,
            )
        )


class Visitor:
    """One person's browser without JavaScript, or curl."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client(use_cookies=False)

    def open(
        self, path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        return self._client.open(path, method=method, base_url=PUBLIC_URL, headers=headers)

    def post(
        self, path: str, entries: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        return self._client.post(path, data=entries, base_url=PUBLIC_URL, headers=headers)

    def send(
        self, path: str, values: Mapping[str, str], *, having: str = "nonce", answer: str = ""
    ) -> TestResponse:
        """Open a page, fill in its form and send it."""
        form = form_of(self.open(path), having=having, answer=answer)
        return self.post(form.action or path, dict(form.filled(values)))

    def check(self, data: bytes = b"", *, typed: str = "", name: str = "letter.pdf") -> TestResponse:
        """Send /verify a file, or what is typed, or both."""
        entries = {"check": typed, **({"file": (io.BytesIO(data), name)} if data else {})}
        return self._client.post("/verify", data=entries, base_url=PUBLIC_URL)

    def follow(self, answer: TestResponse) -> TestResponse:
        """Open the page to which an answer sends."""
        assert answer.status_code == 303
        return self.open(answer.location)


def public_rules(app: Flask) -> list[Rule]:
    """Give every route but those of the desk, which have their own table (tests/stories/test_who_may_do_what_at_the_desk.py)."""
    return [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("desk.")]


def form_of(page: TestResponse, *, having: str = "nonce", answer: str = "") -> Form:
    """Find a posted form of a page by a field, or by its hidden answer."""
    forms = [form for form in read_forms(page.text) if form.method == "post" and form.has(having)]
    return next(form for form in forms if not answer or ("answer", answer) in form.filled({}))


def words_of(page: TestResponse) -> str:
    return visible_text(page.text)


def same(one: TestResponse, other: TestResponse) -> bool:
    """Tell whether two answers are the same to the last byte, headers and all, but for the token of a waiting page."""
    return bare(one) == bare(other)


def bare(page: TestResponse) -> tuple[str, list[tuple[str, str]], bytes]:
    """Give all of an answer but the token of a waiting page."""
    # It is another for every form that is sent, whoever sends it.
    headers = [(name, re.sub(r"^/waiting/[\w-]{43}", "/waiting/…", value)) for name, value in page.headers]
    return page.status, sorted(headers), page.data


def letter_page(coalition: Coalition, page: str = "", **query: str) -> str:
    """Give the path of the letter with its key."""
    wanted = "".join(f"&{name}={value}" for name, value in query.items())
    return f"/letters/{SLUG}{page}?k={coalition.key()}{wanted}"
