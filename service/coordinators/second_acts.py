"""Acts that wait for a second coordinator: what each is in words, and what is done once it is approved.

A page that asks for such an act registers it here when it is imported; the page of second looks knows no other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from service.coordinators.permissions import Act
from service.foundation.sentence import Sentence
from service.store.keyring import Keyring

Thing = Mapping[str, Any]
"""What was asked for exactly: ids, codes and numbers."""


@dataclass(frozen=True, kw_only=True)
class Doing:
    """What an approved act is done with."""

    session: Session
    keyring: Keyring
    campaign_id: str
    slug: str
    look_id: str
    thing: Thing
    asked_by: str
    approved_by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class SecondAct:
    """One kind of act: `act` is what whoever decides has to be allowed; `says` what it would do, from its thing (pure).

    `names` gives the ids of sign-ons it is about, for the page to link to. `does` does it, once, in the transaction of the approval, and
    says what it did; without it the approval is only kept, for whoever asked to go on. `link` gives the page that shows more
    of what was asked for, below the letter's, from the id of the look. `back` takes back what was done, as far as it can be,
    and says what it did; it is there only where that needs no second look, because nothing counts or leaves by it.
    """

    act: Act
    says: Callable[[Thing], Sentence]
    names: Callable[[Thing], tuple[str, ...]] = lambda _: ()
    does: Callable[[Doing], Sentence] | None = None
    link: Callable[[str], str] | None = None
    back: Callable[[Doing], Sentence] | None = None
    has_way_back: Callable[[Thing], bool] = lambda _: False


SECOND_ACTS: dict[str, SecondAct] = {}


def register(code: str, second: SecondAct) -> str:
    """Let the page of second looks know an act by its code; gives the code."""
    assert code not in SECOND_ACTS, f"two acts are called {code}"
    SECOND_ACTS[code] = second
    return code
