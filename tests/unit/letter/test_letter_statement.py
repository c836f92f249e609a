import io

import docx
import pytest
import time_machine
from docx.enum.text import WD_ALIGN_PARAGRAPH
from hypothesis import given
from hypothesis import strategies as st

from service.foundation.errors import Refused
from service.letter.headed import Headed
from service.letter.render_statement import Look, render_statement
from service.letter.statement import count_words, make_statement
from tests.unit.letter.word_file import W, parts_of, said_in, xml_of

HEAD = Headed(
    language="en",
    direction="ltr",
    coalition="River Watch",
    day="2027-01-15",
    title="The right to clean water",
)
TEXT = """The river is *ill*, and **five** peoples drink of it.[^1]

## What was promised

We recall [the report](https://basin.example/a).[^2] Again.[^1]

- one thing
- another

> A river knows no border.

### What we ask

Act.

[^1]: Basin Commission, *Annual Report*.
[^2]: Ibid., with [a link](https://note.example/).
"""
PLAIN, OLDER = Look(), Look(text=12, title=14, is_plain=False, pages=True)


def statement(text=TEXT, title_note="Lake Alliance also shares the views.", **head):
    return make_statement(
        text,
        Headed(**{**{name: getattr(HEAD, name) for name in HEAD.__dataclass_fields__}, **head}),
        front=("Agenda item: 4", "Submitted by: River Watch"),
        title_note=title_note,
    )


def word(look=PLAIN, **other):
    return render_statement(statement(**other), look)


def read(data):
    return docx.Document(io.BytesIO(data))


def test_two_days_give_the_same_bytes():
    with time_machine.travel("2027-03-01"):
        first = word()
    with time_machine.travel("2031-08-09"):
        assert word() == first


def test_another_reader_finds_title_front_and_paragraphs():
    # python-docx leaves out what stands in a field, which is the second mark of a note.
    found = [(one.style.name, one.text) for one in read(word()).paragraphs]

    assert found == [
        ("Title", "The right to clean water"),
        ("Front", "Agenda item: 4"),
        ("Front", "Submitted by: River Watch"),
        ("Ask", "The river is ill, and five peoples drink of it."),
        ("Heading 1", "What was promised"),
        ("Ask", "We recall the report. Again."),
        ("List Bullet", "one thing"),
        ("List Bullet", "another"),
        ("Quote", "A river knows no border."),
        ("Heading 2", "What we ask"),
        ("Ask", "Act."),
    ]


def test_the_numbers_of_the_paragraphs_go_on_below_a_heading():
    paragraphs = [one for one in read(word()).paragraphs if one.style.name == "Ask"]

    lists = {one._p.pPr.numPr.numId.val for one in paragraphs}

    assert len(paragraphs) == 3
    (number,) = lists
    (found,) = [
        one
        for one in xml_of(word(), "word/numbering.xml").iter(W + "num")
        if one.get(W + "numId") == str(number)
    ]
    assert found.find(f"{W}lvlOverride/{W}startOverride").get(W + "val") == "1"


def test_all_is_in_times_new_roman_and_justified():
    document = read(word())

    for name in ("Ask", "Body Text", "Quote", "footnote text", "List Bullet"):
        assert document.styles[name].paragraph_format.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY, name
    fonts = {
        one.get(W + "ascii")
        for part in ("word/styles.xml", "word/numbering.xml")
        for one in xml_of(word(), part).iter(W + "rFonts")
    }
    assert fonts == {"Times New Roman"}
    assert document.styles["footnote text"].font.size.pt == 10


def test_the_plain_look_has_nothing_bold_nothing_in_italics_and_nothing_underlined():
    everything = b"".join(parts_of(word()).values())

    assert not any(mark in everything for mark in (b"<w:b/>", b"<w:i/>", b"<w:u "))
    assert default_size(word()) == "20"


def test_the_older_look_has_a_bold_title_and_keeps_emphasis():
    document = read(word(OLDER))

    assert document.styles["Title"].font.bold
    assert document.styles["Title"].font.size.pt == 14
    assert default_size(word(OLDER)) == "24"
    (first,) = [one for one in document.paragraphs if one.text.startswith("The river")]
    assert [run.text for run in first.runs if run.italic] == ["ill"]


@pytest.mark.parametrize(("look", "has_footer"), [(PLAIN, False), (OLDER, True)])
def test_pages_are_numbered_where_the_look_wants_it_and_no_page_has_a_header(look, has_footer):
    (section,) = read(word(look)).sections

    assert section.header.is_linked_to_previous
    assert section.footer.is_linked_to_previous is not has_footer
    assert (section.page_width.mm, section.page_height.mm) == pytest.approx((210, 297), abs=0.1)


def test_the_note_of_the_title_is_the_first_of_all():
    data = word()
    marks = [one.get(W + "id") for one in xml_of(data).iter(W + "footnoteReference")]
    notes = {
        one.get(W + "id"): "".join(text.text for text in one.iter(W + "t")).strip()
        for one in xml_of(data, "word/footnotes.xml").iter(W + "footnote")
    }

    assert [notes[mark] for mark in marks] == [
        "Lake Alliance also shares the views.",
        "Basin Commission, Annual Report.",
        "Ibid., with a link.",
    ]
    # The second mark of a note shows the number that the note has.
    assert "NOTEREF letterNote2" in parts_of(data)["word/document.xml"].decode()
    title = read(data).paragraphs[0]._p
    assert title.findall(f".//{W}footnoteReference")[0].get(W + "id") == marks[0]


def test_without_others_the_title_has_no_note():
    data = word(title_note="")

    assert len(list(xml_of(data).iter(W + "footnoteReference"))) == 2
    assert said_in(data, "word/footnotes.xml")[-1].strip() == "Ibid., with a link."


def test_the_file_tells_its_language_its_author_and_its_day_only():
    properties = read(word(language="fr")).core_properties

    assert (properties.title, properties.author, properties.language) == (HEAD.title, "River Watch", "fr")
    assert properties.created.date().isoformat() == "2027-01-15"
    assert properties.last_modified_by == ""


def test_words_are_counted_as_between_blanks_and_notes_apart():
    counted = count_words(statement())

    assert (counted.title, counted.front) == (5, 7)
    # 10 + 3 + 5 + 2 + 1 + 5 + 3 + 1 in the text; 6 + 4 + 4 in notes.
    assert (counted.text, counted.notes) == (30, 14)
    assert counted.limited == 44
    assert counted.whole == 56


@given(st.lists(st.text(st.characters(categories=("L", "N")), min_size=1), min_size=1))
def test_as_many_words_are_counted_as_were_written(words):
    counted = count_words(statement(text=" ".join(["a", *words]), title_note=""))

    assert counted.text == len(words) + 1


def test_a_text_of_headings_alone_is_refused():
    with pytest.raises(Refused, match="no paragraph"):
        statement(text="## Only a heading")


def default_size(data):
    return next(xml_of(data, "word/styles.xml").iter(W + "sz")).get(W + "val")
