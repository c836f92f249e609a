"""Is the address that was read from the page the one that we meant? (pure)."""

import unicodedata
from collections.abc import Mapping, Sequence

from service.i18n.formats import country_name

# The languages of the countries that Pingen prints in, and the two in which letters abroad name a country.
_LANGUAGES = ("en", "de", "fr", "it", "es", "nl")


def meant_lines(details: Mapping[str, object]) -> tuple[str, ...]:
    """Give the lines that the letter prints behind its window, as the inside address has them."""
    lines = details.get("address", ())
    address = lines if isinstance(lines, list | tuple) else ()
    written = (details.get("name"), details.get("position"), details.get("office"), *address)
    return tuple(str(line).strip() for line in written if line and str(line).strip())


def is_same_address(meant: Sequence[str], country: str, *, read: str, read_country: str) -> bool:
    """Compare an address with what was read from the page, and with the country that was read (ISO 3166-1 alpha-2).

    Every letter and figure counts, in its order; how lines are broken, capitals, spaces and punctuation do not. The last
    line may be missing from what was read where it is nothing but the country's name: that is then told by the country.
    """
    if country and read_country.upper() != country.upper():
        return False
    found = _bare(read)
    whole = _bare("".join(meant))
    if not whole or found == whole:
        return bool(whole)
    return len(meant) > 1 and _names(meant[-1], country) and found == _bare("".join(meant[:-1]))


def _names(line: str, country: str) -> bool:
    names = (country_name(country.upper(), language) for language in _LANGUAGES) if country else ()
    return _bare(line) in {_bare(name) for name in names}


def _bare(text: str) -> str:
    """Give the letters and figures alone; a letter keeps its accents."""
    whole = unicodedata.normalize("NFKC", text).casefold()
    composed = unicodedata.normalize("NFC", whole)
    return "".join(one for one in composed if unicodedata.category(one)[0] in "LNM")
