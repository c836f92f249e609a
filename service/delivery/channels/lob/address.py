"""An office's address in the fields that Lob asks for (pure)."""

import re
from collections.abc import Mapping, Sequence

# Lob takes these as addresses in the United States and in no other way (its document "country_extended").
DOMESTIC = frozenset(["US", "AS", "PR", "FM", "GU", "MH", "MP", "PW", "VI"])
_US_LINE = re.compile(r"(?P<city>.*?[^,\s]),?\s+(?P<state>[A-Za-z]{2})\.?\s+(?P<zip>\d{5}(?:-\d{4})?)")
_TWO_CAPITALS = re.compile(r"[A-Z]{2}")


def is_domestic(country: str) -> bool:
    """Tell whether a country (ISO 3166-1 alpha-2) is served by the United States' own post."""
    return country.upper() in DOMESTIC


def address_of(details: Mapping[str, object]) -> dict[str, str]:
    """Give an office's address in Lob's fields; what its lines do not tell is left out."""
    lines = details.get("address", ())
    return postal_fields(
        name=str(details.get("name", "")).strip(),
        company=str(details.get("office") or details.get("position") or "").strip(),
        lines=[str(line).strip() for line in lines if str(line).strip()]
        if isinstance(lines, list | tuple)
        else [],
        country=str(details.get("country", "")).upper(),
    )


def postal_fields(*, name: str, company: str, lines: Sequence[str], country: str) -> dict[str, str]:
    """Give an address in Lob's fields; `lines` are street, city and what else stands on the envelope, in their order.

    City and postal code are read from the last line that has both; lines below it name the country, which goes in a
    field of its own. Where that line is not found, the fields of street, city and code are missing.
    """
    fields = {"name": name, "company": company}
    place, found = _city_line(lines, country)
    if found:
        streets = [*lines[:place]]
        if len(streets) > 1 and not company and not re.search(r"\d", streets[0]):
            # "The White House" above its street: a name, which Lob prints above the street as well.
            fields["company"] = streets.pop(0)
        fields |= {"address_line1": "".join(streets[:1]), "address_line2": ", ".join(streets[1:]), **found}
    fields["address_country"] = "US" if is_domestic(country) else country
    return {field: value for field, value in fields.items() if value}


def _city_line(lines: Sequence[str], country: str) -> tuple[int, dict[str, str]]:
    for place in range(len(lines) - 1, 0, -1):
        found = _us_city(lines[place]) if is_domestic(country) else _city(lines[place])
        if found:
            return place, found
    return 0, {}


def _us_city(line: str) -> dict[str, str]:
    match = _US_LINE.fullmatch(line)
    if match is None:
        return {}
    return {
        "address_city": match["city"],
        "address_state": match["state"].upper(),
        "address_zip": match["zip"],
    }


def _city(line: str) -> dict[str, str]:
    """Read "8000 Zürich", "London SW1A 2AA" or "1015 BS Amsterdam": the words with figures are the postal code."""
    words = line.replace(",", " ").split()
    with_figures = [place for place, word in enumerate(words) if re.search(r"\d", word)]
    if not with_figures:
        return {}
    first, end = with_figures[0], with_figures[-1] + 1
    if end + 1 < len(words) and _TWO_CAPITALS.fullmatch(words[end]):
        end += 1
    city = " ".join(words[:first] + words[end:])
    return {"address_city": city, "address_zip": " ".join(words[first:end])} if city else {}
