"""What each English message is in the other languages: the catalogues, read at first use."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

from service.foundation.sentence import Sentence, fill
from service.i18n.formats import isolate, write_number
from service.i18n.languages import ENGLISH, find_offered

FOLDER = Path(__file__).resolve().parent / "catalogues"
PLURAL_FORMS = ("zero", "one", "two", "few", "many", "other")
"""The names of the forms (CLDR), in the order in which a catalogue has those that its language uses."""


class Catalogue:
    """The messages of one language; what it lacks is said in English, one message at a time."""

    def __init__(self, language: str, messages: Mapping[tuple[str, str], tuple[str, ...]]) -> None:
        """Keep the translations by context and English message; `language` also says how numbers are written."""
        self.language = language
        self._messages = messages
        self._rule = Locale.parse(language, sep="-").plural_form
        self._forms = plural_forms(language)

    def gettext(self, message: str) -> str:
        """Give a message."""
        return self.pgettext("", message)

    def pgettext(self, context: str, message: str) -> str:
        """Give a message as it is meant in this context."""
        return self._messages.get((context, message), (message,))[0]

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Give a message in the form for this number."""
        return self.npgettext("", one, many, n)

    def npgettext(self, context: str, one: str, many: str, n: int) -> str:
        """Give a message in the form for this number, as it is meant in this context."""
        forms = self._messages.get((context, one))
        if forms is None or len(forms) != len(self._forms):
            return one if n == 1 else many
        return forms[self._forms.index(self._rule(n))]

    def say(self, value: object) -> object:
        """Give a Sentence in this language, and anything else as it is."""
        if not isinstance(value, Sentence):
            return value
        if value.plural:
            words = self.npgettext(value.context, value.message, value.plural, value.values["n"])
        else:
            words = self.pgettext(value.context, value.message)
        return fill(words, {name: self._written(part) for name, part in value.values.items()})

    def numbered(self, value: object) -> object:
        """Give a Sentence in this language, a whole number as it writes them, and anything else as it is."""
        if isinstance(value, int) and not isinstance(value, bool):
            return write_number(value, self.language)
        return self.say(value)

    def _written(self, value: object) -> object:
        said = self.numbered(value)
        return isolate(said, within=self.language) if said is value and isinstance(said, str) else said


@cache
def catalogue(language: str) -> Catalogue:
    """Give the catalogue for a language's tag; one without a catalogue speaks English, and writes numbers its own way."""
    return Catalogue(language, _read(find_offered(language)))


def plural_forms(language: str) -> tuple[str, ...]:
    """Name the plural forms that a language uses, in the order of its catalogue."""
    used = {*Locale.parse(language, sep="-").plural_form.tags, "other"}
    return tuple(form for form in PLURAL_FORMS if form in used)


def catalogue_file(language: str) -> Path:
    """Give the file of an offered language; English has none, for it is what the messages are written in."""
    return FOLDER / f"{language.replace('-', '_')}.po"


def _read(language: str) -> dict[tuple[str, str], tuple[str, ...]]:
    if not language or language.partition("-")[0] == ENGLISH.tag:
        return {}
    with catalogue_file(language).open("rb") as file:
        found = read_po(file, locale=language.replace("-", "_"))
    messages = {}
    for message in found:
        key = message.id if isinstance(message.id, str) else message.id[0]
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        words = tuple(form for form in forms if form)
        # A message without all its forms, or one that a person has marked as doubtful, is said in English.
        if key and len(words) == len(forms) and not message.fuzzy:
            messages[message.context or "", key] = words
    return messages
