"""Prove that all formats of a copy say the same words in the same order, and none names whom it may not."""

import html
import json
import re

import pytest

from service.letter.compile import compile_copy
from service.letter.document import make_document, plain_blocks, plain_pieces
from tests.unit.letter.golden_letter import golden_copy
from tests.unit.letter.letters import MINISTER, PRESIDENT, copy_of, make_person, make_signatory, make_text
from tests.unit.letter.word_file import parts_of, said_in

HIDDEN = (
    make_signatory("Unseen Well Zq", shown="counted", acronym="UWZQ", country="LA"),
    make_person("Nemo Zq", shown="counted", position="Zq Officer", affiliation="Zq House"),
)
SHOWN = tuple(make_signatory(f"Group {place:02}", country="DE") for place in range(14))
LETTERS = [
    golden_copy(),
    copy_of("public"),
    copy_of("full", None, roll=(*SHOWN, *HIDDEN), show_country=True, group_by="country"),
    copy_of("public", MINISTER, text=make_text(asks=(), asks_intro="", footnotes="endnotes")),
    copy_of("full", number=0, text=make_text(language="ar"), roll=(*SHOWN, *HIDDEN)),
    copy_of("full", offices=(PRESIDENT,), text=make_text(body="1. a\n   - b\n2. c\n\n> d\n\n維吾爾\n\n## E")),
]
_MARKS = re.compile("[\u200e\u200f\u2068\u2069]")


def squeezed(text: str) -> str:
    """Without blanks and marks of direction: what is left is what is said."""
    return "".join(_MARKS.sub("", text).split())


def said_by(copy, form: str) -> str:
    data = compile_copy(copy, form=form).data
    if form == "docx":
        return squeezed(" ".join(said_in(data)))
    text = data.decode()
    return squeezed(html.unescape(re.sub(r"<[^>]*>", "", text)) if form == "html" else text)


def told(copy) -> list[str]:
    """Give what every format must say, in this order."""
    document = make_document(copy)
    names = [
        plain_pieces(one.line) for part in document.sections for group in part.groups for one in group.entries
    ]
    blocks = [document.body, document.asks_intro, *document.asks, document.ending]
    # Notes and links are marked in each format as it can: the words before the first of them must do.
    words = [re.split(r"[\[<]", line)[0] for block in blocks for line in plain_blocks(block).split("\n")]
    whole = [
        document.title, document.date, *(line for one in document.addressees for line in one), document.re,
        document.salutation, *words, document.closing, document.undersigned, *names, document.withheld,
        document.identification, *document.cc, *document.contact,
    ]  # fmt: skip
    return [squeezed(part) for part in whole if part]


@pytest.mark.parametrize("copy", LETTERS)
@pytest.mark.parametrize("form", ["txt", "html", "docx"])
def test_every_format_says_the_same_in_the_same_order(form, copy):
    said, place = said_by(copy, form), 0

    for part in told(copy):
        found = said.find(part[:12], place)
        assert found >= 0, part
        place = found


@pytest.mark.parametrize("copy", LETTERS)
@pytest.mark.parametrize("form", ["txt", "html", "docx"])
def test_every_name_stands_once(form, copy):
    said = said_by(copy, form)

    for line in copy.lines:
        assert said.count(squeezed(line.name)) == 1


@pytest.mark.parametrize("copy", LETTERS)
def test_nobody_hidden_is_in_any_byte_of_any_part(copy):
    shown = {line.name for line in copy.lines}
    hidden = ["Zq", "UWZQ", "Hidden Well", *({"Quiet Spring", "Bo Hush"} if "Bo Hush" not in shown else ())]
    word = b"".join(parts_of(compile_copy(copy, form="docx").data).values()).decode()
    everything = word + "".join(
        compile_copy(copy, form=form).data.decode() for form in ("txt", "html", "json")
    )

    assert [name for name in hidden if name in everything] == []


@pytest.mark.parametrize("copy", LETTERS)
def test_the_json_has_the_names_of_the_other_formats(copy):
    record = json.loads(compile_copy(copy, form="json").data)

    assert [line["name"] for line in record["lines"]] == [line.name for line in copy.lines]
