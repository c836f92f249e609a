import io

import docx
import pytest
import time_machine

from service.foundation.errors import Refused
from service.letter.compile import compile_copy
from service.letter.word_package import shipped_template
from tests.unit.letter.golden_letter import golden_copy
from tests.unit.letter.letters import copy_of, make_signatory, make_text
from tests.unit.letter.word_file import W, packed, parts_of, said_in, styled, with_parts, xml_of

OURS = shipped_template()
DOCUMENT = parts_of(OURS)["word/document.xml"]
RELATIONS = parts_of(OURS)["word/_rels/document.xml.rels"]
BODY = """See [the report](https://basin.example/a?b=1&c=2).[^1] Again.[^1]

## Heading

3. Third
   - nested *both **ways***
4. Fourth

[^1]: A note with [a link](https://note.example/).
"""


def word(copy=None, template=None):
    return compile_copy(copy or golden_copy(), form="docx", template=template).data


def with_tags(**swapped):
    """Give our template with tags of its text changed."""
    text = DOCUMENT.decode()
    for name, put in swapped.items():
        text = text.replace(f"{{{{p {name} }}}}", put)
    return with_parts(OURS, word__document=text.encode())


def test_two_days_give_the_same_bytes():
    with time_machine.travel("2027-03-01"):
        first = word()
    with time_machine.travel("2031-08-09"):
        assert word() == first


def test_word_finds_styles_lists_links_and_notes():
    data = word(copy_of(text=make_text(body=BODY, asks=("One.", "Two."))))
    paragraphs = styled(data)

    assert ("Heading1", "Heading") in paragraphs
    assert ("ListNumber", "Third") in paragraphs
    assert ("ListBullet", "nested both ways") in paragraphs
    assert [words for style, words in paragraphs if style == "Ask"] == ["One.", "Two."]
    relations = parts_of(data)["word/_rels/document.xml.rels"].decode()
    assert 'Target="https://basin.example/a?b=1&amp;c=2" TargetMode="External"' in relations
    assert "https://note.example/" in parts_of(data)["word/_rels/footnotes.xml.rels"].decode()
    assert len(list(xml_of(data).iter(W + "footnoteReference"))) == 1
    assert "NOTEREF letterNote1" in parts_of(data)["word/document.xml"].decode()
    assert said_in(data, "word/footnotes.xml")[-1].strip() == "A note with a link."


def test_a_list_keeps_its_first_number():
    data = word(copy_of(text=make_text(body="3. Third\n4. Fourth")))
    numbering = xml_of(data, "word/numbering.xml")
    number = next(one.get(W + "val") for one in xml_of(data).iter(W + "numId"))

    found = next(one for one in numbering.iter(W + "num") if one.get(W + "numId") == number)

    assert found.find(f"{W}lvlOverride/{W}startOverride").get(W + "val") == "3"


def test_notes_stand_at_the_end_where_the_letter_wants_it():
    data = word(copy_of(text=make_text(footnotes="endnotes")))

    assert said_in(data, "word/endnotes.xml")[-1].strip() == "See the report."
    assert list(xml_of(data).iter(W + "footnoteReference")) == []


@pytest.mark.parametrize(("names", "columns"), [(10, []), (11, ["2"]), (2_001, ["3"])])
def test_names_stand_in_columns_as_many_as_they_need(names, columns):
    data = word(copy_of("public", roll=tuple(make_signatory(f"Group {place}") for place in range(names))))
    sections = list(xml_of(data).iter(W + "sectPr"))

    found = [section.find(W + "cols").get(W + "num") for section in sections]
    assert [number for number in found if number not in {None, "1"}] == columns
    assert all(section.find(W + "headerReference") is not None for section in sections)
    assert len(sections) == (3 if columns else 1)


def test_a_right_to_left_letter_runs_from_the_right():
    text = make_text(language="ar", title="رسالة إلى الرئيس", body="نكتب إليكم.\n\nIn English.")
    data = word(copy_of(text=text))

    assert "<w:bidi/>" in parts_of(data)["word/styles.xml"].decode()
    assert 'w:lang w:bidi="ar"' in parts_of(data)["word/styles.xml"].decode()
    assert "<w:rPr><w:rtl/></w:rPr>" in parts_of(data)["word/document.xml"].decode()
    assert '<w:bidi w:val="0"/>' in parts_of(data)["word/document.xml"].decode()
    assert xml_of(data).find(f"{W}body/{W}sectPr/{W}bidi") is not None


LANGUAGES = [
    ("ja", 'w:eastAsia="ja"'),
    ("zh-Hant", 'w:eastAsia="zh-TW"'),
    ("th", 'w:bidi="th"'),
    ("he", 'w:lang w:bidi="he"'),
    ("ru", 'w:lang w:val="ru"'),
]


@pytest.mark.parametrize(("language", "told"), LANGUAGES)
def test_word_is_told_the_language_where_it_looks_for_it(language, told):
    assert told in parts_of(word(copy_of(text=make_text(language=language))))["word/styles.xml"].decode()


def test_a_telephone_number_stays_as_it_is_in_a_right_to_left_letter():
    said = parts_of(word(copy_of(text=make_text(language="he"))))["word/document.xml"].decode()

    # The number without a mark of direction in its own run, between marks that keep its sign in front.
    assert "\u200e+1\u00a0202\u00a0555\u00a00100\u200e" in said
    assert '<w:rPr><w:rtl/></w:rPr><w:t xml:space="preserve">\u200e+1' not in said


def test_properties_say_title_author_and_the_editions_date():
    properties = docx.Document(io.BytesIO(word())).core_properties

    assert (properties.title, properties.author) == (
        "President Example: protect the river",
        "Coalition for Open Rivers",
    )
    assert (properties.language, properties.last_modified_by) == ("en", "")
    assert f"{properties.created:%Y-%m-%d}" == f"{properties.modified:%Y-%m-%d}" == "2026-12-07"


def test_each_page_warns_of_a_draft_and_of_names_that_are_not_for_publication():
    said = said_in(word(copy_of("full", number=0)), "word/header1.xml")

    assert said == ["DRAFT v2, not for circulation", "Contains names that are not for publication"]
    assert said_in(word(copy_of("public")), "word/header1.xml") == [""]


def test_nothing_of_whoever_made_the_template_is_left():
    core = b"<a>Wera Hidden</a>"
    settings = parts_of(OURS)["word/settings.xml"].replace(
        b"<w:zoom", b'<w:rsids><w:rsid w:val="00C0FFEE"/></w:rsids><w:zoom'
    )
    template = with_parts(OURS, docProps__core=core, docProps__app=core, word__settings=settings)
    data = word(template=template)

    assert all(b"Wera" not in part and b"C0FFEE" not in part for part in parts_of(data).values())


def test_a_restyled_template_is_what_the_letter_looks_like():
    styles = parts_of(OURS)["word/styles.xml"].replace(b"Times New Roman", b"Garamond")
    data = word(template=with_parts(OURS, word__styles=styles))

    assert b"Garamond" in parts_of(data)["word/styles.xml"]
    assert said_in(data) == said_in(word())


def test_code_in_a_name_stays_a_name():
    name = "{_{7*7}_} {{ text }} {% raw %} {{p mark }} <w:p/> &amp; {_%x%_}"
    data = word(copy_of(roll=(make_signatory(name),)))

    assert name in said_in(data)


RELATION = b"</Relationships>"
OUTSIDE = b'<Relationship Id="x" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s" TargetMode="External"/></Relationships>'
PARAGRAPH = b"<w:body>\n<w:p>%s</w:p>"
HOSTILE = [
    (b"no zip at all", "it is no .docx file"),
    (packed({"a.txt": b"x"}), "it has no word/document.xml"),
    (with_parts(OURS, word__document=b"<w:document"), "its XML cannot be read"),
    (
        with_parts(OURS, word__document=b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        "declares a document type",
    ),
    (with_parts(OURS, **{"word__vbaProject.bin": b"x"}), "holds macros"),
    (with_parts(OURS, **{"word__embeddings__oleObject1.bin": b"x"}), "has no place in a letter"),
    (with_tags(date="{{ ''.__class__ }}"), "holds code"),
    (with_tags(date="{% for a in text %}{{ a }}{% endfor %}"), "holds code"),
    (with_tags(date="{{ 7 * 7 }}"), "holds code"),
    (with_tags(date="{{p secret }}"), "names “secret”, which does not exist"),
    (with_tags(date="{{p 1 2 }}"), "a tag that cannot be read"),
    (with_tags(signatories=""), "hold each of these once.*{{p signatories }}"),
    (with_tags(date="{{p text }}"), "hold each of these once.*{{p date }}, {{p text }}"),
    (with_tags(text="{{ text }}"), "in a paragraph of its own"),
    (
        with_parts(OURS, word__header1=parts_of(OURS)["word/header1.xml"].replace(b"{{p mark }}", b"")),
        "{{p mark }}",
    ),
    (
        with_parts(OURS, word__document=DOCUMENT.replace(b"</w:sectPr>", b"<w:titlePg/></w:sectPr>")),
        "pages without a header",
    ),
    (
        with_parts(OURS, word__styles=parts_of(OURS)["word/styles.xml"].replace(b'"Ask"/>', b'"Demand"/>')),
        "lacks the style “Ask”",
    ),
    (
        packed(
            {
                **parts_of(OURS),
                "word/_rels/document.xml.rels": RELATIONS.replace(
                    RELATION, OUTSIDE % (b"attachedTemplate", b"file:///C:/a.dotm")
                ),
            }
        ),
        "refers to something outside",
    ),
    (
        packed(
            {
                **parts_of(OURS),
                "word/_rels/document.xml.rels": RELATIONS.replace(
                    RELATION, OUTSIDE % (b"image", b"http://a.example/")
                ),
            }
        ),
        "refers to something outside",
    ),
    (
        with_parts(
            OURS,
            word__document=DOCUMENT.replace(
                b"<w:body>",
                PARAGRAPH % b'<w:fldSimple w:instr=" INCLUDETEXT a "><w:r/></w:fldSimple>',
            ),
        ),
        "the field “INCLUDETEXT”",
    ),
    (
        with_parts(
            OURS,
            word__document=DOCUMENT.replace(
                b"<w:body>",
                PARAGRAPH
                % b'<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>DD</w:instrText></w:r><w:r><w:instrText>EAUTO c</w:instrText><w:fldChar w:fldCharType="end"/></w:r>',
            ),
        ),
        "the field “DDEAUTO”",
    ),
    (
        with_parts(
            OURS,
            word__document=DOCUMENT.replace(
                b"<w:body>", PARAGRAPH % b'<w:ins w:author="Jane"><w:r/></w:ins>'
            ),
        ),
        "tracked changes",
    ),
]


@pytest.mark.parametrize(("template", "said"), HOSTILE)
def test_a_template_that_is_broken_or_hostile_gets_one_sentence(template, said):
    with pytest.raises(Refused, match=said):
        word(template=template)
