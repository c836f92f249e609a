"""The skeleton of an organization's name: what a hurried reader sees of it, for telling look-alikes (pure).

It follows UTS 39 (NFKC, then one letter for all that are drawn alike) and goes further where names do: a leading
article, "and", and legal forms say nothing about who somebody is.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from service.foundation.confusables import LOOKS_LATIN, LOOKS_WITHIN

# Written as one word each: "e.V." and "S. A." are joined first.
_FORMS = """
inc incorporated ltd limited llc llp plc corp corporation co company pty cic cio npo npc ngo ong ev ggmbh gmbh ag
asbl aisbl vzw ivzw nv bv sa sarl sas srl spa onlus odv aps ets ry rf as ab oy ac sac ao zs oz doo zoo org official
нко ооо ано
"""
_LEGAL_FORMS = frozenset(_FORMS.split())
_ARTICLES = frozenset(
    ("the", "a", "an", "la", "le", "les", "l", "el", "los", "las", "die", "der", "das", "il", "lo")
)
_AND = frozenset(("and", "et", "y", "e", "und", "en", "og", "och", "i", "и", "و"))
_PREPOSITIONS = (
    "of",
    "for",
    "in",
    "on",
    "to",
    "de",
    "des",
    "du",
    "del",
    "di",
    "da",
    "do",
    "dos",
    "das",
    "für",
    "von",
)
_SMALL_WORDS = _AND | _ARTICLES | frozenset((*_PREPOSITIONS, "à", "pour", "para", "per"))
_DOTTED = re.compile(r"(?<=\b\w)\.(?=\s?\w\b)")
_BAR = re.compile(r"(?<=\w)\||\|(?=\w)")
_WORD = re.compile(r"[^\W_]+")
_LOOKS_MERGED = (("rn", "m"), ("vv", "w"), ("i", "l"), ("1", "l"), ("0", "o"))
# Points, harakat, tatweel: written or left out at will.
_AT_WILL = re.compile("[\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c\u200d]")
_SPELLING_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC")
_AS_LETTERS = str.maketrans("01", "ol")
_LONGEST_ACRONYM = 8


@dataclass(frozen=True, kw_only=True)
class Skeleton:
    """A name's skeleton by words; `spelled` tells that its script has letters, so that one may be mistyped.

    `initials` are of the words as they were written: once of all, once of those that are not small.
    """

    words: tuple[str, ...]
    spelled: bool
    initials: frozenset[str]

    @property
    def whole(self) -> str:
        """All words as one, for a space is easily left out; a nought is an o here, and a one an l."""
        return "".join(self.words).translate(_AS_LETTERS)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The words that are numbers: who differs in one of them is somebody else."""
        return tuple(word for word in self.words if word.isdigit())


@lru_cache(maxsize=4096)
def skeleton(name: str) -> Skeleton:
    """Give the skeleton of a name; of a name without a letter or digit it has no words."""
    plain = unicodedata.normalize("NFKC", name)
    plain = _BAR.sub("l", _DOTTED.sub("", plain.replace("&", " and ")))
    written = _joined_letters([_without_marks(word) for word in _words(plain)])
    kept = _without_article_and_form([word for word in written if word.casefold() not in _AND] or written)
    return Skeleton(
        words=tuple(_look(word) for word in kept),
        spelled=all(_is_spelled(word) for word in kept),
        initials=_initials(_without_article_and_form(written)),
    )


def acronym_skeleton(acronym: str) -> str:
    """Give the skeleton of an acronym, as one word; empty where it is too long to be one."""
    whole = "".join(_look(_without_marks(word)) for word in _words(unicodedata.normalize("NFKC", acronym)))
    return whole if 1 < len(whole) <= _LONGEST_ACRONYM else ""


def _words(text: str) -> list[str]:
    # Marks belong to their word: in Tibetan, Thai and the Indic scripts they are its vowels.
    spaced = "".join(
        c if _WORD.fullmatch(c) or unicodedata.category(c)[0] == "M" or c in "\u200c\u200d" else " "
        for c in text
    )
    return [word for word in spaced.split() if any(c.isalnum() for c in word)]


def _without_marks(word: str) -> str:
    bare = _AT_WILL.sub("", word)
    parts = unicodedata.normalize("NFD", "".join(LOOKS_WITHIN.get(c, c) for c in bare))
    kept = "".join(c for c in parts if not unicodedata.combining(c) or ord(c) > 0x0600)
    return unicodedata.normalize("NFC", _AT_WILL.sub("", kept))


def _joined_letters(words: list[str]) -> list[str]:
    """Join letters that stand alone: "e V" is "eV", as "S. A." is "SA"."""
    joined: list[str] = []
    was_letter = False
    for word in words:
        is_letter = len(word) == 1 and word.isalpha() and word.isascii()
        if is_letter and was_letter:
            joined[-1] += word
        else:
            joined.append(word)
        was_letter = is_letter
    return joined


def _without_article_and_form(words: list[str]) -> list[str]:
    kept = words[1:] if len(words) > 1 and words[0].casefold() in _ARTICLES else list(words)
    while len(kept) > 1 and kept[-1].casefold() in _LEGAL_FORMS:
        kept.pop()
    return kept


def _look(word: str) -> str:
    """Give what a word looks like: in Latin letters where it could be read so, else in its own script's small letters."""
    if word.isdigit():
        return word
    seen = "".join(_as_latin(c) for c in word)
    has_latin = any(_script(c) == "LATIN" for c in word)
    if not has_latin and not seen.isascii():
        return "".join(LOOKS_WITHIN.get(c, c) for c in word.casefold())
    for part, alike in _LOOKS_MERGED:
        seen = seen.replace(part, alike)
    return seen


def _as_latin(character: str) -> str:
    known = LOOKS_LATIN.get(character)
    if known is not None:
        return known
    small = character.casefold()
    return "".join(LOOKS_LATIN.get(c, c) for c in small)


def _is_spelled(word: str) -> bool:
    return all(_script(c) in _SPELLING_SCRIPTS for c in word if c.isalpha())


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]


def _initials(written: list[str]) -> frozenset[str]:
    weighty = [word for word in written if word.casefold() not in _SMALL_WORDS]
    found = (acronym_skeleton("".join(word[0] for word in words)) for words in (written, weighty))
    return frozenset(initials for initials in found if len(initials) > 2)
