"""How a language says with whom somebody has signed: "58 other organizations and individuals"."""

from dataclasses import dataclass, replace

from service.i18n.formats import Noun, count, write_number
from service.i18n.languages import find_offered


@dataclass(frozen=True, kw_only=True)
class _Others:
    """Counted nouns as they stand after "along with"; `both` holds {n} and is said of three or more."""

    organizations: Noun
    individuals: Noun
    other_organizations: Noun
    other_individuals: Noun
    both: str
    joined: str
    asks: str


_ENGLISH = _Others(
    organizations=Noun(one="one organization", other="{n} organizations"),
    individuals=Noun(one="one individual", other="{n} individuals"),
    other_organizations=Noun(one="one other organization", other="{n} other organizations"),
    other_individuals=Noun(one="one other individual", other="{n} other individuals"),
    both="{n} other organizations and individuals",
    joined="{first} and {second}",
    asks="; ",
)
_BRITISH = replace(
    _ENGLISH,
    organizations=Noun(one="one organisation", other="{n} organisations"),
    other_organizations=Noun(one="one other organisation", other="{n} other organisations"),
    both="{n} other organisations and individuals",
)
_FRENCH = _Others(
    organizations=Noun(one="une organisation", other="{n} organisations"),
    individuals=Noun(one="une personne", other="{n} personnes"),
    other_organizations=Noun(one="une autre organisation", other="{n} autres organisations"),
    other_individuals=Noun(one="une autre personne", other="{n} autres personnes"),
    both="{n} autres organisations et personnes",
    joined="{first} et {second}",
    asks="\u202f; ",
)
_SPANISH = _Others(
    organizations=Noun(one="una organización", other="{n} organizaciones"),
    individuals=Noun(one="una persona", other="{n} personas"),
    other_organizations=Noun(one="otra organización", other="otras {n} organizaciones"),
    other_individuals=Noun(one="otra persona", other="otras {n} personas"),
    both="otras {n} organizaciones y personas",
    joined="{first} y {second}",
    asks="; ",
)
# These four were made by a machine: a native reader has to look at them. The Arabic nouns are in the genitive.
_ARABIC = _Others(
    organizations=Noun(one="منظمة واحدة", two="منظمتين", few="{n} منظمات", other="{n} منظمة"),
    individuals=Noun(one="فرد واحد", two="فردين", few="{n} أفراد", other="{n} فردًا"),
    other_organizations=Noun(
        one="منظمة أخرى", two="منظمتين أخريين", few="{n} منظمات أخرى", other="{n} منظمة أخرى"
    ),
    other_individuals=Noun(one="فرد آخر", two="فردين آخرين", few="{n} أفراد آخرين", other="{n} فردًا آخر"),
    both="{n} من المنظمات والأفراد الآخرين",
    joined="{first} و{second}",
    asks="؛ ",
)
_UYGHUR = _Others(
    organizations=Noun(one="{n} تەشكىلات", other="{n} تەشكىلات"),
    individuals=Noun(one="{n} شەخس", other="{n} شەخس"),
    other_organizations=Noun(one="باشقا {n} تەشكىلات", other="باشقا {n} تەشكىلات"),
    other_individuals=Noun(one="باشقا {n} شەخس", other="باشقا {n} شەخس"),
    both="باشقا {n} تەشكىلات ۋە شەخس",
    joined="{first} ۋە {second}",
    asks="؛ ",
)
_TIBETAN = _Others(
    organizations=Noun(one="ཚོགས་པ་ {n}", other="ཚོགས་པ་ {n}"),
    individuals=Noun(one="མི་སྒེར་ {n}", other="མི་སྒེར་ {n}"),
    other_organizations=Noun(one="ཚོགས་པ་གཞན་ {n}", other="ཚོགས་པ་གཞན་ {n}"),
    other_individuals=Noun(one="མི་སྒེར་གཞན་ {n}", other="མི་སྒེར་གཞན་ {n}"),
    both="ཚོགས་པ་དང་མི་སྒེར་གཞན་བསྡོམས་ {n}",
    joined="{first} དང་ {second}",
    asks="༏ ",
)
_CHINESE = _Others(
    organizations=Noun(one="{n} 个组织", other="{n} 个组织"),
    individuals=Noun(one="{n} 名个人", other="{n} 名个人"),
    other_organizations=Noun(one="其他 {n} 个组织", other="其他 {n} 个组织"),
    other_individuals=Noun(one="其他 {n} 名个人", other="其他 {n} 名个人"),
    both="其他 {n} 个组织和个人",
    joined="{first}和{second}",
    asks="；",
)
_OTHERS = {
    "en": _ENGLISH,
    "en-GB": _BRITISH,
    "fr": _FRENCH,
    "es": _SPANISH,
    "ar": _ARABIC,
    "ug": _UYGHUR,
    "bo": _TIBETAN,
    "zh-Hans": _CHINESE,
}


def count_others(organizations: int, individuals: int, language: str, *, of_organization: bool) -> str:
    """Say with how many an organization, or else a person, has signed; empty where there is nobody else.

    The numbers are without that signatory. Only what is of its own kind, or of both kinds, is "other".
    """
    words = _OTHERS[language]
    alike = words.other_organizations if of_organization else words.organizations
    people = words.individuals if of_organization else words.other_individuals
    first, second = count(organizations, alike, language), count(individuals, people, language)
    if not first or not second:
        return first or second
    if organizations + individuals == 2:
        return words.joined.format(first=first, second=second)
    return words.both.format(n=write_number(organizations + individuals, language))


def join_asks(asks: tuple[str, ...], language: str) -> str:
    """Put asks of a letter behind one another, as the language parts the members of a list; its tag may be any."""
    known = language if language in _OTHERS else find_offered(language)
    return _OTHERS.get(known, _ENGLISH).asks.join(asks)
