"""Whether a name that was changed is still the name of the same signatory (pure)."""

from difflib import SequenceMatcher

from service.foundation.written import fold_name
from service.model.signature import Kind

_ALIKE = 0.75
_SHORTEST_WORD = 3


def stays_the_same(kind: Kind, *, was: str, becomes: str) -> bool:
    """Tell whether a changed name needs nobody's look.

    Case, accents and punctuation may always be mended. A person may also mend a slip, write a name in full, or add
    one where none was given, for the mailbox that confirmed is the same; an organization that is called otherwise is
    looked at, and so is a person of whom nothing is left. Another script is another name here: a person looks.
    """
    before, after = fold_name(was), fold_name(becomes)
    if before == after:
        return True
    if kind is Kind.ORGANIZATION:
        return False
    if not before or not after:
        return True
    return _shares_a_word(before, after) or SequenceMatcher(None, before, after).ratio() >= _ALIKE


def _shares_a_word(before: str, after: str) -> bool:
    shared = set(before.split()) & set(after.split())
    return any(len(word) >= _SHORTEST_WORD for word in shared)
