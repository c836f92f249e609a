"""How a language writes dates, numbers, countries and counts of signatories."""

import functools
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from service.foundation.errors import Refused

SUPPORTED = ("en", "en-GB", "fr", "es")
"""The languages that letters are made in; the interface speaks more (service/i18n/languages.py)."""

# American English is what "en" already writes.
_ALSO_CALLED = {"en-us": "en"}
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_LEFT_TO_RIGHT = frozenset({"L"})
_PARAMETER = re.compile(r"\{n\}")
FSI, PDI = "\u2068", "\u2069"


@dataclass(frozen=True, kw_only=True)
class Noun:
    """A noun that can be counted: `none` is the whole phrase for nobody, the others hold {n}.

    `two` and `few` are for languages whose plural has more forms (CLDR plural rules); `many` is for all the rest.
    """

    none: str
    one: str
    many: str
    two: str = ""
    few: str = ""


@dataclass(frozen=True, kw_only=True)
class _Counting:
    signatories: Noun
    organizations: Noun
    individuals: Noun
    both: str
    joined: str


_ENGLISH = _Counting(
    signatories=Noun(none="no signatories", one="{n} signatory", many="{n} signatories"),
    organizations=Noun(none="no organizations", one="{n} organization", many="{n} organizations"),
    individuals=Noun(none="no individuals", one="{n} individual", many="{n} individuals"),
    both="{n} organizations and individuals",
    joined="{first} and {second}",
)
_BRITISH = _Counting(
    signatories=_ENGLISH.signatories,
    organizations=Noun(none="no organisations", one="{n} organisation", many="{n} organisations"),
    individuals=_ENGLISH.individuals,
    both="{n} organisations and individuals",
    joined="{first} and {second}",
)
_FRENCH = _Counting(
    signatories=Noun(none="aucun signataire", one="{n} signataire", many="{n} signataires"),
    organizations=Noun(none="aucune organisation", one="{n} organisation", many="{n} organisations"),
    individuals=Noun(none="aucune personne", one="{n} personne", many="{n} personnes"),
    both="{n} organisations et personnes",
    joined="{first} et {second}",
)
_SPANISH = _Counting(
    signatories=Noun(none="ningún firmante", one="{n} firmante", many="{n} firmantes"),
    organizations=Noun(none="ninguna organización", one="{n} organización", many="{n} organizaciones"),
    individuals=Noun(none="ninguna persona", one="{n} persona", many="{n} personas"),
    both="{n} organizaciones y personas",
    joined="{first} y {second}",
)
_ARABIC = _Counting(
    signatories=Noun(none="لا موقّعين", one="موقّع واحد", two="موقّعان", few="{n} موقّعين", many="{n} موقّعًا"),
    organizations=Noun(
        none="لا منظمات", one="منظمة واحدة", two="منظمتان", few="{n} منظمات", many="{n} منظمة"
    ),
    individuals=Noun(none="لا أفراد", one="فرد واحد", two="فردان", few="{n} أفراد", many="{n} فردًا"),
    both="{n} من المنظمات والأفراد",
    joined="{first} و{second}",
)
_UYGHUR = _Counting(
    signatories=Noun(none="ئىمزا قويغۇچى يوق", one="{n} ئىمزا قويغۇچى", many="{n} ئىمزا قويغۇچى"),
    organizations=Noun(none="تەشكىلات يوق", one="{n} تەشكىلات", many="{n} تەشكىلات"),
    individuals=Noun(none="شەخس يوق", one="{n} شەخس", many="{n} شەخس"),
    both="{n} تەشكىلات ۋە شەخس",
    joined="{first} ۋە {second}",
)
_TIBETAN = _Counting(
    signatories=Noun(none="མིང་རྟགས་འགོད་མཁན་མེད།", one="མིང་རྟགས་འགོད་མཁན་ {n}", many="མིང་རྟགས་འགོད་མཁན་ {n}"),
    organizations=Noun(none="ཚོགས་པ་མེད།", one="ཚོགས་པ་ {n}", many="ཚོགས་པ་ {n}"),
    individuals=Noun(none="མི་སྒེར་མེད།", one="མི་སྒེར་ {n}", many="མི་སྒེར་ {n}"),
    both="ཚོགས་པ་དང་མི་སྒེར་བསྡོམས་ {n}",
    joined="{first} དང་ {second}",
)
_CHINESE = _Counting(
    signatories=Noun(none="无签署者", one="{n} 位签署者", many="{n} 位签署者"),
    organizations=Noun(none="无组织", one="{n} 个组织", many="{n} 个组织"),
    individuals=Noun(none="无个人", one="{n} 名个人", many="{n} 名个人"),
    both="{n} 个组织和个人",
    joined="{first}和{second}",
)
_COUNTING = {
    "en": _ENGLISH,
    "en-GB": _BRITISH,
    "fr": _FRENCH,
    "es": _SPANISH,
    "ar": _ARABIC,
    "ug": _UYGHUR,
    "bo": _TIBETAN,
    "zh-Hans": _CHINESE,
}
TEXTS = tuple(_COUNTING)
"""The languages that a letter's texts may be in: those of letters, and those into which one may be translated."""

# Where the common data names a state's claim or uses two names, a letter uses the plain name of the place.
# XT is one of the codes that ISO 3166-1 leaves to its users.
_COUNTRIES = {
    "en": {
        "CD": "Democratic Republic of the Congo",
        "CG": "Republic of the Congo",
        "HK": "Hong Kong",
        "MM": "Myanmar",
        "MO": "Macau",
        "PS": "Palestine",
        "TW": "Taiwan",
        "XT": "Tibet",
    },
    "fr": {
        "CD": "République démocratique du Congo",
        "CG": "République du Congo",
        "HK": "Hong Kong",
        "MM": "Myanmar",
        "MO": "Macao",
        "PS": "Palestine",
        "TW": "Taïwan",
        "XT": "Tibet",
    },
    "es": {
        "CD": "República Democrática del Congo",
        "CG": "República del Congo",
        "HK": "Hong Kong",
        "MM": "Myanmar",
        "MO": "Macao",
        "PS": "Palestina",
        "TW": "Taiwán",
        "XT": "Tíbet",
    },
    "ar": {
        "CD": "جمهورية الكونغو الديمقراطية",
        "CG": "جمهورية الكونغو",
        "HK": "هونغ كونغ",
        "MM": "ميانمار",
        "MO": "ماكاو",
        "PS": "فلسطين",
        "TW": "تايوان",
        "XT": "التبت",
    },
    "ug": {
        "CD": "كونگو دېموكراتىك جۇمھۇرىيىتى",
        "CG": "كونگو جۇمھۇرىيىتى",
        "HK": "شياڭگاڭ",
        "MM": "بىرما",
        "MO": "ئاۋمېن",
        "PS": "پەلەستىن",
        "TW": "تەيۋەن",
        "XT": "تىبەت",
    },
    "bo": {
        "CD": "ཀོང་གོ་དམངས་གཙོ་སྤྱི་མཐུན་རྒྱལ་ཁབ།",
        "CG": "ཀོང་གོ་སྤྱི་མཐུན་རྒྱལ་ཁབ།",
        "HK": "ཧོང་ཀོང་།",
        "MM": "འབར་མ།",
        "MO": "མེ་ཀའོ།",
        "PS": "ཕ་ལེ་སི་ཐཱན།",
        "TW": "ཐའེ་ཝན།",
        "XT": "བོད།",
    },
    "zh": {
        "CD": "刚果民主共和国",
        "CG": "刚果共和国",
        "HK": "香港",
        "MM": "缅甸",
        "MO": "澳门",
        "PS": "巴勒斯坦",
        "TW": "台湾",
        "XT": "西藏",
    },
}


def settle_language(tag: str) -> str:
    """Give the supported language that a BCP 47 tag means.

    Case does not matter and "en-US" is "en". Raises Refused for a language that letters cannot be in yet.
    """
    wanted = tag.strip().replace("_", "-").lower()
    wanted = _ALSO_CALLED.get(wanted, wanted)
    for language in TEXTS:
        if language.lower() == wanted:
            return language
    raise Refused(f"Letters in the language “{tag}” cannot be made yet: choose one of {', '.join(TEXTS)}.")


@functools.lru_cache(maxsize=64)
def direction(language: str) -> str:
    """Tell whether a language is written "ltr" or "rtl"."""
    return "rtl" if _locale(language).text_direction == "rtl" else "ltr"


def isolate(text: str, *, within: str) -> str:
    """Keep a foreign direction inside a text from moving what stands beside it.

    A text with letters that run against the direction of the language `within` comes back between U+2068 and
    U+2069 (Unicode Bidirectional Algorithm, section 2.4); any other comes back as it is.
    """
    against = _LEFT_TO_RIGHT if direction(within) == "rtl" else _RIGHT_TO_LEFT
    if text.isascii() and against is _RIGHT_TO_LEFT:
        return text
    if any(unicodedata.bidirectional(character) in against for character in text):
        return f"{FSI}{text}{PDI}"
    return text


def write_date(day: date, language: str) -> str:
    """Write a date in full, month spelt out: "December 7, 2026", "7 December 2026", "1er décembre 2026"."""
    written = format_date(day, format="long", locale=_locale(language))
    if language == "fr" and day.day == 1:
        return written.replace("1 ", "1er ", 1)
    return written


def write_number(number: int, language: str) -> str:
    """Write a whole number with the separators of the language: "1,204"."""
    return format_decimal(number, locale=_locale(language))


def country_name(code: str, language: str) -> str:
    """Name a country from its ISO 3166-1 alpha-2 code, in English where the language has no name; unknown ones as given."""
    for tag in (language, "en"):
        reviewed = _COUNTRIES.get(tag.partition("-")[0], {})
        if name := reviewed.get(code) or _locale(tag).territories.get(code):
            return name
    return code


def count_signatories(organizations: int, individuals: int, language: str) -> str:
    """Say how many have signed, in one number: "59 organizations and individuals".

    With none of a kind only the other is named ("3 individuals"), one of each is said as such, and nobody at
    all is "no signatories".
    """
    if not organizations or not individuals or organizations + individuals == 2:
        return count_each(organizations, individuals, language)
    return _fill(_COUNTING[language].both, organizations + individuals, language)


def count_each(organizations: int, individuals: int, language: str) -> str:
    """Say how many of each kind have signed: "58 organizations and 1 individual"."""
    counting = _COUNTING[language]
    if not organizations and not individuals:
        return counting.signatories.none
    if not individuals:
        return count(organizations, counting.organizations, language)
    if not organizations:
        return count(individuals, counting.individuals, language)
    return counting.joined.format(
        first=count(organizations, counting.organizations, language),
        second=count(individuals, counting.individuals, language),
    )


def count(number: int, noun: Noun, language: str) -> str:
    """Say a number of things, with the noun in the form that the language wants."""
    if number == 0:
        return noun.none
    forms = {"one": noun.one, "two": noun.two, "few": noun.few}
    return _fill(forms.get(_locale(language).plural_form(number)) or noun.many, number, language)


def is_one(number: int, language: str) -> bool:
    """Tell whether the language uses the singular for this number (CLDR plural rules)."""
    return _locale(language).plural_form(number) == "one"


def _fill(phrase: str, number: int, language: str) -> str:
    return _PARAMETER.sub(write_number(number, language), phrase)


@functools.lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")
