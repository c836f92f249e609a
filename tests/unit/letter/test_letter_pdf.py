import hashlib
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import page
import pikepdf
import pytest

from service.foundation.errors import Permanent
from service.letter.compile import compile_copy
from service.letter.document import make_document
from service.letter.edition import OtherText
from service.letter.fonts import Fonts
from service.letter.render_pdf import Limits, render_pdf
from service.letter.render_text import render_text
from tests.unit.letter.golden_letter import golden_copy
from tests.unit.letter.letters import MINISTER, PRESIDENT, copy_of, make_person, make_signatory, make_text

HOME = Path(__file__).resolve().parents[3]
PROFILES = [("mail", "2a", "2", "A"), ("archive", "3a", "3", "A")]
LIMITS = [
    (Limits(wall_seconds=0), "more than 0 seconds"),
    (Limits(cpu_seconds=0), "more time or memory than it may"),
    (Limits(memory_bytes=50 * 1024**2), "broke down"),
]
NAMES = [
    '#read("/etc/passwd")',
    "$x$ @ref <label> = Heading",
    "<script>alert(1)</script>",
    "{{7*7}} {% raw %}",
    "((count))",
    "*not* _emphasis_ // /* */",
    '"); #panic() //',
]


def compiled(copy, profile="mail"):
    return compile_copy(copy, form="pdf", profile=profile).data


def words(copy):
    """Read the words of a copy's PDF; where the reader is not installed, those of the document it is made from."""
    data = compiled(copy)
    reader = shutil.which("pdftotext")
    if reader is None:
        return " ".join(render_text(make_document(copy)).split())
    done = subprocess.run([reader, "-", "-"], input=data, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def findings(data, profile):
    """List what the validator finds, but for one rule: it takes the last byte of a stream for a line end if it is CR."""
    report = page.validate_pdf_bytes(data, profile=profile)
    return [finding.message for finding in report.failures if "STREAM-LENGTH" not in finding.rule_id]


@pytest.mark.parametrize(("profile", "standard", "part", "conformance"), PROFILES)
def test_a_letter_is_archival_and_accessible(profile, standard, part, conformance):
    data = compiled(golden_copy(), profile)

    assert findings(data, standard) == []
    assert findings(data, "ua1") == []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.check_pdf_syntax() == []
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == part
            assert metadata["pdfaid:conformance"] == conformance
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "President Example: protect the river"


def test_a_letter_is_tagged_and_says_its_language():
    with pikepdf.open(io.BytesIO(compiled(copy_of(text=make_text(language="en-GB"))))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle


def test_a_letter_holds_no_code_no_form_and_nothing_from_elsewhere():
    with pikepdf.open(io.BytesIO(compiled(golden_copy()))) as pdf:
        for name in ("/AcroForm", "/OpenAction", "/AA"):
            assert name not in pdf.Root
        assert not pdf.attachments
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary):
                assert thing.get("/S") not in {"/JavaScript", "/Launch", "/SubmitForm"}
                assert thing.get("/Type") != "/FontDescriptor" or {"/FontFile2", "/FontFile3"} & set(
                    thing.keys()
                )


def test_only_the_archive_carries_the_copy_as_json():
    copy = golden_copy()
    with pikepdf.open(io.BytesIO(compiled(copy, "archive"))) as pdf:
        attached = pdf.attachments["letter.json"].get_file().read_bytes()

    assert hashlib.sha256(attached).hexdigest() == copy.check_code
    assert json.loads(attached)["slug"] == "clean-river"


@pytest.mark.parametrize("profile", ["mail", "archive"])
def test_another_process_makes_the_same_bytes(profile):
    program = (
        "import hashlib; from service.letter.compile import compile_copy;"
        "from tests.unit.letter.golden_letter import golden_copy;"
        f"data = compile_copy(golden_copy(), form='pdf', profile='{profile}').data;"
        "print(hashlib.sha256(data).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        cwd=HOME,
        env={"PYTHONHASHSEED": "7", "TZ": "Asia/Kathmandu", "LC_ALL": "C"},
        check=True,
    )

    assert done.stdout.decode().strip() == hashlib.sha256(compiled(golden_copy(), profile)).hexdigest()


def test_the_full_copy_reads_in_the_order_of_a_letter():
    said = words(copy_of("full"))
    places = [
        said.index(part)
        for part in (
            "Coalition for Open Rivers",
            "December 7, 2026",
            "Jane Q. Example President of the Republic The Presidential Office 1 Palace Square",
            "By e-mail and post",
            "Re: Protect the river when speaking at the Basin Summit",
            "Dear President Example,",
            "On behalf of 7 organizations and individuals",
            "We therefore urge you to: 1. Speak of the river. 2. Fund its repair.",
            "We thank you.",
            "Respectfully,",
            "The undersigned 4 organizations and 3 individuals:",
            "Organizations Lake Alliance Quiet Spring Group The River Watch (RW)",
            "Individuals Bo Hush Ana Zorn, Professor of Law, Basin University",
            "and 2 signatories whose names are withheld for their safety",
            "Affiliations are for identification only.",
            "cc:",
            "Mo Ntana, Minister of Water, Ministry of Water",
            "Contact: A. Secretary",
            "Check code",
        )
    ]

    assert places == sorted(places)
    assert "Contains names that are not for publication" in said
    assert "Hidden Well Society" not in said


def test_the_public_copy_names_nobody_who_is_for_the_addressee_only():
    said = words(copy_of("public"))

    for name in ("Quiet Spring Group", "Bo Hush", "Hidden Well Society", "not for publication"):
        assert name not in said
    assert "The undersigned 4 organizations and 3 individuals:" in said
    assert "and 4 signatories whose names are withheld for their safety" in said


@pytest.mark.parametrize("audience", ["full", "public"])
def test_no_byte_of_a_pdf_holds_a_withheld_name(audience):
    with pikepdf.open(io.BytesIO(compiled(copy_of(audience), "archive"))) as pdf:
        streams = b"".join(thing.read_bytes() for thing in pdf.objects if isinstance(thing, pikepdf.Stream))

    assert b"Hidden Well" not in streams
    assert (b"Quiet Spring" in streams) is (audience == "full")


def test_code_in_names_is_printed_as_it_is():
    said = words(copy_of(roll=tuple(make_signatory(name) for name in NAMES)))

    for name in NAMES:
        assert name in said


def test_the_check_code_stands_on_the_last_page_and_the_marks_on_each():
    roll = tuple(make_signatory(f"River Group {number}") for number in range(150))
    copy = copy_of(number=0, roll=(*roll, make_person("Bo Hush", shown="recipient")))
    code = copy.check_code

    said = words(copy)

    assert f"{code[:8]} {code[8:16]}" in said
    assert said.count("DRAFT v2, not for circulation") == said.count("Page ")
    assert said.count("Contains names that are not for publication") == said.count("Page ") > 1
    assert said.index("Page 2 of") > said.index("Page 1 of")


@pytest.mark.parametrize("number", [1, 10, 11, 60, 333, 2100])
def test_rolls_of_every_length_name_everybody_in_order(number):
    names = [f"Group {place:04} of the river" for place in range(number)]
    said = words(copy_of(roll=tuple(make_signatory(name) for name in names)))

    places = [said.index(name) for name in names]
    assert places == sorted(places)


def test_groups_keep_their_heading():
    roll = [make_signatory(f"Group {n:02}", category=f"Category {n % 4}", country="DE") for n in range(40)]
    said = words(copy_of(roll=tuple(roll), group_by="category"))

    assert "Category 0 Group 00" in said
    assert "Category 3 Group 03" in said


@pytest.mark.parametrize(("office", "size"), [(PRESIDENT, (612, 792)), (MINISTER, (595, 842))])
def test_the_paper_is_that_of_the_offices_country(office, size):
    with pikepdf.open(io.BytesIO(compiled(copy_of("public", office)))) as pdf:
        box = [round(float(edge)) for edge in pdf.pages[0].mediabox]

    assert tuple(box[2:]) == size


def test_everything_that_markdown_can_say_can_be_printed():
    body = (
        "A *b* **c** ***d*** [e](https://f.example).[^1] And again.[^1]\n\n## H\n\n### I\n\n- a\n- b\n\n  1. c\n\n"
        "7. seven\n\n> quoted[^2]\n>\n> - list\n\n---\n\nline\\\nbreak\n\n[^1]: one\n\n[^2]: two\n\n    two more"
    )
    for footnotes in ("page", "endnotes"):
        data = compiled(copy_of(text=make_text(body=body, footnotes=footnotes, subtitle="Sub")))

        assert findings(data, "ua1") == []


@pytest.mark.parametrize("language", ["en", "en-GB", "fr", "es"])
def test_every_language_can_be_printed(language):
    assert "55" in words(copy_of(text=make_text(language=language, body="((count)) 55 ((date))")))


@pytest.mark.parametrize(("limits", "reason"), LIMITS)
def test_a_letter_that_costs_too_much_is_given_up_in_one_sentence(limits, reason):
    with pytest.raises(Permanent, match=reason):
        render_pdf(make_document(copy_of()), profile="mail", attachment=b"", fonts=Fonts(), limits=limits)


def test_a_letter_in_simplified_chinese_names_its_other_texts_on_paper():
    other = OtherText(language="fr", status="authentic", sha256="0123456789abcdef" * 4)
    copy = copy_of(text=make_text(language="zh-Hans"), other_texts=(other,))

    assert findings(compiled(copy), "ua1") == []
    printed = words(copy)
    assert "法语 (与本文本一同签署)" in printed
    assert "SHA-256 01234567 89abcdef" in printed
