"""Templates say their words, their sentences and their numbers in the language they are asked for, and escape values."""

import pytest

from service.foundation.sentence import Sentence
from service.i18n.catalogue import Catalogue
from service.templating import _make_environment, render

FRENCH = Catalogue(
    "fr",
    {
        ("", "{what} is missing."): ("Il manque : {what}.",),
        ("", "The name"): ("Le nom",),
        ("", "Refused: %(why)s"): ("Refusé : %(why)s",),
        ("", "%(num)s name & more"): ("%(num)s nom", "%(num)s de noms", "%(num)s noms"),
        ("", "Hello"): ("Bonjour",),
        ("of a letter", "Open"): ("Ouverte",),
    },
)
MISSING = Sentence("{what} is missing.", what=Sentence("The name"))


def fill(source: str, **context: object) -> str:
    """Fill a template of HTML in French."""
    environment = _make_environment(FRENCH)
    environment.autoescape = True
    return environment.from_string(source).render(**context)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ _('Hello') }}", "Bonjour"),
        ("{% trans 'of a letter' %}Open{% endtrans %} {% trans %}Open{% endtrans %}", "Ouverte Open"),
        ("{% trans %}\n   Hello\n{% endtrans %}", "Bonjour"),
        ("{{ why }}", "Il manque : Le nom."),
        ("{% trans %}Refused: {{ why }}{% endtrans %}", "Refusé : Il manque : Le nom."),
        ("{% trans why='<b>' %}Refused: {{ why }}{% endtrans %}", "Refusé : &lt;b&gt;"),
        ("{% macro m(x) %}{{ _('Hello') }} {{ x }}{% endmacro %}{{ m(why) }}", "Bonjour Il manque : Le nom."),
        ("{% trans num=1 %}{{ num }} name & more{% pluralize %}{{ num }} names{% endtrans %}", "1 nom"),
        (
            "{% trans num=1204 %}{{ num }} name & more{% pluralize %}{{ num }} names{% endtrans %}",
            "1\u202f204 noms",
        ),
        ("{% trans why=1204 %}Refused: {{ why }}{% endtrans %}", "Refusé : 1\u202f204"),
        ("{{ language }} {{ direction }} {{ write_number(1204) }}", "fr ltr 1\u202f204"),
        (
            "{% trans %}Nobody knows {{ why }} at 100 %{% endtrans %}",
            "Nobody knows Il manque : Le nom. at 100 %",
        ),
    ],
)  # fmt: skip -- one table
def test_a_template_speaks(source: str, said: str) -> None:
    assert fill(source, why=MISSING) == said


def test_what_a_person_wrote_is_escaped_within_a_sentence() -> None:
    assert fill("{{ why }}", why=Sentence("{what} is missing.", what="<b>")) == "Il manque : &lt;b&gt;."


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Nothing here"), ("en-GB", "Nothing here"), ("fr", "Rien ici"), ("ug", "بۇ يەردە ھېچنېمە يوق")],
)  # fmt: skip -- one table
def test_each_language_has_its_own_environment(language: str, words: str) -> None:
    class Frame:
        language, direction, stylesheet, icon, languages = "", "", "", "", ()

    assert f"<title>{words}</title>" in render("errors/missing.html", language=language, page=Frame())
