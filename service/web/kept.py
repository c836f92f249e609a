"""What the letter's pages are made of, kept in this process while the letter's stamp stands still."""

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Engine

from service.campaigns.sight import Lookout, Sight
from service.foundation.shelf import Shelf
from service.signing.lagging_count import LaggingCount
from service.signing.page import LetterFacts, LetterView, letter_facts, letter_view, shown_counts
from service.signing.queries import Counts
from service.store.keyring import Keyring
from service.store.transaction import reading

T = TypeVar("T")

# Of a page each takes up to 100 KB; of what they are made of, a letter with 5,000 names takes some megabytes.
_LETTERS, _PAGES = 32, 16
_PHASES = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A letter that this request may see, at its stamp and in what of the moment its pages show."""

    campaign_id: str
    stamp: str
    phase: Hashable
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptPage:
    """A page that was made, and the name of its bytes."""

    letter: LetterView
    data: bytes
    etag: str


class KeptLetters:
    """Letters as everybody sees them who may see them; every look asks the database for their stamp.

    So a name that was withdrawn or hidden in any process is gone at the next request. Nothing that one viewer alone
    may see is kept here.
    """

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        """Begin with nothing kept."""
        self._engine = engine
        self._keyring = keyring
        self._lookout = Lookout(engine, keyring.root)
        self._count_of = LaggingCount()
        self._contents = Shelf(things=_LETTERS)
        self._pages = Shelf(things=_LETTERS, made=_PAGES)
        self._phases: dict[Sight, tuple[int, Hashable]] = {}
        self._answers = Shelf(things=_LETTERS, made=_PAGES)

    def look(self, *, slug: str, key: str, now: datetime) -> Look:
        """Find the letter; raises NotFound where this viewer may not know of it."""
        sight = self._lookout.see(slug=slug, key=key)
        facts = self._contents.get(
            sight.campaign_id, sight.stamp, "facts", lambda: self._read_facts(sight.campaign_id)
        )
        phase = self._phase(sight, facts, now), self._count_of.turn(sight.campaign_id)
        return Look(campaign_id=sight.campaign_id, stamp=sight.stamp, phase=phase, now=now)

    def facts(self, look: Look) -> LetterFacts:
        """Give what is known of the letter without opening a name or counting anybody."""
        return self._contents.get(
            look.campaign_id, look.stamp, "facts", lambda: self._read_facts(look.campaign_id)
        )

    def view(self, look: Look, *, text: str = "") -> LetterView:
        """Give the letter as it is at this moment, in its text of the language `text` where it has one."""
        known = self._get(look, ("view", ""), lambda: self._make_view(look, ""))
        # Only what there is makes something to be kept: a request can ask for anything.
        wanted = next((one.language for one in known.texts if one.language.casefold() == text.casefold()), "")
        if wanted in {"", known.text.language}:
            return known
        return self._get(look, ("view", wanted), lambda: self._make_view(look, wanted))

    def counts(self, look: Look) -> Counts | None:
        """Give the numbers, or None while they are not shown."""
        return self._get(look, "counts", lambda: self._count(look))

    def page(
        self, look: Look, name: Hashable, make: Callable[[LetterView], str], *, text: str = ""
    ) -> KeptPage:
        """Give a page of the letter in one of its texts, made by `make` once for each name, stamp and phase."""

        def make_page() -> KeptPage:
            letter = self.view(look, text=text)
            data = make(letter).encode()
            return KeptPage(letter=letter, data=data, etag=f'"{hashlib.sha256(data).hexdigest()[:32]}"')

        return self._pages.get(look.campaign_id, look.stamp, (name, look.phase), make_page)

    def answer(self, look: Look, name: Hashable) -> Any:
        """Give an answer that was kept for this look; None where there is none."""
        return self._answers.peek(look.campaign_id, look.stamp, (name, look.phase))

    def keep_answer(self, look: Look, name: Hashable, answer: object) -> None:
        """Keep an answer to be given again while the letter is as it was at this look."""
        self._answers.get(look.campaign_id, look.stamp, (name, look.phase), lambda: answer)

    def _phase(self, sight: Sight, facts: LetterFacts, now: datetime) -> Hashable:
        """Give what of the moment the letter's pages show; it changes with a second at most."""
        second, known = int(now.timestamp()), self._phases.get(sight)
        if known is not None and known[0] == second:
            return known[1]
        if len(self._phases) >= _PHASES:
            self._phases.clear()
        phase = facts.phase(now)
        self._phases[sight] = second, phase
        return phase

    def _get(self, look: Look, name: Hashable, make: Callable[[], T]) -> T:
        return self._contents.get(look.campaign_id, look.stamp, (name, look.phase), make)

    def _read_facts(self, campaign_id: str) -> LetterFacts:
        with reading(self._engine) as session:
            return letter_facts(session, self._keyring, campaign_id)

    def _make_view(self, look: Look, text: str) -> LetterView:
        with reading(self._engine) as session:
            facts = letter_facts(session, self._keyring, look.campaign_id)
            view = letter_view(
                session, self._keyring, facts.campaign, text=text, count=self._count_of.count, now=look.now
            )
        # Made at once, so that names which only the addressee may see are not kept.
        assert view.sheet.html
        return view

    def _count(self, look: Look) -> Counts | None:
        with reading(self._engine) as session:
            facts = letter_facts(session, self._keyring, look.campaign_id)
            return shown_counts(
                session, self._keyring, facts.campaign, count=self._count_of.count, now=look.now
            )
