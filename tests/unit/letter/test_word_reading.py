"""What a Word file becomes, and that no file harms whoever opens it."""

import io
import time
import tracemalloc
import zipfile

import pytest

from service.foundation.errors import Refused
from service.letter.markdown import read_markdown
from service.letter.word_reading import read_word
from tests.unit.letter.word_files import R, W, link, paragraph, run, simple_word, word_file

NOTE = '<w:r><w:footnoteReference w:id="2"/></w:r>'
FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "https://b.example/"</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    + run("there")
    + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
KEPT = {
    "heading": (paragraph(run("Why", "<w:b/>"), style="H1"), "## Why"),
    "heading below": (paragraph(run("Why"), style="H2"), "### Why"),
    "quotation": (paragraph(run("So they said"), style="Q"), "> So they said"),
    "emphasis": (
        paragraph(run("a ") + run("bold ", "<w:b/>") + run("and ") + run("both", '<w:b/><w:i w:val="1"/>')),
        "a **bold** and ***both***",
    ),
    "no emphasis": (paragraph(run("plain", '<w:b w:val="0"/>')), "plain"),
    "note": (paragraph(run("Proved") + NOTE + run(".")), "Proved[^1].\n\n[^1]: See the *report*"),
    "link": (
        paragraph(f'<w:hyperlink r:id="L" xmlns:r="{R}">{run("here")}</w:hyperlink>'),
        "[here](https://a.example/x)",
    ),
    "link as a field": (paragraph(FIELD), "[there](https://b.example/)"),
    "break": (paragraph(run("one") + "<w:r><w:br/></w:r>" + run("two")), "one\\\ntwo"),
    "lists": (
        paragraph(run("one"), number="1")
        + paragraph(run("inner"), number="1", level=1)
        + paragraph(run("two"), number="1")
        + paragraph(run("other"), number="2"),
        "1. one\n   - inner\n2. two\n* other",
    ),
    "a list that goes on": (
        paragraph(run("one"), number="1") + paragraph(run("between")) + paragraph(run("two"), number="1"),
        "1. one\n\nbetween\n\n2. two",
    ),
    "what was put in": (paragraph(f"<w:ins>{run('new')}</w:ins><w:del>{run('old')}</w:del>"), "new"),
    "table": (
        f"<w:tbl><w:tr><w:tc>{paragraph(run('a'))}</w:tc><w:tc>{paragraph(run('b'))}</w:tc></w:tr></w:tbl>",
        "a\n\nb",
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_kept(name: str) -> None:
    body, wanted = KEPT[name]

    assert read_word(word_file(body, links=link("https://a.example/x"))).body == wanted


LITERAL = (
    "1. no list",
    "- no list",
    "# no heading",
    "*not* _emphasis_ **at** all",
    "[no](https://link.example)",
    "[^1] and ^[no note]",
    "a_b_c ((count)) &amp;amp; 2 &lt; 3",
    "&lt;script&gt;alert(1)&lt;/script&gt; &lt;https://x.example&gt;",
    "`code` \\ backslash",
    "&gt; no quotation",
    "--- ",
    "***",
    "| a | b |",
    "    no code",
)


@pytest.mark.parametrize("written", LITERAL)
def test_words_that_look_like_marks_stay_words(written: str) -> None:
    read = read_word(word_file(paragraph(run(written)))).body
    (block,) = read_markdown([read], fill=str).parts[0]

    said = written.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
    assert (block.kind, "".join(one.text for one in block.runs)) == ("paragraph", said)


def test_what_is_left_out_is_told() -> None:
    body = (
        paragraph(run("x") + "<w:r><w:drawing/></w:r><w:r><w:pict/></w:r>")
        + paragraph(run("secret", "<w:vanish/>") + f"<w:del>{run('old')}</w:del>")
        + paragraph(
            f"<w:r><w:drawing><w:txbxContent>{paragraph(run('box'))}</w:txbxContent></w:drawing></w:r>"
        )
    )
    more = {"word/vbaProject.bin": b"x", "word/comments.xml": b"<x/>", "word/header1.xml": b"<x/>"}

    read = read_word(word_file(body, more=more))

    assert read.body == "x"
    assert set(read.left_out) == {
        "picture:2", "hidden:1", "change:1", "box:1", "macro:1", "comment:1", "head:1",
    }  # fmt: skip


def test_a_title_is_no_paragraph() -> None:
    read = read_word(word_file(paragraph(run("Protect the river"), style="T") + paragraph(run("Words."))))

    assert (read.title, read.body) == ("Protect the river", "Words.")


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "file:///etc/passwd", "https://a.example/) [x](", "//x", "data:text/html,x"],
)
def test_a_link_that_is_none_becomes_its_words(target: str) -> None:
    body = paragraph(f'<w:hyperlink r:id="L" xmlns:r="{R}">{run("here")}</w:hyperlink>')

    assert read_word(word_file(body, links=link(target.replace("&", "&amp;")))).body == "here"


def bomb() -> bytes:
    return word_file("", more={"word/document.xml": b"<x>" + b"a" * 60_000_000 + b"</x>"})


def deep() -> bytes:
    return word_file("<w:sdt>" * 100_000 + "</w:sdt>" * 100_000)


def wide() -> bytes:
    return word_file("<w:p/>" * 600_000)


ENTITIES = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def with_lie() -> bytes:
    data = bytearray(bomb())
    # The size that the archive tells of its parts: ten bytes each.
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset : place + offset + 4] = (10).to_bytes(4, "little")
            place = data.find(mark, place + 4)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(simple_word())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


def many() -> bytes:
    return word_file("", more={f"word/x{number}": b"" for number in range(4000)})


def lzma_packed() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body/></w:document>')
    return made.getvalue()


HOSTILE = {
    "nothing": lambda: b"",
    "no zip": lambda: b"PK\x03\x04 and no more",
    "text": lambda: b"Dear President",
    "older Word": lambda: b"\xd0\xcf\x11\xe0" + b"x" * 600,
    "another zip": lambda: _zip({"a.txt": b"x"}),
    "no XML": lambda: word_file("", more={"word/document.xml": b"\x00\x01"}),
    "half": lambda: simple_word()[:-200],
    "entities": lambda: word_file("&c;", before=ENTITIES),
    "a file from outside": lambda: word_file("&x;", before=OUTSIDE),
    "bomb": bomb,
    "bomb that lies": with_lie,
    "deep": deep,
    "wide": wide,
    "encrypted": encrypted,
    "many parts": many,
    "another packing": lzma_packed,
    "too large": lambda: b"PK" + b"x" * 6_000_000,
}


def _zip(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_a_moment(name: str) -> None:
    data = HOSTILE[name]()
    tracemalloc.start()
    begun = time.monotonic()

    with pytest.raises(Refused):
        read_word(data)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.monotonic() - begun < 5
    assert peak < 120_000_000


def test_a_circle_of_styles_ends() -> None:
    styles = f'<w:styles xmlns:w="{W}"><w:style w:styleId="A"><w:basedOn w:val="A"/></w:style></w:styles>'
    made = word_file(paragraph(run("x"), style="A"), more={"word/styles.xml": styles.encode()})

    assert read_word(made).body == "x"
