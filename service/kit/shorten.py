"""Shorten words to a length at a sentence or between two words, and measure posts (pure)."""

import re

MOST_IN_POST = 280
"""Characters that a short post may have: the limit of X; those of Bluesky (300) and Mastodon (500) are higher."""

# Where a sentence ends, in the scripts that letters are written in.
_END = re.compile(r"[.!?؟۔](?=\s|$)|[。！？]|།+(?=\s|$)")
_TRAILING = " ,;:–—-،؛、；："
# As X counts (developer documentation, Counting characters): these weigh one, all others two.
_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))


def weight(text: str) -> int:
    """Measure a post as X does, but for links, which count in full here: it fits elsewhere as well."""
    return sum(1 if any(first <= ord(one) <= last for first, last in _LIGHT) else 2 for one in text)


def shorten(text: str, most: int) -> str:
    """Give a text within `most` characters: whole, or its whole sentences that fit, or whole words and "…"."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    ends = [found.end() for found in _END.finditer(line) if found.end() <= most]
    # A first sentence that says next to nothing ("No.") is not what the text is about.
    if ends and ends[-1] * 3 >= most:
        return line[: ends[-1]]
    return f"{_between_words(line, most - 1).rstrip(_TRAILING)}…"


def without_end(text: str) -> str:
    """Take the full stop off a text, so that it can stand within a sentence."""
    return re.sub(r"[.。།]+$", "", text.rstrip())


def _between_words(line: str, most: int) -> str:
    # A space right after the last character that fits ends a word as well.
    cut = line[: most + 1]
    # Tibetan and Chinese put no spaces between words: a syllable's dot or a character ends one there.
    place = max(cut.rfind(" "), cut.rfind("\u0f0b"))
    return cut[: place + 1].rstrip() if place * 2 >= most else line[:most]
