"""The columns of the signatories file: what each may hold, and what must hold between them in a row."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from service.campaigns.codes import country_code, language_tag
from service.campaigns.hints import did_you_mean, one_of
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line, clean_text, fold_name
from service.signing.organizations.domain import website_host

LONGEST_QUALIFIER = 80

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Kind = Literal["organization", "person"]
Visibility = Literal["public", "recipient", "counted"]
SignsFor = Literal["itself", "network", "members"]
Status = Literal["invited", "intends", "agreed", "declined"]


@dataclass(frozen=True, kw_only=True, repr=False)
class SignatoryRow:
    """One row of a signatories file: clean, an absent text "", and the line it begins on.

    It has no repr that tells its values: they are names and addresses.
    """

    line: int
    kind: Kind
    name: str
    email: str = ""
    acronym: str = ""
    name_latin: str = ""
    sort_name: str = ""
    representative_name: str = ""
    representative_title: str = ""
    approver_email: str = ""
    second_email: str = ""
    phone: str = ""
    messenger: str = ""
    position: str = ""
    affiliation: str = ""
    country: str = ""
    category: str = ""
    website: str = ""
    visibility: Visibility = "counted"
    language: str = ""
    order: int | None = None
    signs_for: SignsFor = "itself"
    members: tuple[str, ...] = ()
    qualifier: str = ""
    status: Status = "invited"
    decision_by: date | None = None
    condition: str = ""
    how_agreed: str = ""
    agreed_on: date | None = None
    chaser: str = ""
    note: str = ""


def faults_in_row(
    values: Mapping[str, Any], written: Mapping[str, str], *, attested: bool
) -> Iterator[tuple[str, str]]:
    """Find what does not fit together in a row, as its column and the sentence without its subject.

    `values` are the cells that could be read, `written` all that are not empty.
    """
    if not fold_name(values.get("name", "a")):
        yield "name", Sentence("holds no letter or digit.")
    yield from _faults_of_members(values, written)
    status = values.get("status")
    if status == "agreed" and not attested:
        yield (
            "status",
            Sentence("is “agreed”, which needs to be said for the whole file; write “invited” to ask them."),
        )
    if status in {"invited", "intends"} and attested and "email" not in written:
        yield "email", Sentence("is missing: without it nobody can be invited.")


def _faults_of_members(values: Mapping[str, Any], written: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    signs_for = values.get("signs_for", "unreadable" if "signs_for" in written else "itself")
    if values.get("kind") == "person" and "signs_for" in written:
        yield "signs_for", Sentence("is for organizations: leave it empty for a person.")
    if signs_for == "members" and "members" not in written:
        yield "members", Sentence("is missing: list those it signs for, separated by semicolons.")
    if "members" in written and signs_for in {"itself", "network"}:
        yield (
            "members",
            Sentence(
                "needs {word} in the column {column}; or leave it empty.",
                word='"members"',
                column="signs_for",
            ),
        )


def _line(cell: str) -> str:
    return clean_line(cell, what="")


def _qualifier(cell: str) -> str:
    return clean_line(cell, what="", longest=LONGEST_QUALIFIER)


def _text(cell: str) -> str:
    return clean_text(cell, what="")


def _address(cell: str) -> str:
    return normal_address(cell, what="")


def _country(cell: str) -> str:
    return country_code(cell, what="")


def _language(cell: str) -> str:
    return language_tag(cell, what="")


def _website(cell: str) -> str:
    address = _line(cell)
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise Refused(Sentence("is not a web address; write it like https://www.example.org.")) from error
    if parts.scheme not in {"http", "https"} or not website_host(address) or re.search(r"[\s@<>\"]", address):
        raise Refused(Sentence("must be a whole web address, like https://www.example.org."))
    return address


def _day(cell: str) -> date:
    # date.fromisoformat alone would take other forms of ISO 8601 too, like 20261205 and 2026-W49-6.
    written = _DAY.fullmatch(cell.strip())
    try:
        return date.fromisoformat(written[0] if written else "")
    except ValueError as error:
        raise Refused(Sentence("must be a day written as year-month-day, like 2026-12-05.")) from error


def _whole(cell: str) -> int:
    text = cell.strip()
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise Refused(Sentence("must be a whole number of at most six digits, like 12."))
    return int(text)


def _members(cell: str) -> tuple[str, ...]:
    names = tuple(_line(part) for part in cell.split(";") if part.strip())
    if len({fold_name(name) for name in names}) < len(names):
        raise Refused(Sentence("names the same member twice."))
    return names


def _choice(choices: Any) -> Callable[[str], str]:
    allowed: tuple[str, ...] = get_args(choices)

    def read(cell: str) -> str:
        word = cell.strip().casefold()
        if word not in allowed:
            raise Refused(
                Sentence(
                    "must be {allowed}. {hint}", allowed=one_of(allowed), hint=did_you_mean(word, allowed)
                )
            )
        return word

    return read


READERS: Mapping[str, Callable[[str], object]] = {
    "kind": _choice(Kind),
    "name": _line,
    "email": _address,
    "acronym": _line,
    "name_latin": _line,
    "sort_name": _line,
    "representative_name": _line,
    "representative_title": _line,
    "approver_email": _address,
    "second_email": _address,
    "phone": _line,
    "messenger": _line,
    "position": _line,
    "affiliation": _line,
    "country": _country,
    "category": _line,
    "website": _website,
    "visibility": _choice(Visibility),
    "language": _language,
    "order": _whole,
    "signs_for": _choice(SignsFor),
    "members": _members,
    "qualifier": _qualifier,
    "status": _choice(Status),
    "decision_by": _day,
    "condition": _text,
    "how_agreed": _text,
    "agreed_on": _day,
    "chaser": _line,
    "note": _text,
}
"""Every column that the file may have, and what reads its cell: raises Refused with the sentence after "email "."""
