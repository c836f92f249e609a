"""Tell whether two organizations' names look alike, and in which way; the only user of rapidfuzz (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

from service.foundation.skeleton import Skeleton, acronym_skeleton, skeleton
from service.model.resemblance import Likeness

# One letter in a short word makes another word (Iran, Iraq); in a long one it is a slip.
_SHORTEST_MISSPELLED = 6
_LONG_WORD = 10
_MOST_SLIPS = 2
_WORTH_A_LOOK = 70.0


@dataclass(frozen=True, kw_only=True)
class Named:
    """By what an organization is known: its name, the name in Latin letters, its acronym."""

    name: str
    name_latin: str = ""
    acronym: str = ""

    @cached_property
    def forms(self) -> tuple[Skeleton, ...]:
        """The skeletons of its names."""
        found = (skeleton(name) for name in (self.name, self.name_latin) if name)
        return tuple(form for form in found if form.words)

    @cached_property
    def acronyms(self) -> frozenset[str]:
        """What its name may be shortened to: the acronym it gives, and its initials."""
        given = acronym_skeleton(self.acronym)
        return frozenset({given} - {""}).union(*(form.initials for form in self.forms))

    @cached_property
    def short_names(self) -> frozenset[str]:
        """Its names that may be somebody's acronym."""
        single = (form.words[0] for form in self.forms if len(form.words) == 1)
        return frozenset(short for short in map(acronym_skeleton, single) if short)


def likeness(one: Named, other: Named) -> Likeness | None:
    """Tell in which way two names look alike; None where a reader would not take one for the other."""
    pairs = [(first, second) for first in one.forms for second in other.forms]
    if any(first.whole == second.whole or _is_shuffled(first, second) for first, second in pairs):
        return Likeness.SAME_LOOK
    if one.short_names & other.acronyms or one.acronyms & other.short_names:
        return Likeness.ACRONYM
    if any(_is_misspelled(first, second) for first, second in pairs):
        return Likeness.SPELLING
    return None


def worth_a_look(name: str, others: Iterable[str]) -> list[int]:
    """Find, quickly and among very many names, the places of those that may be the same but for a few letters."""
    folded = [other.casefold() for other in others]
    found = extract(name.casefold(), folded, scorer=ratio, score_cutoff=_WORTH_A_LOOK, limit=None)
    return [place for _, _, place in found]


def _is_shuffled(one: Skeleton, other: Skeleton) -> bool:
    return len(one.words) > 1 and sorted(one.words) == sorted(other.words)


def _is_misspelled(one: Skeleton, other: Skeleton) -> bool:
    if not (one.spelled and other.spelled) or one.numbers != other.numbers:
        return False
    if len(one.words) != len(other.words):
        return _slips(one.whole, other.whole) == 1
    slips = [_slips(first, second) for first, second in zip(one.words, other.words, strict=True)]
    return all(found is not None for found in slips) and sum(found or 0 for found in slips) <= _MOST_SLIPS


def _slips(one: str, other: str) -> int | None:
    """Count the slips of the pen between two words; None where they are too many, or where the words are too short."""
    if one == other:
        return 0
    longer = max(len(one), len(other))
    if longer < _SHORTEST_MISSPELLED or one[0] != other[0]:
        return None
    most = 2 if longer >= _LONG_WORD else 1
    found = int(OSA.distance(one, other, score_cutoff=most))
    return found if found <= most else None
