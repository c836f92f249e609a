"""What of a letter matters to those who take petitions, and what is read in its words (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.letter.edition import Edition

_LINK = re.compile(r"https?://|www\.\w|\b[a-z0-9-]+\.(?:com|org|net|eu|int|info)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class LetterFacts:
    """One letter as it stands.

    `text` are its words without the names of who signed; `languages` the codes of the text and of its translations, its own
    first. `addressed_to` are the ways (the names in service/delivery/refusing/ways.py) whose house the letter is written to.
    `countries` count its signatories by country (ISO 3166-1 alpha-2). `by_hand` are those who signed with pen on paper that
    bears the text, `with_address` how many of them beside their postal address; `on_first_sheet` how many of them below the
    whole text. `presenter` says that a member of that house has agreed to present it.
    """

    text: str
    languages: tuple[str, ...] = ("en",)
    addressed_to: frozenset[str] = frozenset()
    organizations: int = 0
    people: int = 0
    countries: Mapping[str, int]
    annexes: int = 0
    logos: int = 0
    by_hand: int = 0
    with_address: int = 0
    on_first_sheet: int = 0
    presenter: bool = False

    @property
    def words(self) -> int:
        """How many words it has, as a word processor counts them."""
        return len(self.text.split())

    @property
    def links(self) -> int:
        """How many addresses of the web stand in it, written in full or as a name alone."""
        return sum(1 for word in self.text.split() if _LINK.search(word))

    @property
    def names(self) -> int:
        """How many have signed it, in whichever way."""
        return self.organizations + self.people

    def is_in(self, *languages: str) -> bool:
        """Tell whether its text, or a translation of it, is in one of these languages."""
        return any(language.partition("-")[0].lower() in languages for language in self.languages)

    def says(self, *phrases: str) -> bool:
        """Tell whether its words hold one of these, in whatever letters, and over the end of a line."""
        flat = " ".join(self.text.split()).lower()
        return any(phrase.lower() in flat for phrase in phrases)


def facts_of(edition: Edition, text: str, *, addressed_to: frozenset[str] = frozenset()) -> LetterFacts:
    """Give what an edition says of itself: its sign-ons were all given here, none of them with pen on paper.

    `text` is the letter as plain text without its roll.
    """
    countries: dict[str, int] = {}
    for signatory in edition.roll:
        if signatory.country:
            countries[signatory.country] = countries.get(signatory.country, 0) + 1
    return LetterFacts(
        text=text,
        languages=(edition.text.language, *(other.language for other in edition.other_texts)),
        addressed_to=addressed_to,
        organizations=sum(1 for one in edition.roll if one.kind == "organization"),
        people=sum(1 for one in edition.roll if one.kind == "person"),
        countries=countries,
        annexes=len(edition.annexes),
        logos=len(edition.logos),
    )
