"""Ask the sign-on form, as a stranger would who wants to know who has signed, and keep each answer and its time."""

import time
from dataclasses import dataclass, field
from statistics import median

from werkzeug.test import TestResponse

from service.model.abuse import Listed
from service.signing.abuse.lists import read_named, set_rule
from service.signing.abuse.visit import Caution
from service.signing.invite import import_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition
from tests.stories.visitor import ORGANIZATION, Door, Visitor, bare, form_of, letter_page

WHO = ("new", "signed", "pending", "invited", "second claim", "blocked")
"""Whom a stranger may ask about: nobody knows of it; it stands; it waits; by its contact, by another; it is held."""

_ADDRESS = {
    "signed": ("Signed Society", "office@signed.example"),
    "pending": ("Pending Pond", "office@pending.example"),
    "invited": ("Invited Island", "office@invited.example"),
    "second claim": ("Signed Society", "other@elsewhere.example"),
    "blocked": ("Blocked Brook", "office@blocked.example"),
}


@dataclass
class Answers:
    """What came back, and after how many milliseconds, for each whom was asked about."""

    bodies: set[tuple[object, ...]] = field(default_factory=set)
    times: dict[str, list[float]] = field(default_factory=lambda: {who: [] for who in WHO})

    def keep(self, who: str, answer: TestResponse, milliseconds: float) -> None:
        """Keep one answer, whole: its status, its headers, its bytes; but for the token that every form gets anew."""
        status, headers, data = bare(answer)
        self.bodies.add((status, *headers, data))
        self.times[who].append(milliseconds)

    def medians(self) -> dict[str, float]:
        """Give the middle time of each."""
        return {who: median(times) for who, times in self.times.items()}


def ask(coalition: Coalition, *, rounds: int, warm_up: int = 8) -> Answers:
    """Ask about each of them in turn, so often; what is sent is taken in between, as the worker does."""
    _prepare(coalition)
    visitor = Visitor(Door(coalition, caution=Caution(a_minute=60_000)).app())
    form = form_of(visitor.open(letter_page(coalition, "/sign", kind="organization")))
    answers = Answers()
    for number in range(-warm_up, rounds):
        # Whoever goes first after a pause goes slower: everybody has each place as often.
        turned = number % len(WHO)
        for who in WHO[turned:] + WHO[:turned]:
            name, email = _ADDRESS.get(who, (f"New Nook {number}", f"office@new{number}.example"))
            entries = dict(form.filled({**ORGANIZATION, "name": name, "email": email}))
            began = time.perf_counter()
            answer = visitor.post(form.action, entries)
            took = (time.perf_counter() - began) * 1000
            if number >= 0:
                answers.keep(who, answer, took)
        coalition.take_in()
    return answers


def _prepare(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        name, email = _ADDRESS["invited"]
        rows = read_signatories(f"kind,name,email\norganization,{name},{email}\n".encode(), attested=False)
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
        blocked = read_named("blocked.example")
        set_rule(
            session,
            coalition.keyring,
            blocked,
            Listed.BLOCK,
            campaign_id="",
            by="test",
            now=coalition.now,
        )
    name, email = _ADDRESS["signed"]
    coalition.sign_and_confirm(name, email=email)
    name, email = _ADDRESS["pending"]
    coalition.sign(name, email=email)
