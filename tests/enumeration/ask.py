"""Ask the forms that anybody may send, as a stranger would who wants to know who has signed, and keep what comes back."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from werkzeug.test import TestResponse

from service.model.abuse import Listed
from service.model.signature import Kind
from service.signing.abuse.lists import read_named, set_rule
from service.signing.abuse.visit import Caution
from service.signing.fresh_link import send_asked_links
from service.signing.invite import import_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition
from tests.stories.visitor import ORGANIZATION, PERSON, Door, Visitor, bare, form_of, letter_page

WHO = ("new", "signed", "pending", "invited", "second claim", "blocked")
"""Whom a stranger may ask about: nobody knows of it; it stands; it waits; by its contact, by another; it is held."""

PEOPLE = ("new", "signed", "pending", "blocked")
"""The same of people, of whom several may have one name."""

WARM_UP = 8

_ORGANIZATIONS = {
    "signed": ("Signed Society", "office@signed.example"),
    "pending": ("Pending Pond", "office@pending.example"),
    "invited": ("Invited Island", "office@invited.example"),
    "second claim": ("Signed Society", "other@elsewhere.example"),
    "blocked": ("Blocked Brook", "office@blocked.example"),
}
_PEOPLE = {
    "signed": ("Sina Signed", "sina@signed.example"),
    "pending": ("Pema Pending", "pema@pending.example"),
    "blocked": ("Bo Blocked", "bo@blocked.example"),
}


@dataclass
class Answers:
    """What came back, and after how many milliseconds, for each whom was asked about."""

    bodies: set[tuple[object, ...]] = field(default_factory=set)
    times: dict[str, list[float]] = field(default_factory=dict)

    def keep(self, who: str, answer: TestResponse, milliseconds: float, *, hidden: str = "") -> None:
        """Keep one answer, whole: its status, its headers, its bytes; but for the token that every form gets anew.

        `hidden` is what to keep in place of its bytes, where they repeat what the form itself has said.
        """
        status, headers, data = bare(answer)
        self.bodies.add((status, *headers, hidden or data))
        self.times.setdefault(who, []).append(milliseconds)

    def medians(self) -> dict[str, float]:
        """Give the middle time of each."""
        return {who: median(times) for who, times in self.times.items()}


def turned(who: tuple[str, ...], number: int) -> tuple[str, ...]:
    """Give whom to ask about in one round: whoever goes first after a pause goes slower, so each has each place as often."""
    first = number % len(who)
    return who[first:] + who[:first]


def timed(visitor: Visitor, path: str, entries: Mapping[str, str]) -> tuple[TestResponse, float]:
    """Send a form, and give what came back and after how many milliseconds."""
    began = time.perf_counter()
    answer = visitor.post(path, entries)
    return answer, (time.perf_counter() - began) * 1000


def visitor_of(coalition: Coalition) -> Visitor:
    """Give somebody who may ask as often as it takes."""
    return Visitor(Door(coalition, caution=Caution(a_minute=60_000)).app())


def ask_organizations(coalition: Coalition, *, rounds: int) -> Answers:
    """Ask about each organization in turn, so often; what is sent is taken in between, as the worker does."""
    _prepare(coalition)
    return _ask(coalition, WHO, "organization", ORGANIZATION, _ORGANIZATIONS, rounds=rounds)


def ask_people(coalition: Coalition, *, rounds: int) -> Answers:
    """Ask about each person in turn, so often."""
    _block(coalition)
    name, email = _PEOPLE["signed"]
    coalition.sign_and_confirm(name, email=email, kind=Kind.PERSON)
    name, email = _PEOPLE["pending"]
    coalition.sign(name, email=email, kind=Kind.PERSON)
    return _ask(coalition, PEOPLE, "person", PERSON, _PEOPLE, rounds=rounds)


def ask_for_links(coalition: Coalition, *, rounds: int) -> Answers:
    """Ask in turn for the fresh link of each; the mails that are asked for are posted in between, as the worker does."""
    _prepare(coalition)
    visitor, answers = visitor_of(coalition), Answers()
    path = letter_page(coalition, "/link")
    form = form_of(visitor.open(path))
    for number in range(-WARM_UP, rounds):
        for who in turned(WHO, number):
            _, email = _ORGANIZATIONS.get(who, ("", f"office@new{number}.example"))
            answer, took = timed(visitor, form.action or path, dict(form.filled({"email": email})))
            if number >= 0:
                answers.keep(who, answer, took)
        with transaction(coalition.engine) as session:
            send_asked_links(session, coalition.keyring, now=coalition.now)
    return answers


def _ask(
    coalition: Coalition,
    whom: tuple[str, ...],
    kind: str,
    filled: Mapping[str, str],
    known: Mapping[str, tuple[str, str]],
    *,
    rounds: int,
) -> Answers:
    visitor, answers = visitor_of(coalition), Answers()
    form = form_of(visitor.open(letter_page(coalition, "/sign", kind=kind)))
    for number in range(-WARM_UP, rounds):
        for who in turned(whom, number):
            name, email = known.get(who, (f"New Nook {number}", f"office@new{number}.example"))
            entries = dict(form.filled({**filled, "name": name, "email": email}))
            answer, took = timed(visitor, form.action, entries)
            if number >= 0:
                answers.keep(who, answer, took)
        coalition.take_in()
    return answers


def _prepare(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        name, email = _ORGANIZATIONS["invited"]
        rows = read_signatories(f"kind,name,email\norganization,{name},{email}\n".encode(), attested=False)
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
    _block(coalition)
    name, email = _ORGANIZATIONS["signed"]
    coalition.sign_and_confirm(name, email=email)
    name, email = _ORGANIZATIONS["pending"]
    coalition.sign(name, email=email)


def _block(coalition: Coalition) -> None:
    blocked = read_named("blocked.example")
    with transaction(coalition.engine) as session:
        set_rule(
            session,
            coalition.keyring,
            blocked,
            Listed.BLOCK,
            campaign_id="",
            by="test",
            now=coalition.now,
        )
