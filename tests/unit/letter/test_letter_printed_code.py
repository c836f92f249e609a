"""A check code is found however it is written, in files of ours and in files that somebody rewrote."""

import hashlib
import io
import time
import tracemalloc
import zipfile
import zlib
from dataclasses import replace

import pikepdf
import pytest

from service.letter.compile import compile_copy
from service.letter.printed_code import codes_in, codes_in_file, digits_in, form_of
from tests.unit.letter.letters import ROLL, copy_of

CODE = "1dc35ebea6213d72745c3dc4d80d06dfebc4bd8fdc675326a7092f0100d5bb90"
GROUPED = " ".join(CODE[place : place + 8] for place in range(0, 64, 8))
WRITTEN = [
    CODE,
    CODE.upper(),
    GROUPED,
    f"Check code: {GROUPED.replace(' ', chr(0xA0))}.",
    f"Check code {GROUPED}\nhttps://letters.example/verify",
    f"\u2068{GROUPED}\u2069",
    "\n".join(CODE[place : place + 16] for place in range(0, 64, 16)),
    f"Dead beef {GROUPED} and added",
    "-".join(CODE[place : place + 4] for place in range(0, 64, 4)),
    f"校验码 {GROUPED}",
]
WITHOUT = ["", CODE[:-1], CODE + "0", f"x{CODE}", GROUPED[:-1], "a letter about a bad cafe"]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_code_is_found_as_people_write_it(text):
    assert CODE in codes_in(text)


@pytest.mark.parametrize("text", WITHOUT)
def test_what_is_no_code_is_not_taken_for_one(text):
    assert codes_in(text) == ()


def test_digits_that_are_missing_are_counted():
    assert digits_in(GROUPED[:-1]) == 63


@pytest.mark.parametrize("profile", ["mail", "archive"])
def test_the_code_is_read_from_a_pdf_also_when_a_gateway_has_written_it_anew(profile):
    copy = copy_of()
    data = compile_copy(copy, form="pdf", profile=profile).data
    packed, plain = io.BytesIO(), io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        del pdf.Root.Metadata
        pdf.save(packed, recompress_flate=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        pdf.save(plain, stream_decode_level=pikepdf.StreamDecodeLevel.generalized, compress_streams=False)

    assert copy.check_code not in data.decode("latin-1")
    for written in (data, packed.getvalue(), plain.getvalue()):
        assert copy.check_code in codes_in_file(written)


def test_the_code_is_read_from_every_pdf_whatever_brackets_its_letters_are_written_with():
    """A letter's glyphs have numbers of the text's own, and some numbers are written as brackets, which balance now and then."""
    glyphs = {0x2829 + place: digit for place, digit in enumerate("0123456789abcdef")}
    codes = {digit: code for code, digit in glyphs.items()}
    cmap = "".join(f"<{code:04x}> <{ord(digit):04x}>\n" for code, digit in glyphs.items())
    # Each number begins with an opening bracket; of every second one a closing one follows.
    shown = b"".join(codes[digit].to_bytes(2) for digit in CODE)
    balanced = shown + b")" * (shown.count(b"(") - shown.count(b")"))
    pdf = b"%PDF-1.7\n" + b"".join(
        b"stream\n" + zlib.compress(part) + b"endstream\n"
        for part in (
            b"begincmap 1 beginbfchar\n" + cmap.encode() + b"endbfchar",
            b"BT (" + balanced + b") Tj ET",
        )
    )

    assert CODE in codes_in_file(pdf)


@pytest.mark.parametrize("form", ["txt", "html", "json"])
def test_the_code_is_read_from_the_other_formats(form):
    copy = copy_of()
    data = compile_copy(copy, form=form).data

    assert form_of(data) == form
    assert copy.check_code in codes_in_file(data)


def test_the_code_is_read_from_a_word_file_whose_runs_part_it():
    file = io.BytesIO()
    runs = "".join(f"<w:r><w:t>{group}</w:t></w:r>" for group in GROUPED.replace(" ", " |").split("|"))
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("word/footer1.xml", f"<w:p><w:r><w:t>Check code </w:t></w:r>{runs}</w:p>")

    assert codes_in_file(file.getvalue()) == (CODE,)


def _torn() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/document.xml", "<w:t>a letter</w:t>" * 500)
    begins = file.getvalue().index(b"word/document.xml") + len(b"word/document.xml")
    return file.getvalue()[:begins] + b"\xff" * 12 + file.getvalue()[begins + 12 :]


HOSTILE = {
    "a bomb": b"%PDF-1.7\n" + b"stream\n" + zlib.compress(bytes(100_000_000), 1) + b"endstream",
    "open strings": b"%PDF-1.7\nstream\n" + zlib.compress(b"BT (\\(" * 300_000 + b" Tj") + b"endstream",
    "streams without end": b"%PDF-1.7\n" + b"stream\n" * 400_000,
    "maps without end": b"%PDF-1.7\nstream\n"
    + zlib.compress(b"begincmap beginbfchar <00> " * 90_000)
    + b"endstream",
    "a range of everything": b"%PDF-1.7\nstream\n"
    + zlib.compress(b"begincmap " + b"1 beginbfrange <0000> <FFFF> <0041> endbfrange " * 900)
    + b"endstream",
    "digits alone": b"a " * 2_000_000,
    "digits that end in a word": b"0" * 3_900_000 + b"z",
    "deep json": b'{"a":' * 100_000,
    "records without end": b'{"a":[' + b"{}," * 3_900_000 + b"1]}",
    "an archive that is torn": _torn(),
    "no archive": b"PK\x03\x04" + bytes(1000),
    "tags without end": b"<" * 3_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_read_quickly_and_gives_nothing(name):
    began = time.process_time()

    assert CODE not in codes_in_file(HOSTILE[name])
    assert time.process_time() - began < 4


def test_of_more_records_than_a_copy_can_have_none_is_made_in_memory():
    data = HOSTILE["records without end"]
    tracemalloc.start()

    codes = codes_in_file(data)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert codes == (hashlib.sha256(data).hexdigest(),)
    assert peak < 2 * len(data)


def test_nobody_can_make_up_the_code_of_a_copy_from_the_names_in_it():
    full, public = copy_of(audience="full"), copy_of(audience="public")
    other_salts = tuple(replace(signatory, salt="0" * 64) for signatory in ROLL)

    # All that a reader of the public copy may guess of the full one is the same, and the code is another.
    assert full.check_code != replace(full, seal=public.seal).check_code
    assert copy_of(audience="full", roll=other_salts).check_code != full.check_code
