"""The catalogues have every message of the sources and no other, and no translation changes more than words."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest
from babel.messages.catalog import Message

from service.i18n.catalogue import catalogue_file
from service.i18n.languages import OFFERED
from service.templating import TEMPLATES
from tests.house.catalogues import (
    TEMPLATE,
    in_python,
    read_catalogue,
    translated_languages,
    write_catalogue,
    write_template,
)
from tests.house.repository import files

WRITE_ANEW = "Run `make catalogues`."
A_PLACE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
# A number may go without saying: "one name", "two names".
A_NUMBER = {"num", "n"}
# These say nothing of their own, or only what a letter says in its own language.
WORDLESS = {"letter/blocks.html", "letter/call.html", "letter/letter.html"}
# These files, and mails by their folder, wait for their translation; whoever translates one takes it out.
WAITING: set[str] = set()
A_NAME = {"TXT", "Undersigned"}
A_WORD = r"[^\W\d_]{2,}"
NOT_READ = {"body_class"}
READ_ALOUD = {"alt", "aria-label", "aria-description", "placeholder", "title"}


def test_the_template_has_every_message_and_no_other() -> None:
    assert TEMPLATE.read_text() == write_template(), WRITE_ANEW


@pytest.mark.parametrize("language", translated_languages())
def test_a_catalogue_has_every_message_and_no_other(language: str) -> None:
    assert catalogue_file(language).read_text() == write_catalogue(language), WRITE_ANEW


def test_each_offered_language_has_its_catalogue_and_no_other_lies_about() -> None:
    there = {path.stem for path in files(".po", under="service/i18n/catalogues")}

    assert there == {language.replace("-", "_") for language in translated_languages()}
    assert OFFERED[0].tag not in there


@pytest.mark.parametrize("language", translated_languages())
def test_a_translation_keeps_places_and_markup(language: str) -> None:
    faults = [fault for message in read_catalogue(language) for fault in faults_of(message)]

    assert faults == []


@pytest.mark.parametrize(
    ("message", "translation", "is_faulty"),
    [
        ("{what} is missing.", "Il manque {what}.", False),
        ("{what} is missing.", "Il manque {who}.", True),
        ("{what} is missing.", "Il manque.", True),
        ("From %(coalition)s", "De %(coalition)s", False),
        ("From %(coalition)s", "De %(coalition)", True),
        ("From %(coalition)s", "De %s", True),
        ("Save it all", "100 % sauvé", True),
        ('<a href="%(link)s">Sign</a>', '<a href="%(link)s">Signer</a>', False),
        ('<a href="%(link)s">Sign</a>', '<a href="%(link)s" onclick="x">Signer</a>', True),
        ('<a href="%(link)s">Sign</a>', '<a href="https://evil.example?%(link)s">Signer</a>', True),
        ('<a href="%(link)s">Sign</a>', "Signer %(link)s", True),
        ("<strong>Sign</strong>", "</strong>Signer<strong>", True),
        ("Sign", "<b>Signer</b>", True),
        ("Sign", 'Signer" onclick="x', True),
        ("Sign", "Signer &amp; envoyer", True),
        ("Sign", "Signer\u202e", True),
        ("Sign", " Signer", True),
        (("{n} name", "{n} names"), ("un nom", "{n} de noms", "{n} noms"), False),
        (("%(num)s name", "%(num)s names"), ("un nom", "%(n)s de noms", "%(num)s noms"), True),
        (("{n} of {all} names", "{n} of {all} names"), ("un nom", "{n} noms sur {all}", "{n} noms"), True),
    ],
)
def test_a_faulty_translation_is_found(
    message: str | tuple[str, str], translation: str | tuple[str, ...], *, is_faulty: bool
) -> None:
    assert bool(faults_of(Message(message, translation))) is is_faulty


def faults_of(message: Message) -> list[str]:
    """Say what a translation changes besides words; what is not translated yet has no fault."""
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    forms = [message.string] if isinstance(message.string, str) else list(message.string)
    is_counted = len(sources) > 1
    faults = []
    for form in (form for form in forms if form and message.id):
        optional = A_NUMBER if is_counted else set()
        wanted, got = places(sources[-1]), places(form)
        same_places = got <= wanted and wanted - got <= optional
        # A lone percent sign would be read as a place, and these four would be read as markup.
        same_marks = marks(form) == marks(sources[-1]) and form.count("%") == form.count("%(")
        clean = form == form.strip() and not re.search(
            r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", form
        )
        if not (same_places and same_marks and clean and tags(form) == tags(sources[-1])):
            faults.append(f"{sources[0]} → {form}")
    return faults


def places(words: str) -> set[str]:
    return {"".join(found) for found in A_PLACE.findall(words)}


def marks(words: str) -> Counter[str]:
    return Counter(character for character in words if character in '<>&"')


class Tags(HTMLParser):
    """Notes every tag with its attributes, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, object]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append((tag, "end"))


def tags(words: str) -> list[tuple[str, object]]:
    parser = Tags()
    parser.feed(words)
    parser.close()
    return parser.seen


def test_no_template_says_a_word_that_cannot_be_translated() -> None:
    bare = {name_of(path) for path in files(".html", ".txt", under="templates") if bare_words(path)}
    bare = {name.rpartition("/")[0] if name.startswith("mail/") else name for name in bare}

    assert bare - WAITING == set(), "Put the words of these into {% trans %}."
    assert WAITING - bare == set(), "These have no bare words any more, and wait for nothing."


@pytest.mark.parametrize("name", sorted(WORDLESS))
def test_a_letter_brings_all_its_words(name: str) -> None:
    assert bare_words(TEMPLATES / name) == []


def name_of(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


class Text(HTMLParser):
    """Collects what is read: text, and the attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        # A macro may write attributes that stand in the tag of whoever calls it.
        self.words += re.findall(A_WORD, re.sub(r' [a-z-]+="[^"]*"', "", data))

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in READ_ALOUD:
                self.handle_data(value or "")


def bare_words(path: Path) -> list[str]:
    """Give the words that stand in a template outside of any translation."""
    environment = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    tree = environment.parse(path.read_text())
    for block in tree.find_all(jinja2.nodes.Block):
        block.body = [] if block.name in NOT_READ else block.body
    text = "".join(data.data for data in tree.find_all(jinja2.nodes.TemplateData))
    if path.suffix == ".txt":
        return re.findall(A_WORD, text)
    parser = Text()
    parser.feed(text)
    parser.close()
    return [word for word in parser.words if word not in A_NAME]


def test_the_words_of_a_sentence_are_written_out() -> None:
    for source in ("Sentence(words)", 'Sentence(f"{name} is missing.")', "Sentence()", 'Sentence("a" + b)'):
        with pytest.raises(ValueError, match="write the words"):
            list(in_python(source, "a.py"))


def test_a_sentence_is_found_with_its_plural_its_context_and_its_remark() -> None:
    source = '# translators: a count\nx = Sentence("{n} name", "{n} " "names", n=3)\nSentence("To", context="whom")\n'

    one, other = in_python(source, "a.py")

    assert (one.message, one.plural, one.comments) == ("{n} name", "{n} names", ("translators: a count",))
    assert (other.message, other.plural, other.context) == ("To", "", "whom")
