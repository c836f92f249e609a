"""Read from a recipient's form who submits a statement to a body of the United Nations, and fill that in (pure)."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import get_args

from service.campaigns.file_values import web_address
from service.campaigns.file_ways import LARGEST_LIMIT, Council, Ngo, NgoStatus, Review, ReviewName
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence, said_of
from service.foundation.written import clean_line
from service.web.desk.delivering.days import read_day
from service.web.forms import Reader

REVIEWS: tuple[ReviewName, ...] = get_args(ReviewName)
_STATUSES: tuple[NgoStatus, ...] = get_args(NgoStatus)
_COUNCIL = ("unhrc-session", "unhrc-opens", "unhrc-item", "unhrc-ngos", "unhrc-address")
_REVIEW = ("upr-country", "upr-month", "upr-due", "upr-address", "upr-most_words", "upr-most_pages")
_MOST_NGOS = 200
_LAST_SESSION, _LAST_ITEM = 999, 10
_ADDRESS = Sentence("The address of the page")
_NAME = Sentence("The name of the NGO")
_WRITE_NGO = Sentence("Write each NGO as {pattern}.", pattern="special | Name | 2027-01-10 | Name")
_NO_DAY = date.min


def statement_values(council: Council | None, review: Review | None) -> dict[str, str]:
    """Give what stands in the fields of a recipient's form about statements and submissions."""
    values = {"unhrc-names_others": "yes"}
    if council is not None:
        values = {
            "unhrc-session": str(council.session),
            "unhrc-opens": council.opens.isoformat(),
            "unhrc-item": str(council.item),
            "unhrc-address": council.address,
            "unhrc-ngos": "\n".join(map(_written, council.ngos)),
            "unhrc-names_others": "yes" if council.names_others else "",
        }
    if review is not None:
        values |= {
            "upr-review": review.review,
            "upr-country": review.country,
            "upr-month": review.month.isoformat(),
            "upr-due": review.due.isoformat() if review.due else "",
            "upr-address": review.address,
            "upr-most_words": str(review.most_words or ""),
            "upr-most_pages": str(review.most_pages or ""),
        }
    return values


def read_council(reader: Reader, entries: Mapping[str, str]) -> Council | None:
    """Read the session and who submits to it; None where nothing is said of one. The reader keeps what is wrong."""
    if not any(entries.get(name, "").strip() for name in _COUNCIL):
        return None
    nothing: tuple[Ngo, ...] = ()
    return Council(
        session=reader.read("unhrc-session", _number(_LAST_SESSION), 1),
        opens=reader.read("unhrc-opens", read_day, _NO_DAY),
        item=reader.read("unhrc-item", _number(_LAST_ITEM), 1),
        address=reader.read("unhrc-address", _page, ""),
        ngos=reader.read("unhrc-ngos", _ngos, nothing),
        names_others=reader.ticked("unhrc-names_others"),
    )


def read_review(reader: Reader, entries: Mapping[str, str]) -> Review | None:
    """Read the review of a country; None where nothing is said of one. The reader keeps what is wrong."""
    if not any(entries.get(name, "").strip() for name in _REVIEW):
        return None
    country = reader.line(
        "upr-country",
        Sentence("The country under review"),
        missing=Sentence("Enter the country under review."),
    )
    review: ReviewName = reader.read("upr-review", _review, REVIEWS[0])
    return Review(
        review=review,
        country=country or "–",
        month=reader.read("upr-month", read_day, _NO_DAY),
        due=reader.read("upr-due", lambda text: read_day(text) if text.strip() else None, None),
        address=reader.read("upr-address", _page, ""),
        most_words=reader.read("upr-most_words", _perhaps(_number(LARGEST_LIMIT)), None),
        most_pages=reader.read("upr-most_pages", _perhaps(_number(LARGEST_LIMIT)), None),
    )


def _written(ngo: Ngo) -> str:
    parts = [ngo.status, ngo.name, ngo.compared.isoformat() if ngo.compared else "", ngo.signed_as]
    while not parts[-1]:
        parts.pop()
    return " | ".join(parts)


def _ngos(text: str) -> tuple[Ngo, ...]:
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    if not lines:
        raise Refused(Sentence("Name the NGO that submits it."))
    if len(lines) > _MOST_NGOS:
        raise Refused(Sentence("Give at most {n} lines.", n=_MOST_NGOS))
    return tuple(map(_ngo, lines))


def _ngo(line: str) -> Ngo:
    status, name, compared, signed_as = ([part.strip() for part in line.split("|")] + [""] * 3)[:4]
    found = next((one for one in _STATUSES if one == status.casefold()), None)
    if found is None or not name or line.count("|") > len(("name", "compared", "signed_as")):
        raise Refused(_WRITE_NGO)
    return Ngo(
        name=clean_line(name, what=_NAME),
        status=found,
        compared=read_day(compared) if compared else None,
        signed_as=clean_line(signed_as, what=_NAME),
    )


def _review(text: str) -> ReviewName:
    found = next((one for one in REVIEWS if one == (text or REVIEWS[0])), None)
    if found is None:
        raise Refused(Sentence("Choose the review."))
    return found


def _page(text: str) -> str:
    try:
        return web_address(text) if text.strip() else ""
    except Refused as refused:
        raise Refused(said_of(_ADDRESS, str(refused))) from refused


def _number(largest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        written = text.strip()
        if not (written.isascii() and written.isdigit() and len(written) <= len(str(largest))):
            raise Refused(_A_NUMBER.with_values(largest=largest))
        if not 1 <= int(written) <= largest:
            raise Refused(_A_NUMBER.with_values(largest=largest))
        return int(written)

    return read


def _perhaps(read: Callable[[str], int]) -> Callable[[str], int | None]:
    return lambda text: read(text) if text.strip() else None


_A_NUMBER = Sentence("Give a whole number from 1 to {largest}.", largest="")
