"""What a chamber's answer means: one table from status and words to what became of a letter (pure)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from service.delivery.congress.chamber import Chamber
from service.foundation.sentence import Sentence

LONGEST_WAIT = timedelta(days=1)


class Meaning(StrEnum):
    """What became of a letter."""

    TAKEN = "taken"
    NOT_TAKEN = "not taken"
    NOT_NOW = "not now"
    KNOWN = "known"
    """A letter with this number is there already."""
    NOBODY_KNOWS = "nobody knows"


# Of these statuses it is certain that nothing was taken; any other of 400 and more is a refusal, of 500 and more a breakdown.
_LATER = frozenset({408, 425, 429, 503})
_KNOWN = 409
_OK = 200
_REFUSAL, _BREAKDOWN = range(400, 500), range(500, 600)

_ERRORS = re.compile(r"\s*(<\?xml[^>]*>\s*)?<Errors?\b", re.IGNORECASE)
_PAGE = re.compile(r"\s*(<!doctype|<html)\b", re.IGNORECASE)
# No such words have been seen; should they come, a letter that may be there must not be called refused.
_DOUBLE = re.compile(
    r"DeliveryId\b[^<]*\b(duplicate|already|exists)|\b(duplicate|already)\b[^<]*\bDeliveryId", re.IGNORECASE
)

SAYS: Mapping[int, Sentence] = {
    401: Sentence("The key was not accepted: nothing was taken."),
    403: Sentence(
        "This installation may not send: its key or its address is not on the list. Nothing was taken."
    ),
    404: Sentence("Nothing was found at the address of the service: nothing was taken."),
    408: Sentence("The service did not wait for the letter: nothing was taken."),
    415: Sentence("The service does not take this kind of document: nothing was taken."),
    429: Sentence("The service asks to be asked less often: nothing was taken."),
    503: Sentence("The service is not there for the moment: nothing was taken."),
}
"""What some statuses say to people."""


def meaning_of_validation(status: int, text: str) -> Meaning:
    """Say what an answer to the check before sending means; the check keeps nothing, so nothing can have been taken by it.

    TAKEN means that the letter may be sent.
    """
    if status == _OK and not _is_no_answer(text):
        return Meaning.TAKEN
    if status in _REFUSAL and status not in _LATER:
        return Meaning.NOT_TAKEN
    return Meaning.NOT_NOW


def meaning_of_sending(status: int, text: str, *, chamber: Chamber) -> Meaning:
    """Say what an answer to a letter means; only what says that the letter is there is TAKEN."""
    if status == chamber.taken:
        says_so = re.search(chamber.taken_says, text, re.IGNORECASE) and not _is_no_answer(text)
        return Meaning.TAKEN if says_so else Meaning.NOBODY_KNOWS
    if status == _KNOWN:
        return Meaning.KNOWN if chamber.knows_keys else Meaning.NOBODY_KNOWS
    if status in _REFUSAL and _DOUBLE.search(text):
        return Meaning.NOBODY_KNOWS
    if status in _LATER:
        return Meaning.NOT_NOW
    if status in _REFUSAL:
        return Meaning.NOT_TAKEN
    # With the same number it may come again where a double is refused; else a breakdown may have come after the taking.
    return Meaning.NOT_NOW if status in _BREAKDOWN and chamber.knows_keys else Meaning.NOBODY_KNOWS


def again_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Read Retry-After, seconds or a date, up to a day; None where there is none that makes sense."""
    said = headers.get("retry-after", "").strip()
    if re.fullmatch("[0-9]{1,9}", said):
        return min(timedelta(seconds=int(said)), LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(said)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return min(max(then - now, timedelta(0)), LONGEST_WAIT)


def _is_no_answer(text: str) -> bool:
    return bool(_ERRORS.match(text) or _PAGE.match(text))
