"""Reads what Lob answers: what was taken, what was not, what may go again, and what nobody can know (pure)."""

import email.utils
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import Any

from service.delivery.asking import LONGEST_ANSWER, Answer
from service.delivery.parcel import Exchange, InDoubt, NotNow, NotTaken
from service.delivery.withheld import pick, read_record, withhold
from service.foundation.sentence import Sentence

_KEPT = frozenset(
    (
        *("id", "object", "status", "deleted", "date_created", "send_date", "expected_delivery_date"),
        *("carrier", "mail_type", "extra_service", "tracking_number", "double_sided", "use_type"),
    )
)
"""What is kept of a letter's record: neither of the two addresses, nor a link that shows the letter to whoever has it."""
_OK, _BAD, _TIMED_OUT, _CONFLICT, _TOO_MANY, _BROKEN = 200, 400, 408, 409, 429, 500
_CODE = re.compile(r"[a-z_]{3,60}")
_NUMBER = re.compile(rb'"id"\s*:\s*"(ltr_[A-Za-z0-9]+)"')
_WINDOW = timedelta(seconds=5)
_NOT_NOW = frozenset(["rate_limit_exceeded", "service_unavailable"])
_UNCLEAR = frozenset(["request_timeout", "internal_server_error", "conflict"])
ADVICE: Mapping[str, Sentence] = {
    "address_length_exceeds_limit": Sentence("Lob did not take it: the street is longer than 50 characters."),
    "failed_deliverability_strictness": Sentence(
        "Lob did not take it: it found no such address. Check the address with the office."
    ),
    "foreign_return_address": Sentence(
        "Lob did not take it: the address of the sender is not in the United States."
    ),
    "file_pages_exceed_max": Sentence("Lob did not take it: it has too many pages for one envelope."),
    "file_size_exceeds_limit": Sentence("Lob did not take it: the file is too large."),
    "invalid_file": Sentence("Lob did not take it: it could not read the file."),
    "invalid_file_dimensions": Sentence("Lob did not take it: its pages are not of the size US Letter."),
    "inconsistent_page_dimensions": Sentence("Lob did not take it: its pages are of several sizes."),
    "invalid_international_feature": Sentence(
        "Lob did not take it: this service does not go to that country."
    ),
    "pdf_encrypted": Sentence("Lob did not take it: the file is encrypted."),
    "unembedded_fonts": Sentence("Lob did not take it: a font is missing in the file."),
    "invalid_api_key": Sentence(
        "Lob did not take it: it does not know the key. Check the settings of this way."
    ),
    "unauthorized": Sentence(
        "Lob did not take it: it does not know the key. Check the settings of this way."
    ),
    "unauthorized_token": Sentence(
        "Lob did not take it: it does not know the key. Check the settings of this way."
    ),
    "publishable_key_not_allowed": Sentence(
        "Lob did not take it: this key sends nothing. Take the secret key."
    ),
    "payment_method_unverified": Sentence("Lob did not take it: the account has no confirmed way to pay."),
}
"""What each code of a refusal means to the secretariat; every other is told in Lob's own words."""
OTHERWISE = Sentence("Lob did not take it; its own words stand below.")
FAILED = Sentence("Lob took the file and could not print it; nothing was mailed.")
CANCELLED = Sentence("This letter was cancelled at Lob; nothing is mailed.")
WAIT = Sentence("Lob asks to wait; nothing was taken.")
UNCLEAR = Sentence("Lob did not say whether it took the letter.")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A letter that Lob has: its number there, when it is expected, and the exchange by which this is known."""

    number: str
    expected: str
    exchange: Exchange


def read_letter(answer: Answer, *, private: Collection[str]) -> Taken:
    """Read the answer to an order; `private` are the values that must not be kept of it.

    Raises NotNow, NotTaken or InDoubt, each as it is meant.
    """
    _refuse(answer, private=private)
    return taken_of(read_record(answer.body) or _beginning_of(answer.body), answer)


def read_list(answer: Answer, *, name: str, private: Collection[str]) -> Taken | None:
    """Find the letter of this name in the answer to a search; raises NotNow or NotTaken: to ask changes nothing."""
    try:
        _refuse(answer, private=private)
        letters = read_record(answer.body)["data"]
    except (InDoubt, KeyError) as unclear:
        kept = unclear.exchange if isinstance(unclear, InDoubt) else _kept(answer, {})
        raise NotNow(UNCLEAR, exchange=kept) from None
    for letter in letters if isinstance(letters, list) else []:
        # Whether it was asked for, or Lob does not know this filter, its own record tells.
        if isinstance(letter, dict) and _metadata(letter).get("parcel") == name:
            return taken_of(letter, answer)
    return None


def taken_of(letter: dict[str, Any], answer: Answer) -> Taken:
    """Read a letter's record; raises NotTaken for one that is not printed, InDoubt for what is no whole record."""
    kept = _kept(answer, pick(letter, _KEPT))
    number = letter.get("id")
    if not isinstance(number, str) or not number.startswith("ltr_"):
        raise InDoubt(UNCLEAR, exchange=kept)
    if letter.get("deleted") is True:
        raise NotTaken(CANCELLED, exchange=kept)
    if letter.get("status") == "failed":
        raise NotTaken(FAILED, exchange=kept, faults=_reasons(letter))
    return Taken(number=number, expected=str(letter.get("expected_delivery_date") or ""), exchange=kept)


def _refuse(answer: Answer, *, private: Collection[str]) -> None:
    """Raise what the answer means where it is no success."""
    if _OK <= answer.status < _OK + 100:
        return
    error = read_record(answer.body).get("error")
    error = error if isinstance(error, dict) else {}
    code = str(error.get("code", ""))
    # Its message may quote the address as Lob writes it, which nothing here would know again: only its code is kept.
    kept = _kept(answer, {"error": {"code": code if _CODE.fullmatch(code) else ""}})
    if answer.status == _TOO_MANY or code in _NOT_NOW:
        raise NotNow(WAIT, exchange=kept, again_after=again_after(answer.headers))
    if code in _UNCLEAR or not _BAD <= answer.status < _BROKEN or answer.status in {_TIMED_OUT, _CONFLICT}:
        raise InDoubt(UNCLEAR, exchange=kept)
    said = withhold(str(error.get("message") or answer.text), private)
    raise NotTaken(ADVICE.get(code, OTHERWISE), exchange=kept, faults=(f"{code or answer.status}: {said}",))


def again_after(headers: Mapping[str, str]) -> timedelta:
    """Tell when to ask again: at the end of Lob's window by Lob's own clock, after five seconds where it does not say."""
    reset = headers.get("x-rate-limit-reset", headers.get("ratelimit-reset", ""))
    if headers.get("retry-after", "").isdecimal():
        return timedelta(seconds=int(headers["retry-after"]))
    if not reset.isdecimal() or "date" not in headers:
        return _WINDOW
    try:
        there = email.utils.parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except ValueError:
        return _WINDOW
    return max(_WINDOW, timedelta(seconds=int(reset) - there.timestamp()))


def _kept(answer: Answer, record: Mapping[str, Any]) -> Exchange:
    return replace(answer.exchange, answered=json.dumps(record, ensure_ascii=False, sort_keys=True))


def _beginning_of(body: bytes) -> dict[str, Any]:
    """Read the number of a letter out of a record too long to be read whole: it has three links for each page."""
    number = _NUMBER.search(body) if len(body) >= LONGEST_ANSWER else None
    return {"id": number[1].decode()} if number else {}


def _metadata(letter: dict[str, Any]) -> dict[str, Any]:
    found = letter.get("metadata")
    return found if isinstance(found, dict) else {}


def _reasons(letter: dict[str, Any]) -> tuple[str, ...]:
    found = letter.get("failure_reason")
    reasons = pick(found, ["failure_reason", "remediation"]) if isinstance(found, dict) else {}
    return tuple(str(reason) for reason in reasons.values())
