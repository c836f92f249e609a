import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.foundation.canonical import canonical
from service.foundation.errors import Refused
from service.letter.compile import compile_copy, file_name
from service.letter.render_text import COLUMNS, width, wrap
from tests.unit.letter.golden_letter import FORMS, GOLDEN, golden_copy
from tests.unit.letter.letters import MINISTER, copy_of, make_signatory, make_text

WIDTHS = [
    ("river", 5),
    ("é", 1),
    ("e\u0301", 1),
    ("維吾爾", 6),
    ("ｆｕｌｌ", 8),
    ("\u2068ئۇيغۇر\u2069", 6),
    ("བོད", 2),
    ("", 0),
]
NAMES = [
    '#read("/etc/passwd")',
    "$x$ \\ @ref <label> = Heading",
    "<script>alert(1)</script>",
    "{{7*7}} {% raw %}",
    "((count))",
    "*not* _emphasis_ [^1]",
    "&amp; &lt;",
]


@pytest.mark.parametrize(("text", "columns"), WIDTHS)
def test_columns_are_counted_as_they_are_shown(text, columns):
    assert width(text) == columns


@given(st.text(alphabet="ab é維吾ئۇབོ་ \u2068\u2069。", max_size=400))
def test_no_line_is_wider_than_it_may_and_no_letter_is_lost(text):
    wrapped = wrap(text, first="1. ", rest="   ")

    for line in wrapped.split("\n"):
        assert width(line) <= COLUMNS or " " not in line.strip()
    assert "".join(wrapped.split()) == "1." + "".join(text.split(" ")).replace("\n", "")


LINES = [
    # As many of the wide letters as fit, and none that must not begin or end a line does.
    ("河" * 40, 36),
    ("河" * 35 + "（川" + "流" * 10, 35),
    ("河" * 36 + "。流" * 3, 35),
    ("か" * 35 + "ちょっと", 35),
    # Korean parts its words by spaces.
    ("강을지켜주십시오 " * 6, 35),
]


@pytest.mark.parametrize(("text", "letters"), LINES)
def test_wide_letters_are_parted_as_their_readers_expect(text, letters):
    first, *rest = wrap(text).split("\n")

    assert len(first) == letters
    assert width(first) <= 72
    assert rest
    assert not any(line[0] in "。、ょっー" for line in rest)
    assert not first.endswith("（")


def test_a_long_address_is_never_broken():
    address = "https://letters.example/" + "a" * 90

    assert (
        address
        in compile_copy(copy_of(text=make_text(body=f"See <{address}> now.")), form="txt").data.decode()
    )


@pytest.mark.parametrize("form", FORMS)
def test_the_letter_looks_as_it_did(form):
    assert compile_copy(golden_copy(), form=form).data.decode() == (GOLDEN / f"letter.{form}").read_text(
        "utf-8"
    )


def test_every_line_of_the_plain_letter_fits():
    lines = compile_copy(golden_copy(), form="txt").data.decode().split("\n")

    assert max(width(line) for line in lines) <= COLUMNS


@pytest.mark.parametrize("form", ["txt", "html", "json", "pdf", "docx"])
def test_the_same_copy_gives_the_same_bytes(form):
    assert compile_copy(golden_copy(), form=form) == compile_copy(golden_copy(), form=form)


def test_the_json_is_what_the_check_code_says():
    copy = golden_copy()
    data = compile_copy(copy, form="json").data

    assert hashlib.sha256(data).hexdigest() == copy.check_code
    assert canonical(json.loads(data)) == data


@pytest.mark.parametrize("name", NAMES)
def test_code_in_a_name_is_only_a_name(name):
    copy = copy_of(roll=(make_signatory(name),))

    page = compile_copy(copy, form="html").data.decode()
    plain = compile_copy(copy, form="txt").data.decode()
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")

    assert f'<bdi class="name">{escaped}</bdi>' in page
    assert f"\n{name}\n" in plain


def test_the_page_brings_nothing_from_elsewhere():
    page = compile_copy(golden_copy(), form="html").data.decode()

    for tag in ("<script", "<img", "<link", "<style", "<iframe", " src=", "style="):
        assert tag not in page
    assert page.count("<article") == page.count("</article>") == page.count("<h1>") == 1


def test_right_to_left_names_are_isolated():
    plain = compile_copy(golden_copy(), form="txt").data.decode()

    assert "\u2068ئۇيغۇر كىشىلىك ھوقۇق\u2069 (Uyghur Rights Group, URG), United States" in plain


@pytest.mark.parametrize("form", ["odt", "", "PDF"])
def test_an_unknown_format_is_refused_with_those_that_exist(form):
    with pytest.raises(Refused, match="pdf, docx, html, txt, json"):
        compile_copy(copy_of(), form=form)


def test_an_unknown_profile_is_refused():
    with pytest.raises(Refused, match="mail or archive"):
        compile_copy(copy_of(), form="pdf", profile="print")


def test_a_file_says_what_it_is():
    assert file_name(copy_of("full", number=3), "pdf") == "clean-river-edition-3-full-not-for-publication.pdf"
    assert file_name(copy_of("public", MINISTER, number=0), "txt") == "clean-river-draft-public.txt"
