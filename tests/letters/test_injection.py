"""What hostile people write into any field of a letter or a roll stands there as the characters it is, in every format."""

import functools
import re

import pytest

from service.foundation.errors import Refused
from service.foundation.written import clean_line
from service.letter.compile import compile_copy
from service.letter.edition import Contact, Office
from service.letter.fonts import Fonts
from tests.corpus.markup import foreign_markup
from tests.corpus.writing import HIDDEN, LITERAL, all_of
from tests.letters.formats import FORMS, compiled_as, said_by, squeeze
from tests.unit.letter.letters import copy_of, make_person, make_signatory, make_text

LINES = tuple(clean_line(text, what="The name") for text in all_of(LITERAL))
PRINTABLE = tuple(text for text in LINES if not Fonts().missing(text))
# Lines of several directions, and clusters of marks, are put together as each reader sees fit.
PLAIN = tuple(
    text
    for text in PRINTABLE
    if not re.search("[\u0300-\u036f\u0590-\u10ff\u1780-\u18af\ufb00-\ufdff]", text)
)
# In a text, these are the coordinator's own means; in a name they are a stranger's words.
WITHOUT_PLACEHOLDERS = tuple(text for text in PLAIN if "((" not in text)
MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


def escaped(text):
    """Write a text so that Markdown takes it for its characters."""
    return MARKDOWN.sub(r"\\\1", text)


def a_roll():
    """Give each text as a name and in every other field of a signatory."""
    rest = len(PLAIN)
    for place, text in enumerate(PRINTABLE):
        one, two, three = (PLAIN[(place + step) % rest] for step in (1, 2, 3))
        if place % 2:
            yield make_person(text, name_latin=one, qualifier=two, position=three, affiliation=one, place=two)
        else:
            people = {"representative_name": two, "representative_title": three}
            yield make_signatory(text, acronym=one, category=three, qualifier=one, through=two, **people)


def a_text():
    """Give each text as a paragraph, an ask, a note, and as part of every line of the letter."""
    line = " ¦ ".join(WITHOUT_PLACEHOLDERS)
    paragraphs = [escaped(text) for text in WITHOUT_PLACEHOLDERS]
    notes = "".join(f"\n\n[^{number}]: {text}" for number, text in enumerate(paragraphs))
    marks = "".join(f"[^{number}]" for number in range(len(paragraphs)))
    return make_text(
        title=line,
        subtitle=line,
        re=line,
        salutation=line,
        closing=line,
        body="\n\n".join(f"- {text}" for text in paragraphs) + f"\n\nNotes{marks}{notes}",
        asks_intro=escaped(line),
        asks=tuple(paragraphs[:40]),
        ending=escaped(line),
        footnotes="endnotes",
    )


def some_offices():
    """Give each text as an office's name, position, address and delivery line."""
    all_ = WITHOUT_PLACEHOLDERS
    yield Office(
        role="to",
        name=all_[0],
        position=all_[1],
        office=all_[2],
        address=all_,
        copy="full",
        delivery_line=all_[3],
    )
    for place in range(0, len(all_) - 2, 3):
        name, position, office = all_[place : place + 3]
        yield Office(role="cc", name=name, position=position, office=office, copy="public")


def some_words():
    """Give the texts as words that a letter brings for what it says by itself."""
    keys = ("cc", "contact", "heading_organizations", "heading_individuals", "identification", "draft")
    parts = {key: " ¦ ".join(PLAIN[place :: len(keys)]) for place, key in enumerate(keys)}
    return tuple(sorted(parts.items()))


@functools.cache
def letter_of(field):
    if field == "roll":
        return copy_of(roll=tuple(a_roll()), show_representative=True, group_by="category")
    if field == "roll, from the right":
        text = make_text(language="fa")
        return copy_of(roll=tuple(a_roll()), show_representative=True, group_by="category", text=text)
    if field == "fixed words":
        return copy_of("full", number=0, text=make_text(words=some_words()))
    if field == "text":
        return copy_of(text=a_text())
    offices = tuple(some_offices())
    contact = Contact(name=PLAIN[0], role=PLAIN[1], email=PLAIN[2], phone=PLAIN[3])
    return copy_of(
        office=offices[0],
        offices=offices,
        coalition=" ¦ ".join(PLAIN),
        letterhead=PLAIN,
        contact=contact,
        event=" ¦ ".join(PLAIN),
        check_at=PLAIN[5],
    )


EXPECTED = {
    "roll": PLAIN,
    "roll, from the right": PLAIN,
    "fixed words": PLAIN,
    "text": WITHOUT_PLACEHOLDERS,
    "offices and head": WITHOUT_PLACEHOLDERS,
}


def form_of(said):
    # How a ligature or a compatibility form is written is the font's; dashes that a line may end with stay.
    return squeeze(said).replace("\u00ad", "")


# The archive holds all that the mail profile does, and the attachment besides.
@pytest.mark.parametrize("form", sorted(set(FORMS) - {"mail"}))
@pytest.mark.parametrize("field", EXPECTED)
def test_hostile_words_stand_as_they_were_written(field, form):
    data = compiled_as(letter_of(field), form)
    said = form_of(said_by(data, form))

    assert [text for text in EXPECTED[field] if form_of(text) not in said] == []
    if form == "html":
        assert foreign_markup(data.decode()) == []


def test_the_corpus_is_large_and_most_of_it_can_be_printed():
    assert len(PLAIN) > 150
    assert len(WITHOUT_PLACEHOLDERS) > 140


@pytest.mark.parametrize("text", sorted(set(LINES) - set(PRINTABLE)))
def test_what_no_font_can_show_is_refused_in_one_sentence(text):
    with pytest.raises(Refused, match="cannot be printed"):
        compile_copy(copy_of(roll=(make_signatory(text),)), form="pdf")


@pytest.mark.parametrize("text", HIDDEN["controls"] + HIDDEN["directions"])
def test_what_nobody_can_see_never_reaches_a_letter(text):
    with pytest.raises(Refused):
        clean_line(text, what="The name")
