"""What a chamber says is wrong with a letter, in both ways in which it has been seen to say it (pure).

One is that of libxml2's RELAX NG (seen in 2014), the other that of .NET's schemas (seen in 2021).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from service.delivery.congress.names import plain_name
from service.delivery.congress.schema import parsed
from service.delivery.congress.veil import Veil
from service.foundation.sentence import Sentence

_LIBXML2_DATATYPE = re.compile(r"Error validating (?:datatype|value)\b.*", re.DOTALL)
_NET_VALUE = r"The '(?P<element>\w+)' element is invalid - .*"
_LIBXML2_ELEMENT = re.compile(r"Element (?P<element>\w+) failed to validate content")
_NOT_ENABLED = re.compile(r"Message delivery is not enabled for (?P<office>[A-Z]{3}[0-9]{2})\.?")
_LIBXML2_SEQUENCE = "Invalid sequence in interleave"
_LONGEST = 500

_OFFICE_IS_OFF = Sentence("The office {office} does not take letters this way now.")
_NOT_ITS_FORM = Sentence("{what} does not have the form that is asked for.")
_NOT_COMPLETE = Sentence("{what} is not complete, or holds what is not taken.")
_KINDS: tuple[tuple[re.Pattern[str], Sentence], ...] = tuple(
    (re.compile(pattern, re.DOTALL), says)
    for pattern, says in (
        (rf"{_NET_VALUE}The Pattern constraint failed\.?", _NOT_ITS_FORM),
        (
            rf"{_NET_VALUE}The actual length is less than the MinLength value\.?",
            Sentence("{what} is too short."),
        ),
        (
            rf"{_NET_VALUE}The actual length is greater than the MaxLength value\.?",
            Sentence("{what} is too long."),
        ),
        (
            rf"{_NET_VALUE}The Enumeration constraint failed\.?",
            Sentence("{what} is not one of the words that are taken."),
        ),
        (_NET_VALUE, Sentence("{what} is not taken as it stands.")),
        (r"The element '(?P<element>\w+)' has incomplete content\..*", _NOT_COMPLETE),
        (
            r"The element '\w+' has invalid child element '(?P<element>\w+)'.*",
            Sentence("{what} stands where it is not taken."),
        ),
        (
            r"Element (?P<element>\w+) failed to validate content",
            Sentence("{what} is not taken as it stands."),
        ),
        (
            r"Extra element (?P<element>\w+) in interleave",
            Sentence("{what} is not taken as it stands, or not at all."),
        ),
        (r"Did not expect element (?P<element>\w+) there", Sentence("{what} stands where it is not taken.")),
        (
            r"Expecting an element (?P<element>\w+), got .*",
            Sentence("{what} is missing, or something stands beside it that is not taken."),
        ),
        (r"Element (?P<element>\w+) has extra content: .*", Sentence("{what} holds more than is taken.")),
    )
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong: the element, "" where none is named, the chamber's own `words` without what the letter says, and what they mean."""

    element: str
    words: str
    says: Sentence


def read_faults(body: bytes, *, veil: Veil) -> tuple[Fault, ...]:
    """Read what a chamber answered to a letter that it refused, each fault once; what is not its XML is one fault as it stands.

    `veil` takes out of its words whatever is a person's.
    """
    found = parsed(body, mend=True)
    if found is None or found.tag != "Errors":
        text = body.decode("utf-8", errors="replace").strip()
        return explain((text[:_LONGEST],), veil=veil) if text else ()
    said = ("".join(error.itertext()).strip() for error in found.iter("Error"))
    return explain([words for words in said if words], veil=veil)


def explain(words: Sequence[str], *, veil: Veil) -> tuple[Fault, ...]:
    """Say of each of a chamber's words what it means; the same words are one fault."""
    once = list(dict.fromkeys(words))
    return tuple(_fault(one, after, veil) for one, after in zip_longest(once, once[1:], fillvalue=""))


def retell(kept: Sequence[str]) -> tuple[Fault, ...]:
    """Say of a chamber's words, as they were kept with a refusal, what each means: for whoever looks at it later."""
    return explain(kept, veil=Veil(secrets=None))


def _fault(words: str, after: str, veil: Veil) -> Fault:
    shown = veil.over(words)
    # libxml2 names the element of a faulty value in its next line only.
    if named := _LIBXML2_ELEMENT.fullmatch(after):
        if _LIBXML2_DATATYPE.fullmatch(words):
            return _made(shown, named["element"], _NOT_ITS_FORM)
        if words == _LIBXML2_SEQUENCE:
            return _made(shown, named["element"], _NOT_COMPLETE)
    for pattern, says in _KINDS:
        if match := pattern.fullmatch(words):
            return _made(shown, match["element"], says)
    if match := _NOT_ENABLED.fullmatch(words):
        return Fault(
            element="MemberOffice", words=shown, says=_OFFICE_IS_OFF.with_values(office=match["office"])
        )
    return Fault(element="", words=shown, says=Sentence("The other side says: {words}", words=shown))


def _made(shown: str, element: str, says: Sentence) -> Fault:
    return Fault(element=element, words=shown, says=says.with_values(what=plain_name(element)))
