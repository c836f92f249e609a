"""What was probably meant by a word that is not known."""

import difflib
from collections.abc import Iterable

from service.foundation.sentence import Sentence

_LONGEST_SHOWN = 40


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """Suggest the nearest allowed word, as a sentence: `Did you mean "letter"?`, or nothing."""
    by_fold = {choice.casefold(): choice for choice in allowed}
    near = difflib.get_close_matches(word[: _LONGEST_SHOWN * 2].casefold(), by_fold, n=1)
    return meant(by_fold[near[0]]) if near else ""


def meant(word: str) -> Sentence:
    """Suggest a word: `Did you mean "GB"?`."""
    return Sentence("Did you mean {word}?", word=f'"{word}"')


def one_of(allowed: Iterable[str]) -> str:
    """List choices for a sentence: `"link", "invited" or "public"`."""
    *others, last = (f'"{choice}"' for choice in allowed)
    return Sentence("{others} or {last}", others=", ".join(others), last=last) if others else last


def shown(word: str) -> str:
    """Show a word that someone wrote: shortened, and whatever cannot be shown as its code point."""
    short = word if len(word) <= _LONGEST_SHOWN else f"{word[: _LONGEST_SHOWN - 1]}…"
    return "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in short)
