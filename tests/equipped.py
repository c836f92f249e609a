"""A coordinator who can come in: with a password, a device that shows codes, and recovery codes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit

import pyotp
from flask import Flask
from werkzeug.test import TestResponse

from service.coordinators.codes import make_recovery_codes, make_secret
from service.coordinators.passwords import make_verifier
from service.model.coordinator import Coordinator
from service.store.sealed import seal_text
from service.store.transaction import transaction
from service.web.desk.cookie import cookie_name
from tests.coalition import PUBLIC_URL, Coalition
from tests.desk import Colleague, form_of

PASSWORD = "gannet otter lupin quarry"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@dataclass(frozen=True, kw_only=True)
class Equipped:
    """What a coordinator knows and has."""

    email: str
    secret: str
    recovery: Sequence[str]
    password: str = PASSWORD


def equip(coalition: Coalition, colleague: Colleague) -> Equipped:
    """Give a coordinator its factors, as the page of an invitation does."""
    secret, keys = make_secret(), coalition.keyring.desk
    with transaction(coalition.engine) as session:
        row = session.get_one(Coordinator, colleague.id)
        row.password, row.totp = verifier(PASSWORD), seal_text(keys, row, "totp", secret)
        session.add(row)
        recovery = make_recovery_codes(session, keys, colleague.id)
    return Equipped(email=colleague.email, secret=secret, recovery=recovery)


@cache
def verifier(password: str) -> str:
    return make_verifier(password)


@dataclass
class Browser:
    """A browser without JavaScript, which nobody has signed in yet; it keeps its cookies."""

    app: Flask
    coalition: Coalition
    agent: str = FIREFOX
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def open(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=PUBLIC_URL, headers=self._headers())

    def post(self, path: str, entries: dict[str, object]) -> TestResponse:
        return self.client.post(path, data=entries, base_url=PUBLIC_URL, headers=self._headers())

    def fill(
        self, page: TestResponse, values: dict[str, str], *, having: str, path: str = ""
    ) -> TestResponse:
        """Fill in the form of a page and send it."""
        form = form_of(page, having=having)
        return self.post(form.action or path, dict(form.filled(values)))

    def code(self, equipped: Equipped, *, later: int = 0) -> str:
        """Read what the device shows, or what it shows so many steps later."""
        return pyotp.TOTP(equipped.secret).at(self.coalition.now + timedelta(seconds=30 * later))

    def give_password(
        self, equipped: Equipped, *, password: str = "", path: str = "/desk/sign-in"
    ) -> TestResponse:
        values = {"email": equipped.email, "password": password or equipped.password}
        return self.fill(self.open(path), values, having="password")

    def sign_in(self, equipped: Equipped, *, code: str = "", path: str = "/desk/sign-in") -> TestResponse:
        page = self.give_password(equipped, path=path)
        return self.fill(page, {"code": code or self.code(equipped)}, having="code")

    def cookie(self) -> str:
        found = self.client.get_cookie(cookie_name(PUBLIC_URL), domain=_host())
        return found.value if found else ""

    def bring(self, secret: str) -> None:
        """Bring this secret from now on."""
        self.client.set_cookie(cookie_name(PUBLIC_URL), secret, domain=_host(), secure=True)

    def is_in(self) -> bool:
        return self.open("/desk/").status_code == 200

    def _headers(self) -> dict[str, str]:
        return {"User-Agent": self.agent, **self.headers}


def _host() -> str:
    return urlsplit(PUBLIC_URL).hostname or ""
