"""A catalogue speaks its language where it can, and English where it cannot, one message at a time."""

from gettext import c2py

import pytest
from babel import Locale
from babel.messages.plurals import get_plural

from service.foundation.sentence import Sentence
from service.i18n.catalogue import Catalogue, catalogue, plural_forms
from service.i18n.languages import OFFERED

ARABIC = Catalogue(
    "ar",
    {
        ("", "{n} name"): ("لا أسماء", "اسم واحد", "اسمان", "{n} أسماء", "{n} اسمًا", "{n} اسم"),
        ("", "The name"): ("الاسم",),
        ("", "{what} is too long: at most {longest} characters."): ("{what}: {longest}",),
        ("whom the letter is written to", "To"): ("إلى",),
    },
)
FRENCH = Catalogue(
    "fr", {("", "{n} name"): ("{n} nom", "{n} de noms", "{n} noms"), ("", "{who} asks"): ("demande {who}",)}
)


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "لا أسماء"),
        (1, "اسم واحد"),
        (2, "اسمان"),
        (3, "3 أسماء"),
        (10, "10 أسماء"),
        (11, "11 اسمًا"),
        (99, "99 اسمًا"),
        (100, "100 اسم"),
        (1204, "1,204 أسماء"),
    ],
)  # fmt: skip -- one table
def test_arabic_has_six_forms(n: int, said: str) -> None:
    assert ARABIC.say(Sentence("{n} name", "{n} names", n=n)) == said


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "0 nom"),
        (1, "1 nom"),
        (2, "2 noms"),
        (1204, "1\u202f204 noms"),
        (1_000_000, "1\u202f000\u202f000 de noms"),
    ],
)  # fmt: skip -- one table
def test_french_counts_nobody_as_one(n: int, said: str) -> None:
    assert FRENCH.say(Sentence("{n} name", "{n} names", n=n)) == said


def test_a_sentence_within_a_sentence_is_said_in_the_same_language() -> None:
    sentence = Sentence(
        "{what} is too long: at most {longest} characters.", what=Sentence("The name"), longest=2000
    )

    assert ARABIC.say(sentence) == "الاسم: 2,000"


def test_what_a_person_wrote_cannot_turn_the_line_around() -> None:
    assert ARABIC.say(Sentence("{who} asks", who="Noor")) == "\u2068Noor\u2069 asks"
    assert FRENCH.say(Sentence("{who} asks", who="نور")) == "demande \u2068نور\u2069"
    assert FRENCH.say(Sentence("{who} asks", who="{who} %s")) == "demande {who} %s"


def test_the_context_decides_what_is_meant() -> None:
    assert ARABIC.say(Sentence("To", context="whom the letter is written to")) == "إلى"
    assert ARABIC.say(Sentence("To")) == "To"


@pytest.mark.parametrize("value", ["The name", 3, None, ["The name"]])
def test_only_a_sentence_is_translated(value: object) -> None:
    assert ARABIC.say(value) is value


def test_what_is_missing_is_said_in_english() -> None:
    assert ARABIC.say(Sentence("Nobody has translated {this}.", this="it")).endswith(
        " translated \u2068it\u2069."
    )
    assert ARABIC.ngettext("%(num)s row", "%(num)s rows", 1) == "%(num)s row"
    assert ARABIC.ngettext("%(num)s row", "%(num)s rows", 3) == "%(num)s rows"


@pytest.mark.parametrize("tag", ["en", "en-GB", "en-US", "de", ""])
def test_a_language_without_a_catalogue_speaks_english(tag: str) -> None:
    assert catalogue(tag or "en").say(Sentence("Nothing here")) == "Nothing here"


@pytest.mark.parametrize("language", [language.tag for language in OFFERED])
def test_the_forms_are_in_the_order_of_the_files(language: str) -> None:
    tag = language.replace("-", "_")
    forms, written = plural_forms(language), get_plural(tag)

    assert len(forms) == written.num_plurals
    if len(forms) > 1:
        form_of = c2py(written.plural_expr)
        for n in (*range(300), 1_000, 1_000_000, 2_000_000):
            assert forms[form_of(n)] == Locale.parse(tag).plural_form(n)
