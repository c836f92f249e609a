"""The ways that carry nothing: houses that take petitions, and say of each letter why it cannot go there as it is (pure)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from service.delivery.refusing import australia, bundestag, canada, eu_petition, uk_commons
from service.delivery.refusing.facts import LetterFacts
from service.delivery.rules import Finding, Rule
from service.foundation.sentence import Sentence


@dataclass(frozen=True, kw_only=True)
class Way:
    """One house: what it is called, its rules, and the function that holds a letter against them."""

    name: str
    word: Sentence
    rules: tuple[Rule, ...]
    examine: Callable[[LetterFacts], tuple[Finding, ...]]


WAYS: Mapping[str, Way] = {
    house.NAME: Way(name=house.NAME, word=house.WORD, rules=house.RULES, examine=house.examine)
    for house in (eu_petition, bundestag, uk_commons, canada, australia)
}
"""Every such way by its name."""


def findings(facts: LetterFacts) -> Mapping[str, tuple[Finding, ...]]:
    """Give what each house finds of a letter; it can go where no finding forbids it."""
    return {name: way.examine(facts) for name, way in WAYS.items()}
