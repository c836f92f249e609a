"""To which of the houses that take petitions a letter is written, read in the names of its addressees (pure)."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from service.delivery.refusing import australia, bundestag, canada, eu_petition, uk_commons
from service.letter.edition import Office

# Who writes to one member, or to several by name, does not write to the house.
_MEMBER = re.compile(
    r"\b(?:members? of|mitglied(?:er)?|mdb|meps?|mps?|(?:euro)?d[eé]put[eé]e?s?|eurodiputad[oa]s?|diputad[oa]s?)\b"
)
_PARLIAMENT = (
    "european parliament",
    "europäisches parlament",
    "europäischen parlament",
    "parlement européen",
    "parlamento europeo",
    "parlamento europeu",
    "europees parlement",
    "parlament europejski",
)
_CANADIAN = (
    "house of commons",
    "chambre des communes",
    "government of canada",
    "gouvernement du canada",
    "prime minister",
    "premier ministre",
    "première ministre",
)
_MINISTER = re.compile(r"\bminist(?:er|re)\b")


def houses_addressed(offices: Iterable[Office]) -> frozenset[str]:
    """Give the ways, by their names, to whose house a letter is written; offices that get a copy do not count.

    A house is known by its own name in an addressee's name, position or office. Where the addressee's country is given
    it must be the house's, as several have a House of Commons.
    """
    addressed = [office for office in offices if office.role == "to"]
    return frozenset(name for name, is_meant in _HOUSES.items() if any(map(is_meant, addressed)))


def _words(office: Office) -> str:
    return " ".join(" ".join((office.name, office.position, office.office)).casefold().split())


def _is_house(office: Office, *, country: str, names: tuple[str, ...]) -> bool:
    words = _words(office)
    if _MEMBER.search(words) or (country and office.country.upper() not in {"", country}):
        return False
    return any(name in words for name in names)


def _is_commons(office: Office) -> bool:
    # Without its country it could be that of Canada.
    is_told = office.country.upper() == "GB" or "united kingdom" in _words(office)
    return is_told and _is_house(office, country="", names=("house of commons",))


def _is_canadian(office: Office) -> bool:
    """Tell whether it is the House, the Government, a Minister or a Member: all of these may be petitioned there."""
    words = _words(office)
    if office.country.upper() != "CA":
        return False
    named = any(name in words for name in _CANADIAN) or _MEMBER.search(words) is not None
    # A province has ministers, too.
    return named or ("canada" in words and _MINISTER.search(words) is not None)


_HOUSES: Mapping[str, Callable[[Office], bool]] = {
    eu_petition.NAME: partial(_is_house, country="", names=_PARLIAMENT),
    bundestag.NAME: partial(_is_house, country="DE", names=("bundestag",)),
    uk_commons.NAME: _is_commons,
    canada.NAME: _is_canadian,
    australia.NAME: partial(_is_house, country="AU", names=("house of representatives",)),
}
