"""Passwords of coordinators: which are too weak, how they are kept, and whether one is right; the only user of argon2."""

import secrets
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.coordinators.common_words import RUNS, WORDS
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

SHORTEST, LONGEST = 15, 200
AT_ONCE = 2
"""So many passwords are hashed at once in one process: each takes 19 MiB, and signatories wait for the same machine."""

TOO_SHORT = Sentence(
    "Choose at least {n} characters; four or five words that belong to no saying are easy to keep.", n=15
)
_TOO_LONG = Sentence("A password may have at most {n} characters.", n=LONGEST)
_TOO_COMMON = Sentence(
    "This one is among the first that anybody would guess: it is made of very common words, names, rows of keys or"
    " repetitions. Choose other words."
)
_DIFFERENT_AT_LEAST, _SHORTEST_RUN, _LONGEST_PIECE, _SHORTEST_OWN = 6, 3, 40, 3
_STRANGE_AT_MOST = 2
# What people put in place of letters.
_LEET = str.maketrans("@4831!0$57", "aabeiiosst")

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turn = threading.BoundedSemaphore(AT_ONCE)


def make_verifier(password: str) -> str:
    """Give what is kept of a password: argon2id (RFC 9106) with a salt of its own."""
    with _turn:
        return _hasher.hash(_normal(password))


def is_right(verifier: str, password: str) -> bool:
    """Tell whether a password is the one; takes the same time where there is none to compare with ("")."""
    if len(password) > LONGEST:
        password = password[:LONGEST] + "\0"
    with _turn:
        try:
            _hasher.verify(verifier or _nobodys(), _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return bool(verifier)


def is_outdated(verifier: str) -> bool:
    """Tell whether a verifier was made with other parameters than today's, so that it is to be made anew."""
    return _hasher.check_needs_rehash(verifier)


def refuse_weak(password: str, *, own: Iterable[str] = ()) -> None:
    """Raise Refused for a password that is too short, too long or easily guessed (pure).

    `own` are words that belong to its owner, such as its name and address.
    """
    normal = _normal(password)
    if len(normal) < SHORTEST:
        raise Refused(TOO_SHORT)
    if len(normal) > LONGEST:
        raise Refused(_TOO_LONG)
    if is_common(normal, own=own):
        raise Refused(_TOO_COMMON)


def is_common(password: str, *, own: Iterable[str] = ()) -> bool:
    """Tell whether a password falls apart into common words, rows of keys, repetitions, digits and its owner's words (pure)."""
    folded = unicodedata.normalize("NFKC", password).casefold()
    if len(set(folded)) < _DIFFERENT_AT_LEAST:
        return True
    owned = {part for text in own for part in _pieces(text.casefold()) if len(part) >= _SHORTEST_OWN}
    plain = "".join(filter(str.isalnum, folded))
    read = "".join(filter(str.isalnum, folded.translate(_LEET)))
    return any(_falls_apart(text, WORDS | owned) for text in {plain, read})


def _falls_apart(text: str, words: frozenset[str]) -> bool:
    """Tell whether a text can be cut, from left to right, into known pieces and no more than two strange letters."""
    # The fewest strange letters with which each place can be reached.
    strange = [0] + [len(text) + 1] * len(text)
    for start in range(len(text)):
        here = strange[start]
        strange[start + 1] = min(strange[start + 1], here + (not text[start].isdigit()))
        for end in range(start + 1, min(len(text), start + _LONGEST_PIECE) + 1):
            if text[start:end] in words or _is_run(text[start:end]):
                strange[end] = min(strange[end], here)
    return strange[-1] <= _STRANGE_AT_MOST


def _is_run(piece: str) -> bool:
    if len(piece) < _SHORTEST_RUN:
        return False
    return len(set(piece)) == 1 or any(piece in run or piece[::-1] in run for run in RUNS)


def _pieces(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text).split()


def _normal(password: str) -> str:
    # The same keys give other bytes on other devices (NIST SP 800-63B, section 3.1.1.2).
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))
