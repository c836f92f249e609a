import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.foundation.errors import Refused
from service.i18n.formats import (
    country_name,
    isolate,
    settle_language,
    write_date,
    write_number,
)
from service.i18n.words import (
    count_each,
    count_signatories,
    undersigned,
    withheld,
    words_for,
)

COUNTS = [
    ("en", 0, 0, "no signatories"),
    ("en", 1, 0, "1 organization"),
    ("en", 59, 0, "59 organizations"),
    ("en", 0, 1, "1 individual"),
    ("en", 0, 3, "3 individuals"),
    ("en", 1, 1, "1 organization and 1 individual"),
    ("en", 58, 1, "59 organizations and individuals"),
    ("en", 47, 8, "55 organizations and individuals"),
    ("en", 1200, 34, "1,234 organizations and individuals"),
    ("en-GB", 47, 8, "55 organisations and individuals"),
    ("fr", 0, 0, "aucun signataire"),
    ("fr", 1, 0, "1 organisation"),
    ("fr", 47, 8, "55 organisations et personnes"),
    ("es", 0, 0, "ningún firmante"),
    ("es", 0, 1, "1 persona"),
    ("es", 47, 8, "55 organizaciones y personas"),
    ("ar", 0, 0, "لا موقّعين"),
    ("ar", 1, 0, "منظمة واحدة"),
    ("ar", 2, 0, "منظمتان"),
    ("ar", 3, 0, "3 منظمات"),
    ("ar", 11, 0, "11 منظمة"),
    ("ar", 100, 0, "100 منظمة"),
    ("ar", 1, 1, "منظمة واحدة وفرد واحد"),
    ("ug", 5, 0, "5 تەشكىلات"),
    ("bo", 1, 0, "ཚོགས་པ་ 1"),
    ("zh-Hans", 47, 8, "55 个组织和个人"),
]
BOTH_COUNTS = [
    ("en", 58, 1, "58 organizations and 1 individual"),
    ("en", 1, 4, "1 organization and 4 individuals"),
    ("en", 2, 0, "2 organizations"),
    ("fr", 47, 1, "47 organisations et 1 personne"),
    ("es", 1, 8, "1 organización y 8 personas"),
]
UNDERSIGNED = [
    ("en", 47, 8, "The undersigned 47 organizations and 8 individuals:"),
    ("en", 47, 1, "The undersigned 47 organizations and 1 individual:"),
    ("en", 1, 8, "The undersigned organization and 8 individuals:"),
    ("en", 47, 0, "The undersigned 47 organizations:"),
    ("en", 1, 0, "The undersigned organization:"),
    ("en", 0, 8, "The undersigned 8 individuals:"),
    ("en", 0, 1, "The undersigned individual:"),
    ("en", 0, 0, ""),
    ("en-GB", 2, 0, "The undersigned 2 organisations:"),
    ("fr", 47, 8, "Les 47 organisations et les 8 personnes soussignées\u00a0:"),
    ("fr", 1, 0, "L’organisation soussignée\u00a0:"),
    ("fr", 1, 1, "L’organisation et la personne soussignées\u00a0:"),
    ("es", 47, 1, "Las 47 organizaciones y la persona abajo firmantes:"),
    ("es", 0, 1, "La persona abajo firmante:"),
    ("ar", 2, 3, "المنظمتان الموقّعتان أدناه و3 أفراد:"),
    ("zh-Hans", 2, 1, "以下签署的 2 个组织和 1 名个人："),
]
WITHHELD = [
    ("en", 12, True, "and 12 signatories whose names are withheld for their safety"),
    ("en", 1, True, "and 1 signatory whose name is withheld for their safety"),
    ("en", 12, False, "12 signatories whose names are withheld for their safety"),
    ("en", 0, True, ""),
    ("fr", 1, True, "et 1 signataire dont le nom n’est pas divulgué, pour sa sécurité"),
    ("es", 2, True, "y 2 firmantes cuyos nombres se reservan por su seguridad"),
]
DATES = [
    ("en", date(2026, 12, 7), "December 7, 2026"),
    ("en-GB", date(2026, 12, 7), "7 December 2026"),
    ("fr", date(2026, 12, 7), "7 décembre 2026"),
    ("fr", date(2026, 12, 1), "1er décembre 2026"),
    ("fr", date(2026, 12, 11), "11 décembre 2026"),
    ("es", date(2026, 12, 7), "7 de diciembre de 2026"),
]
COUNTRIES = [
    ("TW", "en", "Taiwan"),
    ("HK", "en-GB", "Hong Kong"),
    ("HK", "fr", "Hong Kong"),
    ("XT", "es", "Tíbet"),
    ("DE", "fr", "Allemagne"),
    ("TW", "zh-Hant", "台灣"),
    ("TW", "zh-TW", "台灣"),
    ("TW", "zh-Hans", "台湾"),
    ("HK", "de", "Hongkong"),
    ("XT", "fa", "تبت"),
    ("XT", "cy", "Tibet"),
    ("DE", "pt-BR", "Alemanha"),
    ("HK", "pt-BR", "Hong Kong"),
    ("QQ", "en", "QQ"),
]
LANGUAGES = [
    ("en", "en"),
    ("en-US", "en"),
    ("EN_gb", "en-GB"),
    (" fr ", "fr"),
    ("zh_hant", "zh-Hant"),
    ("ZH-tw", "zh-TW"),
    ("cy", "cy"),
    ("sr-latn", "sr-Latn"),
]


@pytest.mark.parametrize(("language", "organizations", "individuals", "said"), COUNTS)
def test_one_number_is_right_for_every_mixture(language, organizations, individuals, said):
    assert count_signatories(organizations, individuals, words_for(language)) == said


@pytest.mark.parametrize(("language", "organizations", "individuals", "said"), BOTH_COUNTS)
def test_two_numbers_are_right_for_every_mixture(language, organizations, individuals, said):
    assert count_each(organizations, individuals, words_for(language)) == said


@pytest.mark.parametrize(("language", "organizations", "individuals", "said"), UNDERSIGNED)
def test_the_line_above_the_names_is_grammatical(language, organizations, individuals, said):
    assert undersigned(organizations, individuals, words_for(language)) == said


@pytest.mark.parametrize(("language", "number", "after_names", "said"), WITHHELD)
def test_those_without_a_name_are_counted_in_words(language, number, after_names, said):
    assert withheld(number, words_for(language), after_names=after_names) == said


@pytest.mark.parametrize(("language", "day", "written"), DATES)
def test_a_date_is_written_as_the_language_does(language, day, written):
    assert write_date(day, language) == written


@pytest.mark.parametrize(("code", "language", "name"), COUNTRIES)
def test_a_country_has_its_plain_name(code, language, name):
    assert country_name(code, language) == name


@pytest.mark.parametrize(("tag", "language"), LANGUAGES)
def test_a_language_is_known_by_its_tags(tag, language):
    assert settle_language(tag) == language


@given(st.text(max_size=40) | st.from_regex(r"[A-Za-z_]{1,9}(-[A-Za-z0-9]{1,8}){0,4}", fullmatch=True))
def test_whatever_is_written_for_a_language_is_known_or_refused(tag):
    with contextlib.suppress(Refused):
        assert settle_language(tag) == settle_language(settle_language(tag))


@pytest.mark.parametrize("tag", ["", "xx", "ug-Latn", "english", "x-own", "{0.__class__}", "en" * 20])
def test_a_tag_that_nobody_knows_is_refused_in_one_sentence(tag):
    with pytest.raises(Refused, match="like fa, zh-Hant or pt-BR"):
        settle_language(tag)


def test_only_a_foreign_direction_is_isolated():
    assert isolate("River Watch", within="en") == "River Watch"
    assert isolate("བོད་", within="en") == "བོད་"
    assert isolate("ئۇيغۇر (U)", within="en") == "\u2068ئۇيغۇر (U)\u2069"
    assert isolate("שלום", within="he") == "שלום"
    assert isolate("River שלום", within="he") == "\u2068River שלום\u2069"
    assert isolate("+1 202 555 0100", within="he") == "\u2068+1 202 555 0100\u2069"
    assert isolate("+1 202 555 0100", within="en") == "+1 202 555 0100"
    assert isolate("2030", within="he") == "2030"


def test_numbers_have_the_separators_of_the_language():
    assert write_number(1204, "en") == "1,204"
    assert write_number(1204, "fr") == "1\u202f204"
