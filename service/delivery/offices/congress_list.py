"""Read a list of the members of the US Congress, as congress-legislators publishes it, into offices (pure).

The columns are those of its `legislators-current.csv`, or of a list made of its `legislators-current.yaml`. Nothing is
guessed: of a full name nobody can tell which part is the family's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.campaigns.file_tables import Recipient
from service.foundation.addresses import web_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.spreadsheet import Sheet
from service.foundation.written import clean_line, fold_name

COUNTRY = "US"
NOT_THIS_LIST = Sentence(
    "This is no list of members of Congress: the columns {names} are missing. Bring {file} of congress-legislators."
)
_FILE = "legislators-current.csv"

_CALLED: Mapping[str, tuple[str, ...]] = {
    "id": ("bioguide", "bioguide_id"),
    "name": ("official_full", "full_name"),
    "last": ("last_name",),
    "chamber": ("chamber", "type"),
    "state": ("state",),
    "district": ("district",),
    "code": ("house_cwc_code",),
    "until": ("term_end",),
    "address": ("mail_address", "address"),
    "phone": ("phone",),
    "form": ("contact_form",),
    "site": ("url",),
}
_NEEDED = ("id", "name", "chamber", "state")
_ID = re.compile(r"[A-Z][0-9]{6}")
_CODE = re.compile(r"H[A-Z]{2}[0-9]{2}")
_SENATE, _HOUSE = frozenset({"senate", "sen"}), frozenset({"house", "rep"})
_IN_WASHINGTON = re.compile(r"(?P<street>.+?),?\s+(?P<city>Washington),?\s+(?P<zip>DC,? \d{5}(?:-\d{4})?)")
_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
    "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
    "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia",
    "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "DC": "the District of Columbia", "AS": "American Samoa", "GU": "Guam",
    "MP": "the Northern Mariana Islands", "PR": "Puerto Rico", "VI": "the Virgin Islands",
}  # fmt: skip
_DELEGATES = frozenset({"DC", "AS", "GU", "MP", "VI"})


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member as an office: `key` is its number in the Biographical Directory, which stays whatever else changes."""

    key: str
    state: str
    state_name: str
    office: Recipient

    @property
    def searched(self) -> str:
        """What a search is compared with."""
        return fold_name(f"{self.office.name} {self.office.position} {self.office.office} {self.state}")


@dataclass(frozen=True, kw_only=True)
class CongressList:
    """The members of a list, in its order, and by its line numbers why others are left out."""

    members: Sequence[Member]
    left_out: Sequence[tuple[int, str]]


def read_congress(sheet: Sheet, *, day: date, today: date) -> CongressList:
    """Read the lines of a list that was published on a day; raises Refused where its columns are of another kind.

    Left out, with a sentence, is who cannot be read and whose term is over.
    """
    places = _places(sheet.header)
    missing = [_CALLED[field][0] for field in _NEEDED if field not in places]
    if missing:
        names = ", ".join(missing)
        raise Refused(NOT_THIS_LIST.with_values(names=names, file=_FILE))
    members: dict[str, Member] = {}
    left_out: list[tuple[int, str]] = []
    for number, cells in sheet.lines:
        told = {field: cells[place].strip() for field, place in places.items()}
        try:
            found = _member(told, day=day, today=today)
        except Refused as refusal:
            left_out.append((number, str(refusal)))
            continue
        if members.setdefault(found.key, found) is not found:
            left_out.append((number, Sentence("This member stands in the list twice.")))
    return CongressList(members=tuple(members.values()), left_out=tuple(left_out))


def _places(header: Sequence[str]) -> Mapping[str, int]:
    written = [name.strip().casefold() for name in header]
    return {
        field: written.index(name)
        for field, names in _CALLED.items()
        for name in names[::-1]
        if name in written
    }


def _member(told: Mapping[str, str], *, day: date, today: date) -> Member:
    state = told["state"].upper()
    if not _ID.fullmatch(told["id"]) or state not in _STATES:
        raise Refused(Sentence("Its number or its state is none that Congress has."))
    _refuse_over(told.get("until", ""), today=today)
    place = _STATES[state]
    position, office, title = _titles(told["chamber"].casefold(), state, place, told.get("district", ""))
    last = told.get("last") or told["name"]
    made = Recipient(
        role="cc",
        name=clean_line(told["name"], what=Sentence("The name")),
        position=position,
        office=office,
        address=tuple(_address(told.get("address", ""))),
        country=COUNTRY,
        salutation=clean_line(f"Dear {title} {last}:", what=Sentence("The salutation")),
        source=clean_line(_source(told.get("site", ""), day), what=Sentence("The source")),
        checked=day,
        phone=clean_line(told.get("phone", ""), what=Sentence("The telephone number")) or None,
        contact_form=_form(told.get("form", "")),
        office_code=_code(told.get("code", "")),
    )
    return Member(key=told["id"], state=state, state_name=place, office=made)


def _refuse_over(until: str, *, today: date) -> None:
    try:
        ends = date.fromisoformat(until) if until else None
    except ValueError as error:
        raise Refused(Sentence("The end of its term is no day.")) from error
    if ends is not None and ends < today:
        raise Refused(Sentence("Its term is over."))


def _titles(chamber: str, state: str, place: str, district: str) -> tuple[str, str, str]:
    """Give the position, the office and what a member is called in a salutation."""
    if chamber in _SENATE:
        return f"United States Senator from {place}", "United States Senate", "Senator"
    if chamber not in _HOUSE:
        raise Refused(Sentence("Its chamber is neither House nor Senate."))
    house = "United States House of Representatives"
    if state == "PR":
        return f"Resident Commissioner of {place}", house, "Resident Commissioner"
    if state in _DELEGATES:
        return f"Delegate for {place}", house, "Delegate"
    if district and not district.isdecimal():
        raise Refused(Sentence("Its district is no number."))
    number = int(district or 0)
    where = f"{place}, {_ordinal(number)} district" if number else f"{place}, at large"
    return f"United States Representative for {where}", house, "Representative"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _address(text: str) -> Iterator[str]:
    line = clean_line(text, what=Sentence("The postal address"))
    parts = _IN_WASHINGTON.fullmatch(line)
    if parts is None:
        yield from [line] if line else []
        return
    yield parts["street"]
    yield f"{parts['city']}, {parts['zip'].replace(',', '')}"


def _form(text: str) -> str | None:
    """Give the address of a contact form; what is mistyped in the list is left out, and the member stays."""
    try:
        return web_address(text, what=Sentence("The address of its contact form")) if text else None
    except Refused:
        return None


def _code(text: str) -> str | None:
    """Give the code by which the House knows an office; what is none is left out, and the member stays."""
    code = text.upper()
    return code if _CODE.fullmatch(code) else None


def _source(site: str, day: date) -> str:
    listed = f"congress-legislators, list of {day.isoformat()}"
    return f"{listed}; {site}" if site else listed
