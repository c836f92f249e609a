"""Reads a copy of the letter and checks whom it names: everyone it may name, and nobody else; pure."""

import re
from collections.abc import Iterable

from examples.demo.errors import DemoFailed
from examples.demo.people import Cast

_GAPS = re.compile(r"[\s\u2066-\u2069\u200e\u200f]+")


def check_copy(cast: Cast, text: str, *, full: bool) -> None:
    """Check the words of a full or a public copy: the count, every name it owes, and none that it withholds.

    Raises DemoFailed, with numbers and never with a name.
    """
    squeezed, count = _squeezed(text), len(cast.counted)
    if _squeezed(f"{count} organizations and individuals") not in squeezed:
        raise DemoFailed(f"A copy of the letter does not say that it has {count} signatories.")
    allowed = {"public", "recipient"} if full else {"public"}
    shown = [signer for signer in cast.counted if signer.visibility in allowed]
    withheld = [signer for signer in cast.everybody if signer not in shown]
    if missing := sum(1 for signer in shown if not _names_one_of([signer.name], squeezed)):
        raise DemoFailed(f"{missing} of {len(shown)} names are missing in a copy of the letter.")
    if leaked := sum(1 for signer in withheld if _names_one_of(signer.names, squeezed)):
        raise DemoFailed(f"{leaked} names that must be withheld stand in a copy of the letter.")


def _names_one_of(names: Iterable[str], squeezed: str) -> bool:
    return any(_squeezed(name) in squeezed for name in names)


def _squeezed(text: str) -> str:
    # Lines are wrapped and names isolated for direction: neither changes who is named.
    return _GAPS.sub("", text).casefold()
