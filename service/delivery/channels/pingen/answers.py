"""Reads what Pingen answers: what it is, what was not taken, what may go again, and what nobody can know (pure)."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from service.delivery.asking import Answer
from service.delivery.parcel import Exchange, NotNow, NotTaken
from service.delivery.withheld import pick, read_record, withhold
from service.foundation.sentence import Sentence

_KEPT = frozenset(
    (
        *(
            "status",
            "file_pages",
            "country",
            "delivery_product",
            "print_mode",
            "print_spectrum",
            "price_currency",
        ),
        *("price_value", "tracking_number", "submitted_at", "created_at", "updated_at"),
    )
)
"""What is kept of a letter's record: the address that was read from the page is not among it."""
_OK, _BAD, _TIMED_OUT, _CONFLICT, _TOO_MANY, _BROKEN = 200, 400, 408, 409, 429, 500
_CODE = re.compile(r"[a-z_]{3,60}")
_A_MINUTE = timedelta(minutes=1)

SUBMITTED = frozenset(
    (
        "submitted",
        "accepted",
        "transferring",
        "inspection",
        "processing",
        "printing",
        "sent",
        "delivered",
        "awaiting_credits",
    )
)
"""What a letter is called once it was submitted and goes its way."""
READY = "valid"
AT_WORK = frozenset(("validating", "fixing"))
ENDED = frozenset(
    ("cancelled", "cancelling", "expired", "rejected", "invalid", "unprintable", "undeliverable")
)
"""What a letter is called that is not printed any more, or came back."""

WAIT = Sentence("Pingen asks to wait; nothing was sent.")
UNCLEAR = Sentence("Pingen did not answer clearly; nothing was sent.")
REFUSED = Sentence("Pingen did not take it; its own words stand below.")
NOT_KNOWN = Sentence("Pingen does not know this account, or it may not send. Check the settings of this way.")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter as Pingen has it: number, state, and the address and pages that it read. `file` is the name that we gave it."""

    number: str
    status: str
    file: str
    pages: int
    address: str = field(repr=False)
    country: str
    exchange: Exchange


def read_record_of(answer: Answer, *, private: Collection[str]) -> dict[str, Any]:
    """Read an answer to something that sends nothing; raises NotTaken where it is refused, else NotNow."""
    if _OK <= answer.status < _OK + 100:
        return read_record(answer.body)
    kept = refused_exchange(answer)
    if answer.status in {401, 403}:
        raise NotTaken(NOT_KNOWN, exchange=kept, faults=errors_of(answer, private=private))
    if is_refusal(answer.status):
        raise NotTaken(REFUSED, exchange=kept, faults=errors_of(answer, private=private))
    raise NotNow(
        WAIT if answer.status == _TOO_MANY else UNCLEAR,
        exchange=kept,
        again_after=again_after(answer.headers),
    )


def is_refusal(status: int) -> bool:
    """Tell whether a status says that this very thing was looked at and not taken."""
    return _BAD <= status < _BROKEN and status not in {_TIMED_OUT, _CONFLICT, _TOO_MANY}


def read_letter(record: Mapping[str, Any], answer: Answer) -> Letter | None:
    """Read a letter's record (JSON:API); None for what is no whole record of one."""
    attributes = record.get("attributes")
    if record.get("type") != "letters" or not record.get("id") or not isinstance(attributes, dict):
        return None
    number, pages = str(record["id"]), attributes.get("file_pages")
    return Letter(
        number=number,
        status=str(attributes.get("status") or ""),
        file=str(attributes.get("file_original_name") or ""),
        pages=pages if isinstance(pages, int) else 0,
        address=str(attributes.get("address") or ""),
        country=str(attributes.get("country") or ""),
        exchange=_kept(answer, {"id": number, **pick(attributes, _KEPT)}),
    )


def errors_of(answer: Answer, *, private: Collection[str]) -> tuple[str, ...]:
    """Give the faults that an answer names, in Pingen's words, without what must not be kept; they come as a list or alone."""
    told = [
        ": ".join(str(one[name]) for name in ("code", "title", "detail") if one.get(name))
        for one in _errors(answer)
    ]
    return tuple(withhold(one, private) for one in told if one) or (withhold(answer.text, private),)


def refused_exchange(answer: Answer) -> Exchange:
    """Give what is kept of a refusal: its codes; what else it says may quote an address."""
    codes = [str(one.get("code", "")) for one in _errors(answer)]
    return _kept(answer, {"errors": [code for code in codes if _CODE.fullmatch(code)]})


def bare(exchange: Exchange) -> Exchange:
    """Give an exchange without what was answered: of what holds a token, or an address to upload to, nothing is kept."""
    return replace(exchange, answered="")


def again_after(headers: Mapping[str, str]) -> timedelta:
    """Tell when to ask again: as Pingen says in seconds, after a minute where it does not."""
    written = headers.get("retry-after", "")
    return timedelta(seconds=int(written)) if written.isdecimal() else _A_MINUTE


def _errors(answer: Answer) -> list[dict[str, Any]]:
    found = read_record(answer.body).get("errors")
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


def _kept(answer: Answer, record: Mapping[str, Any]) -> Exchange:
    return replace(answer.exchange, answered=json.dumps(record, ensure_ascii=False, sort_keys=True))
