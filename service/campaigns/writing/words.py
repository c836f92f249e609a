"""The words of a letter in one language while they are written: taken out of its file, checked, and put back (pure)."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.campaigns.file import CampaignFile
from service.campaigns.file_checks import PLACEHOLDER, PLACEHOLDERS, UNCLOSED
from service.campaigns.file_tables import Letter, Translation, TranslationStatus
from service.campaigns.file_values import LONGEST_ASK, LONGEST_BODY, LONGEST_TITLE
from service.campaigns.text_parts import text_parts
from service.foundation.canonical import digest
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line, clean_text
from service.i18n.own_names import own_name
from service.i18n.words import missing_words
from service.letter.difference import Part
from service.letter.edition import Notes, Text

FOOTNOTES = ("page", "endnotes")
STATUSES = ("courtesy", "authentic")
MOST_ASKS = 60
_LONGEST_LINE = 200

Clean = Callable[[str], str]


@dataclass(frozen=True, kw_only=True, repr=False)
class WrittenText:
    """The words in one language, as somebody writes them; `status` is "" for the letter's own language."""

    language: str
    status: str = ""
    title: str = ""
    subtitle: str = ""
    re: str = ""
    salutation: str = ""
    body: str = ""
    asks_intro: str = ""
    asks: tuple[str, ...] = ()
    ending: str = ""
    closing: str = ""
    footnotes: str = "page"

    @property
    def digest(self) -> str:
        """The SHA-256 by which this very text is known from any other."""
        return digest(dataclasses.asdict(self))

    def as_record(self) -> dict[str, Any]:
        """Give the text as a record for JSON."""
        return dataclasses.asdict(self) | {"asks": list(self.asks)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "WrittenText":
        """Make the same text again from its record."""
        return cls(**{**record, "asks": tuple(record["asks"])})


@dataclass(frozen=True, kw_only=True)
class TextFault:
    """What is wrong in a field of a text; `line` is 0 where the fault is of the whole field."""

    language: str
    field: str
    told: str
    line: int = 0


class FaultyText(Refused):
    """A text that cannot be kept as it is, with everything that is wrong in it."""

    def __init__(self, found: tuple[TextFault, ...]) -> None:
        """Keep the faults."""
        super().__init__(Sentence("The text was not saved: something in it has to be mended first."))
        self.found = found


@dataclass(frozen=True, kw_only=True)
class _Field:
    what: Sentence
    clean: Clean
    missing: str = ""


def _line(what: Sentence, longest: int, missing: str = "") -> _Field:
    return _Field(what=what, clean=lambda text: clean_line(text, what=what, longest=longest), missing=missing)


def _text(what: Sentence, longest: int, missing: str = "") -> _Field:
    return _Field(what=what, clean=lambda text: clean_text(text, what=what, longest=longest), missing=missing)


FIELDS: Mapping[str, _Field] = {
    "title": _line(Sentence("The title"), LONGEST_TITLE, Sentence("Write the title of the letter.")),
    "subtitle": _line(Sentence("The subtitle"), LONGEST_TITLE),
    "re": _line(Sentence("The subject line"), LONGEST_TITLE),
    "salutation": _line(
        Sentence("The salutation"),
        _LONGEST_LINE,
        Sentence("Write the salutation, like “Dear President Example,”."),
    ),
    "body": _text(Sentence("The text"), LONGEST_BODY, Sentence("Write the text of the letter.")),
    "asks_intro": _text(Sentence("The words before the requests"), LONGEST_ASK),
    "ending": _text(Sentence("The ending"), LONGEST_BODY),
    "closing": _line(Sentence("The closing words"), _LONGEST_LINE),
}
"""Each field of a text but the requests, in the order of the letter."""
_ASK = _text(
    Sentence("The request"),
    LONGEST_ASK,
    Sentence("Write this request, or remove it."),
)


def languages_of(file: CampaignFile) -> tuple[str, ...]:
    """Give the languages of a letter, its own first."""
    return (file.language, *(one.language for one in file.letter.translations))


def text_of(file: CampaignFile, language: str) -> WrittenText | None:
    """Give the words of a letter in one of its languages."""
    if language == file.language:
        return _written(file.letter, language=language, footnotes=file.letter.footnotes)
    found = next((one for one in file.letter.translations if one.language == language), None)
    return _written(found, language=language, status=found.status) if found else None


def letter_source(file: CampaignFile, text: WrittenText) -> Text:
    """Give a text as the letter's craft takes it, faulty or not, with the fixed words that its file brings."""
    own = _words_of(file, text.language)
    given = {name: getattr(text, name) for name in FIELDS}
    chosen = file.letter.footnotes if text.status else text.footnotes
    notes: Notes = "endnotes" if chosen == "endnotes" else "page"
    return Text(language=text.language, asks=text.asks, footnotes=notes, words=own, **given)


def parts_of(text: WrittenText) -> tuple[Part, ...]:
    """Give a text in parts that can be held beside those of another (service/letter/difference.py)."""
    record = {name: getattr(text, name).strip() for name in FIELDS}
    words = {**record, "asks": list(text.asks), "language": text.language, "date": ""}
    return tuple(part for part in text_parts({"letter": [words]}) if part.paragraphs)


def file_with(file: CampaignFile, texts: Iterable[WrittenText]) -> CampaignFile:
    """Give the file with these texts in place of its own, each in its language; one in a new language is added.

    What holds for a file that is loaded holds here: raises FaultyText with everything that is wrong.
    """
    written = {text.language: text for text in texts}
    faults: list[TextFault] = []
    clean = {language: _clean(file, text, faults) for language, text in written.items()}
    asks = clean[file.language].asks if file.language in clean else file.letter.asks
    others = [_translation(one, clean.get(one.language)) for one in file.letter.translations]
    known = set(languages_of(file))
    others += [_made(text) for language, text in clean.items() if language not in known] if not faults else []
    faults += [
        _uneven(one.language, len(one.asks), len(asks)) for one in others if len(one.asks) != len(asks)
    ]
    if faults:
        raise FaultyText(tuple(faults))
    own = clean.get(file.language)
    letter = replace(file.letter, translations=tuple(others))
    if own is not None:
        letter = replace(
            letter, **_values(own), footnotes="endnotes" if own.footnotes == "endnotes" else "page"
        )
    return replace(file, letter=letter)


def file_without(file: CampaignFile, language: str) -> CampaignFile:
    """Give the file without its translation into a language."""
    kept = tuple(one for one in file.letter.translations if one.language != language)
    return replace(file, letter=replace(file.letter, translations=kept))


def is_only_uneven(fault: FaultyText, *, language: str) -> bool:
    """Tell whether all that is wrong with a text is how many requests the other languages have."""
    return all(one.field == "asks" and one.language != language for one in fault.found)


def _words_of(file: CampaignFile, language: str) -> tuple[tuple[str, str], ...]:
    if language == file.language:
        return file.letter.words
    return next((one.words for one in file.letter.translations if one.language == language), ())


def _written(
    words: Letter | Translation, *, language: str, footnotes: str = "page", status: str = ""
) -> WrittenText:
    given: dict[str, Any] = {name: getattr(words, name) for name in FIELDS}
    return WrittenText(language=language, status=status, asks=tuple(words.asks), footnotes=footnotes, **given)


def _clean(file: CampaignFile, text: WrittenText, faults: list[TextFault]) -> WrittenText:
    has_event = bool(file.event and file.event.name)

    def checked(name: str, one: _Field, written: str) -> str:
        told = list(_faults_of(one, written, has_event=has_event))
        faults.extend(
            TextFault(language=text.language, field=name, told=said, line=line) for said, line in told
        )
        return one.clean(written) if not told else ""

    given: dict[str, Any] = {name: checked(name, one, getattr(text, name)) for name, one in FIELDS.items()}
    asks = tuple(checked(f"ask-{place}", _ASK, ask) for place, ask in enumerate(text.asks, start=1))
    if text.language not in languages_of(file) and missing_words(text.language):
        told = Sentence(
            "Letters in this language need fixed words of their own, such as “Page 2 of 5”; they can come with a"
            " campaign file only: write to whoever runs this service."
        )
        faults.append(TextFault(language=text.language, field="language", told=told))
    return replace(text, asks=asks, **given)


def _faults_of(one: _Field, written: str, *, has_event: bool) -> Iterator[tuple[str, int]]:
    try:
        text = one.clean(written)
    except Refused as refusal:
        yield str(refusal), 0
        return
    if one.missing and not text:
        yield one.missing, 0
    for match in PLACEHOLDER.finditer(text):
        told = _told_of(match[1], written=match[0], has_event=has_event)
        if told:
            yield told, _line_of(written, match[0])
    for match in UNCLOSED.finditer(PLACEHOLDER.sub("", text)):
        told = Sentence("A placeholder is not closed: write {written}.", written=f"(({match[1]}))")
        yield told, _line_of(written, match[0])


def _told_of(name: str, *, written: str, has_event: bool) -> str:
    if name == "event" and not has_event:
        return Sentence(
            "The letter has no event, so ((event)) stands for nothing: name the event, or take it out."
        )
    if name in PLACEHOLDERS:
        return ""
    known = ", ".join(f"(({one}))" for one in PLACEHOLDERS)
    return Sentence("{written} stands for nothing: use one of {known}.", written=written, known=known)


def _line_of(written: str, found: str) -> int:
    whole = written.replace("\r\n", "\n")
    return whole.count("\n", 0, max(whole.find(found), 0)) + 1


def _uneven(language: str, number: int, wanted: int) -> TextFault:
    told = Sentence(
        "In each language the letter has the same number of requests: there are {wanted}, and {number} in {language}.",
        wanted=wanted,
        number=number,
        language=own_name(language),
    )
    return TextFault(language=language, field="asks", told=told)


def _values(text: WrittenText) -> dict[str, Any]:
    return {name: getattr(text, name) for name in FIELDS} | {"asks": text.asks}


def _translation(present: Translation, text: WrittenText | None) -> Translation:
    if text is None:
        return present
    # Faulty words are told of by the caller; the checks of the table would only stop at the first.
    return replace(present, **_safe(text), status="authentic" if text.status == "authentic" else "courtesy")


def _made(text: WrittenText) -> Translation:
    status: TranslationStatus = "authentic" if text.status == "authentic" else "courtesy"
    return Translation(language=text.language, status=status, **_values(text))


def _safe(text: WrittenText) -> dict[str, Any]:
    values = _values(text)
    for name in ("title", "salutation", "body"):
        values[name] = values[name] or "–"
    return values | {"asks": tuple(ask or "–" for ask in text.asks)}
