"""Coordinators at the desk: accounts with a role in a letter, and the browser of one who is signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from examples.demo.forms import Form, read_forms
from service.campaigns.queries import get_campaign
from service.coordinators.accounts import actor, give_role, make_coordinator
from service.coordinators.sessions import begin_session
from service.model.coordinator import Role
from service.store.transaction import transaction
from service.web.desk.cookie import cookie_name
from tests.coalition import PUBLIC_URL, SLUG, Coalition


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """A coordinator of the tests."""

    id: str
    name: str
    email: str

    @property
    def by(self) -> str:
        return actor(self.id)


def add_colleague(
    coalition: Coalition,
    role: Role | None = Role.OWNER,
    *,
    name: str = "Olga Owner",
    slug: str = SLUG,
    is_admin: bool = False,
) -> Colleague:
    """Add a coordinator with a role in a letter, who cannot come in by itself yet."""
    email = f"{name.split()[0].lower()}@secretariat.example"
    with transaction(coalition.engine) as session:
        row = make_coordinator(
            session,
            coalition.keyring.desk,
            name=name,
            email=email,
            now=coalition.now,
            is_admin=is_admin,
            language="en",
        )
        if role is not None:
            campaign = get_campaign(session, slug)
            give_role(session, coordinator_id=row.id, campaign_id=campaign.id, role=role, now=coalition.now)
    return Colleague(id=row.id, name=name, email=email)


class AtTheDesk:
    """The browser of a coordinator who is signed in, without JavaScript; it keeps its cookie."""

    def __init__(self, app: Flask, coalition: Coalition, colleague: Colleague) -> None:
        self.colleague, self._mark = colleague, ""
        with transaction(coalition.engine) as session:
            self.secret = begin_session(
                session,
                coalition.keyring.desk,
                coordinator_id=colleague.id,
                device="Firefox on Linux",
                now=coalition.now,
            )
        self.client = app.test_client()
        self.bring(self.secret)

    def bring(self, secret: str) -> None:
        """Have the browser bring this secret from now on."""
        self.client.set_cookie(
            cookie_name(PUBLIC_URL), secret, domain=urlsplit(PUBLIC_URL).hostname or "", secure=True
        )

    def mark(self) -> str:
        """Give the mark that every form of this session carries."""
        if not self._mark:
            self._mark = dict(form_of(self.open("/desk/"), to="/desk/sign-out").filled({}))["csrf"]
        return self._mark

    def open(self, path: str, *, headers: Mapping[str, str] | None = None) -> TestResponse:
        """Open a page; a path without a slash in front is one of the letter's."""
        return self.client.get(_path(path), base_url=PUBLIC_URL, headers=headers)

    def post(self, path: str, entries: Mapping[str, object]) -> TestResponse:
        """Send these entries and nothing else."""
        return self.client.post(_path(path), data=dict(entries), base_url=PUBLIC_URL)

    def send(
        self, path: str, values: Mapping[str, object] | None = None, *, to: str = "", having: str = "csrf"
    ) -> TestResponse:
        """Open a page, fill in one of its forms (the one that goes `to` a path, or `having` a field), and send it."""
        form = form_of(self.open(path), to=_path(to) if to else "", having=having)
        given = {name: value for name, value in (values or {}).items() if isinstance(value, str)}
        files = {name: value for name, value in (values or {}).items() if not isinstance(value, str)}
        return self.post(form.action or _path(path), {**dict(form.filled(given)), **files})

    def follow(self, answer: TestResponse) -> TestResponse:
        """Open the page to which an answer sends."""
        assert answer.status_code == 303, answer.text
        return self.open(answer.location)


def form_of(page: TestResponse, *, to: str = "", having: str = "csrf") -> Form:
    """Find a posted form of a page of the desk."""
    forms = [form for form in read_forms(page.text) if form.method == "post" and form.has(having)]
    # Every page has the one that signs out.
    wanted = [form for form in forms if (form.action == to if to else form.action != "/desk/sign-out")]
    assert wanted, f"no such form on the page: {[form.action for form in forms]}"
    return wanted[0]


def _path(path: str) -> str:
    return path if path.startswith("/") else f"/desk/letters/{SLUG}/{path}"
