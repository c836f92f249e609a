"""An annex is a PDF that does nothing by itself; its pages are counted, its bytes are left alone."""

import io
import zlib

import pikepdf
import pytest

from service.foundation.errors import Refused
from service.letter.annex_file import check_annex
from tests.enclosing import assemble, make_pdf


def saved(change=None, **how):
    """Give a PDF of three pages as another program saves it."""
    with pikepdf.open(io.BytesIO(make_pdf(pages=3))) as pdf:
        if change is not None:
            change(pdf)
        written = io.BytesIO()
        pdf.save(written, **how)
    return written.getvalue()


def packed(change=None):
    return saved(change, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def script(pdf):
    pdf.Root.OpenAction = pdf.make_indirect(
        pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    )


def launch(pdf):
    pdf.Root.OpenAction = pdf.make_indirect(
        pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("calc"))
    )


def attachment(pdf):
    pdf.attachments["other.txt"] = b"words"


def form(pdf):
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(), XFA=pikepdf.Array([]))


LOCKED = pikepdf.Encryption(owner="owner", user="")
HIDDEN = zlib.compress(b"9 0 << /S /JavaScript /JS (x) >>")
GOOD = make_pdf()

HOSTILE = {
    "a script": (saved(script), "script"),
    "an action that opens a file elsewhere": (
        GOOD.replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /GoToR /F (\\\\\\\\elsewhere\\\\x) >>"),
        "starts or sends",
    ),
    "a script in a packed object": (packed(script), "script"),
    "a script by another spelling": (GOOD.replace(b"/Type /Catalog", b"/Type /Catalog /AA << /S /J#61va#53cript >>"), "script"),
    "a script behind a false end": (
        make_pdf(more=[b"<< /Length 999 >>\nstream\nendstream 9 0 obj << /Type /ObjStm /N 1 /First 4 >> stream\n" + HIDDEN + b"\nendstream"]),
        "script",
    ),
    "a script packed without its type": (
        make_pdf(more=[b"<< /N 1 /F#69rst 4 /First 4 /Length 9 >>\nstream\n" + HIDDEN + b"\nendstream"]),
        "script",
    ),
    "objects packed in another way": (
        make_pdf(more=[b"<< /Type /ObjStm /N 1 /First 4 /Filter /LZWDecode >>\nstream\n\x80\x0b\nendstream"]),
        "packed",
    ),
    "objects packed without end": (
        make_pdf(more=[b"<< /Type /ObjStm /N 1 /First 4 >>\nstream\n" + zlib.compress(bytes(150_000_000)) + b"\nendstream"]),
        "far more",
    ),
    "a program to start": (saved(launch), "starts or sends"),
    "a program to start in a packed object": (packed(launch), "starts or sends"),
    "another file inside": (saved(attachment), "another file"),
    "another file inside a packed object": (packed(attachment), "another file"),
    "a form that fills itself in": (saved(form), "form"),
    "a password": (saved(encryption=LOCKED), "encrypted"),
    "a password, packed": (saved(encryption=LOCKED, object_stream_mode=pikepdf.ObjectStreamMode.generate), "encrypted"),
    "beginnings of streams without end": (b"%PDF-1.7\n" + b"stream\n" * 400_000 + GOOD[9:], "looked through"),
    "film": (make_pdf(more=[b"<< /Type /Annot /Subtype /RichMedia >>"]), "film"),
    "a Word file": (b"PK\x03\x04" + bytes(3000), "no PDF"),
    "a page of the web": (b"<!doctype html>%PDF-1.7\n" + GOOD, "no PDF"),
    "a zip file hung on": (GOOD + b"PK\x05\x06" + bytes(18), "does not end"),
    "a zip file within": (make_pdf(more=[b"<< >>\nstream\nPK\x05\x06\nendstream"]), "does not end"),
    "half of it": (GOOD[: len(GOOD) // 2], "does not end"),
    "no pages": (assemble([b"<< /Type /Catalog >>"]), "no page"),
    "nothing": (b"", "no PDF"),
    "too many bytes": (GOOD + bytes(10_000_001), "larger than"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_what_acts_or_is_no_whole_pdf_is_refused_in_one_sentence_that_names_it(what):
    data, told = HOSTILE[what]

    with pytest.raises(Refused) as refused:
        check_annex(data, name="cases.pdf")

    assert told in str(refused.value)
    assert str(refused.value).startswith("cases.pdf ")
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"linearize": True},
        {"linearize": True, "object_stream_mode": pikepdf.ObjectStreamMode.generate},
    ],
    ids=["plain", "packed", "for the web", "packed for the web"],
)
def test_pages_are_counted_however_the_file_was_saved(how):
    assert check_annex(saved(**how), name="a.pdf") == 3


@pytest.mark.parametrize("pages", [1, 12, 130])
def test_all_pages_are_counted(pages):
    assert check_annex(make_pdf(pages=pages), name="a.pdf") == pages


def test_words_about_scripts_are_no_script():
    assert check_annex(make_pdf(words="JavaScript and Launch"), name="a.pdf") == 1


def test_places_that_overlap_take_no_more_than_the_file_has():
    many = b" ".join(b"%d 0" % number for number in range(200_000))
    content = zlib.compress(many + b"<< /Type /Page >>" * 10)
    head = b"<< /Type /ObjStm /N 200000 /First %d >>\nstream\n" % len(many)

    assert check_annex(make_pdf(more=[head + content + b"\nendstream"]), name="a.pdf") == 1
