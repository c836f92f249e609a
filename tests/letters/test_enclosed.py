"""A letter with logos and annexes: archival and accessible as any other, and alike on any day."""

import io
import json
import re
import zipfile
from dataclasses import replace

import page
import pikepdf
import pytest

from service.letter.compile import compile_copy
from service.letter.document import make_document
from service.letter.render_html import Beside, render_html
from service.letter.word_package import shipped_template
from tests.letters.enclosed import ANNEXES, GOLDEN, enclosed_copy
from tests.letters.goldens import describe_pdf, describe_text
from tests.letters.pdf_reader import read_letter
from tests.unit.letter.word_file import parts_of, with_parts

COALITION = "Coalition for Open Rivers"


@pytest.fixture(scope="module")
def copy():
    return enclosed_copy()


@pytest.fixture(scope="module")
def pdfs(copy):
    return {profile: compile_copy(copy, form="pdf", profile=profile).data for profile in ("mail", "archive")}


def test_it_reads_as_it_was_looked_at(copy, pdfs):
    text = compile_copy(copy, form="txt").data

    assert describe_pdf(pdfs["mail"], copy) == (GOLDEN / "enclosed.pdf.txt").read_text()
    assert describe_text(text, copy) == (GOLDEN / "enclosed.txt").read_text()


@pytest.mark.parametrize(("profile", "standard"), [("mail", "2a"), ("archive", "3a")])
def test_an_independent_checker_finds_nothing(pdfs, profile, standard):
    for wanted in (standard, "ua1"):
        report = page.validate_pdf_bytes(pdfs[profile], profile=wanted)
        assert [each.message for each in report.failures if "STREAM-LENGTH" not in each.rule_id] == []


def test_the_logos_are_one_figure_to_a_voice(pdfs):
    figures = [tag for tag in read_letter(pdfs["mail"]).root.every() if tag.kind == "Figure"]
    with pikepdf.open(io.BytesIO(pdfs["mail"])) as pdf:
        told = [
            str(each.Alt) for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/Alt" in each
        ]

    assert len(figures) == 1
    assert told == [COALITION]


@pytest.mark.parametrize("form", ["pdf", "docx", "txt", "json"])
def test_it_is_made_alike_each_time(copy, pdfs, form):
    first = pdfs["mail"] if form == "pdf" else compile_copy(copy, form=form).data

    assert compile_copy(enclosed_copy(), form=form).data == first


def test_a_word_file_shows_the_logos_and_lists_the_annexes(copy):
    with zipfile.ZipFile(io.BytesIO(compile_copy(copy, form="docx").data)) as word:
        written = word.read("word/document.xml").decode()
        pictures = [name for name in word.namelist() if name.startswith("word/media/")]
        kinds = word.read("[Content_Types].xml").decode()
        relations = word.read("word/_rels/document.xml.rels").decode()

    assert len(pictures) == 2
    assert written.count("<w:drawing>") == 2
    assert re.findall(r'descr="([^"]*)"', written) == [COALITION, ""]
    assert 'Extension="png"' in kinds
    assert all(name.removeprefix("word/") in relations for name in pictures)
    assert "Enclosures:" in written
    assert "1. Cases (PDF, 12 pages)" in written


def test_html_shows_and_links_what_is_at_hand(copy):
    document = make_document(copy)
    bare = render_html(document)
    shown = render_html(document, beside=Beside(logos=("/a.png", "/b.png"), annexes=("/1.pdf", "/2.pdf")))

    assert "<img" not in bare
    assert "Cases (PDF, 12 pages)" in bare
    assert re.findall(r'<img src="([^"]+)"[^>]* alt="([^"]*)">', shown) == [
        ("/a.png", COALITION),
        ("/b.png", ""),
    ]
    assert '<li id="annex-1"><a href="/1.pdf">Cases (PDF, 12 pages)</a></li>' in shown


def test_data_name_the_annexes_by_their_hashes(copy):
    record = json.loads(compile_copy(copy, form="json").data)

    assert record["annexes"] == [
        {"title": one.title, "sha256": one.sha256, "size": one.size, "pages": one.pages} for one in ANNEXES
    ]
    assert [sorted(one) for one in record["logos"]] == [["height", "kind", "sha256", "width"]] * 2


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("en", "Enclosure:", "(PDF, 12 pages)"),
        ("fr", "Pièce jointe", "(PDF, 12 pages)"),
        ("es", "Anexo:", "(PDF, 12 páginas)"),
        ("ar", "المرفق:", "12"),
        ("ug", "قوشۇمچە ھۆججەت:", "12"),
        ("bo", "ཟུར་སྦྱར་ཡིག་ཆ།", "12"),
        ("zh-Hans", "附件：", "12"),
    ],
)
def test_every_language_has_its_words_for_what_is_enclosed(copy, language, one, two):
    single = replace(copy, annexes=ANNEXES[:1], text=replace(copy.text, language=language))

    document = make_document(single)

    assert document.enclosures_label.startswith(one)
    assert two in document.enclosures[0]


def test_a_template_with_a_letterhead_of_its_own_gets_no_logos(copy):
    shipped = shipped_template()
    own = parts_of(shipped)["word/document.xml"].replace(b"{{p letterhead }}", b"Our own letterhead")

    word = parts_of(compile_copy(copy, form="docx", template=with_parts(shipped, word__document=own)).data)

    assert not any(name.startswith("word/media/") for name in word)
    assert b"letterLogo" not in word["word/_rels/document.xml.rels"]
