"""The fixed words of letters: whole in every language, right in every plural, and never more than words."""

import itertools
import re
import tomllib

import pytest
from babel import Locale

from service.foundation.errors import Refused
from service.i18n.enclosure_words import enclosure_line, enclosures_label
from service.i18n.formats import own_digits, script_of, write_number
from service.i18n.supplement_words import addendum_name
from service.i18n.words import (
    COUNTED,
    FOLDER,
    FORMS,
    KEYS,
    Noun,
    comma_between,
    count_each,
    count_signatories,
    delivery_line,
    fill_in,
    flat,
    missing_words,
    places_of,
    shipped_languages,
    undersigned,
    withheld,
    words_for,
    words_or_english,
)
from service.i18n.words_to_fill import words_to_fill
from service.letter.fonts import Fonts

# A language of each way to form plurals, and every one whose forms were written by hand: the noun in all its forms.
ORGANIZATIONS = {
    "en": {1: "1 organization", 2: "2 organizations"},
    "ru": {
        1: "1 организация",
        2: "2 организации",
        5: "5 организаций",
        11: "11 организаций",
        21: "21 организация",
    },
    "uk": {1: "1 організація", 3: "3 організації", 12: "12 організацій", 22: "22 організації"},
    "pl": {
        1: "1 organizacja",
        4: "4 organizacje",
        5: "5 organizacji",
        21: "21 organizacji",
        22: "22 organizacje",
    },
    "ar": {1: "منظمة واحدة", 2: "منظمتان", 3: "3 منظمات", 11: "11 منظمة", 100: "100 منظمة"},
    "he": {1: "ארגון אחד", 2: "שני ארגונים", 3: "3 ארגונים"},
    "fa": {1: "۱ سازمان", 12: "۱۲ سازمان"},
    "ja": {1: "1 団体", 2: "2 団体"},
    "sw": {1: "shirika 1", 2: "mashirika 2"},
    "my": {3: "အဖွဲ့အစည်း ၃ ခု"},
}
TOGETHER = [
    ("ru", 21, 1, "22 организации и частных лица"),
    ("pl", 4, 1, "5 organizacji i osób"),
    ("he", 1, 1, "ארגון אחד ויחיד אחד"),
    ("fa", 47, 8, "۵۵ سازمان و شخص"),
    ("zh-Hant", 0, 0, "無簽署者"),
    ("de", 0, 3, "3 Einzelpersonen"),
]
ABOVE_NAMES = [
    ("ru", 2, 5, "Нижеподписавшиеся: 2 организации и 5 частных лиц."),
    ("de", 1, 1, "Die unterzeichnende Organisation und 1 Einzelperson:"),
    ("it", 1, 0, "L’organizzazione firmataria:"),
    ("pt-BR", 3, 0, "As 3 organizações abaixo assinadas:"),
    ("he", 0, 1, "היחיד החתום מטה:"),
    ("fa", 47, 8, "۴۷ سازمان امضاکننده\u200cی زیر و ۸ شخص:"),
    ("ja", 3, 2, "下記署名の 3 団体および個人 2 名："),
    ("th", 0, 4, "บุคคลผู้ลงนามท้ายนี้ 4 คน ได้แก่"),
]
WELSH = flat(
    {key: " ".join(["Cymraeg", *(f"{{{place}}}" for place in sorted(places_of(key)))]) for key in KEYS}
)


@pytest.mark.parametrize("language", shipped_languages())
def test_every_shipped_language_has_every_word_and_its_places(language):
    words = words_for(language)

    for key in KEYS:
        word = getattr(words, key)
        forms = (
            [form for name in FORMS if (form := getattr(word, name))] if isinstance(word, Noun) else [word]
        )
        whole = word.other if isinstance(word, Noun) else word
        assert (key in COUNTED) is isinstance(word, Noun)
        assert all(form.strip() for form in forms), key
        assert fill_in(whole, **dict.fromkeys(places_of(key), "•")).count("•") >= len(places_of(key)), key
        assert "{" not in fill_in("".join(forms), **dict.fromkeys(places_of(key), "")), key


@pytest.mark.parametrize("language", shipped_languages())
def test_a_word_with_plural_forms_has_every_form_that_a_number_reaches(language):
    words = words_for(language)
    rule = Locale.parse(language, sep="-").plural_form
    reached = {rule(number) for number in itertools.chain(range(1, 130), (1000, 1001))} - {"many", "zero"}

    for key in COUNTED:
        noun = getattr(words, key)
        given = {form for form in FORMS if getattr(noun, form)}
        # The number goes without saying, or the word never changes beside it.
        assert given == {"other"} or reached <= given, key


@pytest.mark.parametrize("language", shipped_languages())
def test_a_file_of_words_says_who_has_reviewed_it_and_holds_nothing_unknown(language):
    text = (FOLDER / f"{language}.toml").read_text()

    assert text.startswith("# ")
    assert language in {"en", "en-GB"} or "to be reviewed by a native reader" in text.partition("\n")[0]
    assert {line.partition(" = ")[0] for line in text.splitlines() if line and line[0] != "#"} <= set(KEYS)


@pytest.mark.parametrize("language", shipped_languages())
def test_the_fonts_of_the_image_have_every_letter_of_our_words(language):
    fonts = Fonts()
    words = words_for(language)
    said = [str(getattr(words, key)) for key in KEYS]

    assert [text for text in (*said, own_digits("0123456789", language)) if fonts.missing(text)] == []


@pytest.mark.parametrize(("language", "forms"), ORGANIZATIONS.items())
def test_a_count_has_the_form_that_the_language_wants(language, forms):
    words = words_for(language)

    assert {number: count_each(number, 0, words) for number in forms} == forms


@pytest.mark.parametrize(("language", "organizations", "individuals", "said"), TOGETHER)
def test_a_mixture_is_counted_in_every_kind_of_language(language, organizations, individuals, said):
    assert count_signatories(organizations, individuals, words_for(language)) == said


@pytest.mark.parametrize(("language", "organizations", "individuals", "said"), ABOVE_NAMES)
def test_the_line_above_the_names_is_a_sentence_of_its_language(language, organizations, individuals, said):
    assert undersigned(organizations, individuals, words_for(language)) == said


def test_what_is_near_a_shipped_language_has_its_words():
    assert words_for("zh-TW").cc == words_for("zh-Hant").cc != words_for("zh-Hans").cc
    assert words_for("zh").cc == words_for("zh-Hans").cc
    assert words_for("fr-CA").re == words_for("fr").re
    assert words_for("pt-BR").contact == "Contato:"
    assert words_for("pt-BR").notes == words_for("pt").notes
    assert words_for("de-AT").page == "Seite {page} von {pages}"


@pytest.mark.parametrize("tag", ["cy", "sr", "kk-Arab", "az"])
def test_a_language_without_words_is_refused_with_those_that_are_missing(tag):
    with pytest.raises(Refused, match="need words of their own") as refusal:
        words_for(tag)

    assert "undersigned_organizations" in str(refusal.value)
    assert "comma" not in str(refusal.value)
    assert words_or_english(tag).re == "Re:"


def test_a_language_may_bring_all_its_words():
    assert missing_words("cy", WELSH) == ()
    assert withheld(3, words_for("cy", WELSH), after_names=True) == "Cymraeg 3"


def test_words_that_are_given_take_the_place_of_ours_in_all_their_forms():
    given = flat({"undersigned_organizations": "Endorsed by {n} organizations", "re": "Subject:"})
    words = words_for("en", given)

    assert (words.re, words.cc) == ("Subject:", "cc:")
    assert undersigned(1, 0, words) == "Endorsed by 1 organizations:"
    assert words_for("en").re == "Re:"


def test_words_cannot_reach_what_they_are_filled_with():
    assert fill_in("{n.__class__} {n!r} {other} {n}", n="5") == "{n.__class__} {n!r} {other} 5"


def test_names_are_parted_by_the_comma_of_their_script():
    assert words_for("ar").comma == "، "
    assert words_for("ja").comma == "、"
    assert words_for("zh-Hant").brackets == "（{inside}）"
    assert comma_between(["Mo Ntana", "Minister"], words_for("ar")) == ", "
    assert comma_between(["Mo Ntana", "وزير"], words_for("ar")) == "، "


def test_a_letter_says_how_it_comes():
    assert delivery_line(["email", "post"], words_for("fr")) == "Par courriel et courrier"
    assert delivery_line(["hand"], words_for("he")) == "באמצעות מסירה ביד"
    assert delivery_line([], words_for("en")) == ""


def test_numbers_have_the_digits_of_the_language():
    assert [write_number(1204, language) for language in ("fa", "ne", "my", "ar", "hi")] == [
        "۱٬۲۰۴",
        "१,२०४",
        "၁,၂၀၄",
        "1,204",
        "1,204",
    ]


def test_a_script_is_that_of_the_tag_or_the_usual_one():
    scripts = {
        "ug": "Arab",
        "zh-TW": "Hant",
        "zh-Hans": "Hans",
        "sr-Latn": "Latn",
        "ku": "Latn",
        "ckb": "Arab",
    }

    assert {tag: script_of(tag) for tag in scripts} == scripts


def test_whoever_speaks_a_language_gets_the_table_of_what_it_lacks():
    welsh = tomllib.loads(words_to_fill("cy"))["letter"]["words"]

    assert set(welsh) == set(missing_words("cy"))
    assert set(welsh["more"]) == set(FORMS)
    assert all(set(forms.values()) == {""} if key in COUNTED else forms == "" for key, forms in welsh.items())
    assert 'page = ""  # "Page {page} of {pages}"' in words_to_fill("cy")


def test_whoever_has_words_gets_them_to_be_changed():
    told = words_to_fill("ru")

    assert tomllib.loads(told)["letter"]["words"] == {}
    uncommented = tomllib.loads(re.sub(r"^# (?=\w+ = )", "", told, flags=re.MULTILINE))
    assert words_for("ru", flat(uncommented["letter"]["words"])) == words_for("ru")


def test_what_is_enclosed_is_listed_in_the_forms_of_the_language():
    assert [enclosures_label(number, words_for("pl")) for number in (0, 1, 3)] == [
        "",
        "Załącznik:",
        "Załączniki:",
    ]
    assert enclosure_line("Dams", 12, words_for("he")) == "\u2068Dams\u2069 (PDF, 12 עמודים)"
    assert enclosure_line("水坝", 1, words_for("zh-Hans")) == "水坝（PDF，1 页）"
    assert enclosure_line("Cases", 5, words_for("ru")) == "Cases (PDF, 5 страниц)"


@pytest.mark.parametrize("language", shipped_languages())
def test_an_addendum_has_a_name_of_its_own(language):
    name = addendum_name(2, words_for(language))

    assert write_number(2, language) in name
    assert name[-1] not in " :：-"
    assert "{" not in name
