"""How a shortened letter names, in its own language, what was left out of it."""

import functools
from collections.abc import Sequence

from service.i18n.formats import FSI, PDI, count, direction, write_number
from service.i18n.words import Words, fill_in


def say_names(number: int, words: Words) -> str:
    """Name a list of names: "the list of 52 signatories"."""
    return count(number, words.left_names, words.language)


def say_range(forms: tuple[str, str], first: int, last: int, words: Words) -> str:
    """Name one or several parts that follow one another: "paragraph 6", "paragraphs 4 to 6"."""
    language = words.language
    return fill_in(
        forms[first != last], first=write_number(first, language), last=write_number(last, language)
    )


def say_left_out(parts: Sequence[str], words: Words, *, whole_at: str) -> str:
    """Write the line that ends a shortened letter; `whole_at` is the address of the whole one, or empty."""

    def joined(first: str, second: str) -> str:
        return fill_in(words.left_joined, first=first, second=second)

    said = fill_in(words.left_out, parts=functools.reduce(joined, parts))
    if whole_at:
        isolated = direction(words.language) == "rtl"
        said += " " + fill_in(words.left_whole, address=f"{FSI}{whole_at}{PDI}" if isolated else whole_at)
    return f"[{said}]"
