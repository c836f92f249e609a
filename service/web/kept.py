"""What the letter's pages are made of, kept in this process while the letter's stamp stands still."""

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine

from service.campaigns.sight import Lookout, Sight
from service.foundation.shelf import Shelf
from service.signing.page import LetterFacts, LetterView, letter_facts, letter_view, shown_counts
from service.signing.queries import Counts
from service.store.glance import Glance
from service.store.keyring import Keyring
from service.store.transaction import reading

T = TypeVar("T")

# Of a page each takes up to 100 KB; of what they are made of, a letter with 5,000 names takes some megabytes.
_LETTERS, _PAGES = 32, 16


class KeptLetters:
    """Letters as everybody sees them who may see them; every look asks the database for their stamp.

    So a name that was withdrawn or hidden in any process is gone at the next request. Nothing that one viewer alone
    may see is kept here.
    """

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        """Begin with nothing kept."""
        self._engine = engine
        self._keyring = keyring
        self._lookout = Lookout(Glance(engine), keyring.root)
        self._contents = Shelf(things=_LETTERS)
        self._pages = Shelf(things=_LETTERS, made=_PAGES)

    def see(self, *, slug: str, key: str) -> Sight:
        """Find the letter; raises NotFound where this viewer may not know of it."""
        return self._lookout.see(slug=slug, key=key)

    def view(self, sight: Sight, *, now: datetime) -> LetterView:
        """Give the letter as it is at this moment."""

        def make() -> LetterView:
            facts = self._facts(sight)
            with reading(self._engine) as session:
                view = letter_view(session, self._keyring, facts.campaign, now=now)
            # Made at once, so that names which only the addressee may see are not kept.
            assert view.sheet.html
            return view

        return self._get(sight, ("view", self.phase(sight, now=now)), make)

    def counts(self, sight: Sight, *, now: datetime) -> Counts | None:
        """Give the numbers, or None while they are not shown."""

        def make() -> Counts | None:
            facts = self._facts(sight)
            with reading(self._engine) as session:
                return shown_counts(session, self._keyring, facts.campaign, now=now)

        return self._get(sight, "counts", make)

    def page(self, sight: Sight, name: Hashable, make: Callable[[], str], *, now: datetime) -> bytes:
        """Give a page of the letter, made by `make` once for each name, stamp and phase."""
        place = (name, self.phase(sight, now=now))
        return self._pages.get(sight.campaign_id, sight.stamp, place, lambda: make().encode())

    def phase(self, sight: Sight, *, now: datetime) -> Hashable:
        """Give what of the moment the letter's pages show."""
        return self._facts(sight).phase(now)

    def _facts(self, sight: Sight) -> LetterFacts:
        def make() -> LetterFacts:
            with reading(self._engine) as session:
                return letter_facts(session, self._keyring, sight.campaign_id)

        return self._get(sight, "facts", make)

    def _get(self, sight: Sight, name: Hashable, make: Callable[[], T]) -> T:
        return self._contents.get(sight.campaign_id, sight.stamp, name, make)
