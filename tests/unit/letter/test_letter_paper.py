"""The letter as an object: behind a window, with a code to scan, in volumes, a name in its own language."""

import dataclasses
import io
import re
import subprocess

import page
import pikepdf
import pytest

from service.foundation.errors import Refused
from service.letter import volumes
from service.letter.compile import compile_copy, volume_names
from service.letter.document import make_document
from service.letter.edition import Contact
from service.letter.paper import paper_data
from service.letter.scripts import language_of, stretches
from service.letter.volumes import count_names, part_into_volumes
from service.letter.windows import layout_for_post, window_of
from tests.required import tool
from tests.unit.letter.letters import MINISTER, PRESIDENT, copy_of, make_person, make_signatory, make_text

BRITISH = dataclasses.replace(PRESIDENT, country="GB")
GERMAN = dataclasses.replace(PRESIDENT, country="DE")
# What of the sheet can be seen through the window, however it slides: left, top, right, bottom in millimetres.
US10_SEEN = (0, 51.9, 136.5, 92.0)
DL_SEEN = (10, 46, 120, 92)
DIN_SEEN = (20, 45, 105, 90)
LAYOUTS = [
    ("window_us10", PRESIDENT, (22.2, 55, 101.7, 77.3), US10_SEEN),
    ("window_dl", BRITISH, (24.9, 58.9, 95, 79.1), DL_SEEN),
    ("window_din5008b", GERMAN, (24.9, 62.6, 105, 90), DIN_SEEN),
]


def words_at(data, place=1):
    """Give a page's words as (left, top, right, bottom, word), in millimetres."""
    done = subprocess.run(
        [tool("pdftotext", package="poppler-utils"), "-f", str(place), "-l", str(place), "-bbox", "-", "-"],
        input=data,
        capture_output=True,
        check=True,
    )
    found = re.findall(
        r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', done.stdout.decode()
    )
    return [(*(float(edge) * 25.4 / 72 for edge in edges), word) for *edges, word in found]


def is_inside(word, box):
    return word[0] >= box[0] and word[1] >= box[1] and word[2] <= box[2] and word[3] <= box[3]


def meets(word, box):
    return word[0] < box[2] and word[2] > box[0] and word[1] < box[3] and word[3] > box[1]


def failures(data, standard):
    report = page.validate_pdf_bytes(data, profile=standard)
    return [finding.message for finding in report.failures if "STREAM-LENGTH" not in finding.rule_id]


@pytest.mark.parametrize(("layout", "office", "box", "seen"), LAYOUTS)
def test_a_window_shows_the_address_and_nothing_else(layout, office, box, seen):
    copy = copy_of("public", office)
    data = compile_copy(copy, form="pdf", layout=layout).data

    shown = [word for word in words_at(data) if meets(word, seen)]
    address = [word[4] for word in shown if is_inside(word, box)]
    others = [word[4] for word in shown if not is_inside(word, box)]
    assert address == " ".join(make_document(copy).addressees[0]).split()
    # DIN's field has a line of its own for the sender.
    assert " ".join(others) in {"", "Coalition for Open Rivers · 12 Quay Street, Rivertown"}
    assert bool(others) is (layout == "window_din5008b")


def test_a_letter_behind_a_window_is_archival_and_accessible():
    copy = copy_of("public", GERMAN, check_at="https://letters.example/verify")
    data = compile_copy(copy, form="pdf", profile="archive", layout="window_din5008b").data

    assert failures(data, "3a") == []
    assert failures(data, "ua1") == []


@pytest.mark.parametrize(
    ("country", "paper", "layout"),
    [
        ("US", "us-letter", "window_us10"),
        ("DE", "a4", "window_din5008b"),
        ("at", "a4", "window_din5008b"),
        ("GB", "a4", "window_dl"),
        ("", "a4", "window_dl"),
    ],
)
def test_a_letter_by_post_takes_the_envelope_of_its_country(country, paper, layout):
    assert layout_for_post(country=country, paper=paper) == layout


@pytest.mark.parametrize(
    ("layout", "paper", "addressees", "reason"),
    [
        ("window_us10", "a4", 1, "printed on this paper: A4. It does not fit"),
        ("window_dl", "us-letter", 1, "printed on this paper: US Letter"),
        ("window_dl", "a4", 2, "shows one address"),
        ("window", "a4", 1, "no layout “window”"),
    ],
)
def test_a_window_that_does_not_fit_the_letter_is_refused(layout, paper, addressees, reason):
    with pytest.raises(Refused, match=reason):
        window_of(layout, paper=paper, addressees=addressees)


def test_an_address_that_is_too_long_for_the_window_is_refused_in_one_sentence():
    office = dataclasses.replace(PRESIDENT, address=tuple(f"Line {number}" for number in range(12)))

    with pytest.raises(Refused, match="does not fit into the envelope's window"):
        compile_copy(copy_of("public", office), form="pdf", layout="window_us10")


def test_only_the_archive_has_a_code_to_scan_and_it_says_what_it_is_for():
    copy = copy_of("public", check_at="https://letters.example/verify")

    for profile, expected in (("archive", 1), ("mail", 0)):
        with pikepdf.open(io.BytesIO(compile_copy(copy, form="pdf", profile=profile).data)) as pdf:
            alternatives = [
                str(thing.Alt)
                for thing in pdf.objects
                if isinstance(thing, pikepdf.Dictionary) and "/Alt" in thing
            ]
        assert alternatives.count("QR code that opens the page where this letter can be checked") == expected


def test_a_name_in_another_script_says_its_language():
    roll = (make_signatory("བོད་ཀྱི་གཞོན་ནུ།"), make_signatory("维吾尔协会"), make_signatory("ئۇيغۇر جەمئىيىتى"))
    text = make_text(body="They say བོད་ཡིག here.")

    assert {"bo", "zh", "ug"} <= languages_said(copy_of(roll=roll, text=text))


def languages_said(copy):
    """Give the languages that a letter's tags and runs say they are in."""
    with pikepdf.open(io.BytesIO(compile_copy(copy, form="pdf").data)) as pdf:
        streams = b"".join(page.Contents.read_bytes() for page in pdf.pages)
        tags = {
            str(thing.Lang)
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and "/Lang" in thing
        }
    return tags | {found.decode() for found in re.findall(rb"/Lang\s*\((\w+)", streams)}


@pytest.mark.parametrize("notes", ["page", "endnotes"])
def test_a_stretch_in_another_script_says_its_language_wherever_it_stands(notes):
    text = make_text(
        title="The letter བོད་ཡིག",
        re="On 维吾尔 rivers",
        salutation="Dear President ខ្មែរ,",
        body="See below.[^1]\n\n[^1]: The report አማርኛ.",
        asks_intro="We ask ລາວ:",
        asks=("Hear *မြန်မာ* now.", "Fund its repair."),
        ending="We thank Ελλάς.",
        closing="Respectfully, Հայ",
        footnotes=notes,
    )
    office = dataclasses.replace(PRESIDENT, name="தமிழ் Example", delivery_line="By ქართული post")
    copied = dataclasses.replace(MINISTER, name="සිංහල Minister")
    copy = copy_of(
        "full",
        office,
        text=text,
        offices=(office, copied),
        letterhead=("Rivers 한국", "かな Street"),
        contact=Contact(name="A. שלום"),
        roll=(make_signatory("A", category="ไทย groups"), make_signatory("B", category="Others")),
        group_by="category",
    )

    assert languages_said(copy) >= {
        *("bo", "zh", "km", "am", "lo", "my", "el", "hy", "ta", "ka", "si", "ko", "ja", "he", "th")
    }


def test_of_a_letter_in_one_script_nothing_is_looked_through():
    data = paper_data(make_document(copy_of()), window=None, with_check_block=True)

    assert (data["stretches"], data["spoken"]) == ([], {})


@pytest.mark.parametrize(
    ("text", "within", "language"),
    [
        ("River Watch", "en", ""),
        ("Ärzte ohne Grenzen", "en", ""),
        ("བོད་ཡིག", "en", "bo"),
        ("བོད་ཡིག", "bo", ""),
        ("维吾尔", "en", "zh"),
        ("维吾尔", "zh-Hans", ""),
        ("こんにちは世界", "en", "ja"),
        ("ئۇيغۇر", "en", "ug"),
        ("محمد علي", "en", ""),
        ("Иван", "en", ""),
    ],
)
def test_a_script_tells_a_language_only_where_it_is_certain(text, within, language):
    assert language_of(text, within=within) == language
    assert [found for found, _ in stretches(f"We say {text} here.", within=within)] == (
        [language] if language else []
    )


def test_a_roll_too_long_for_one_file_stands_in_volumes(monkeypatch):
    monkeypatch.setattr(volumes, "LONGEST_ROLL", 20)
    monkeypatch.setattr(volumes, "LONGEST_VOLUME", 10)
    roll = (
        *(make_signatory(f"Group {place:02}") for place in range(13)),
        *(make_person(f"Ana P{place:02}") for place in range(12)),
    )
    copy = copy_of("public", roll=roll)
    rendering = compile_copy(copy, form="pdf")

    letter, parts = part_into_volumes(make_document(copy))
    assert [count_names(part) for part in parts] == [8, 8, 9]
    assert [part.volume for part in parts] == ["Volume 1 of 3", "Volume 2 of 3", "Volume 3 of 3"]
    printed = [
        "".join(piece.text for piece in entry.line)
        for part in parts
        for section in part.sections
        for group in section.groups
        for entry in group.entries
    ]
    assert printed == [line.name for line in copy.lines]
    assert letter.in_volumes.startswith("The 25 names stand in volumes 1 to 3")
    assert {part.check_code for part in (letter, *parts)} == {copy.check_code}
    assert len(rendering.volumes) == 3
    assert volume_names(copy, rendering)[2] == "clean-river-edition-1-public-volume-3-of-3.pdf"
    assert failures(rendering.volumes[1], "ua1") == []


@pytest.mark.parametrize("names", [310, 2_310])
def test_a_long_rolls_last_page_ends_level_and_names_everybody_once(names):
    copy = copy_of("public", roll=tuple(make_signatory(f"Group{place:04}") for place in range(names)))
    data = compile_copy(copy, form="pdf").data

    with pikepdf.open(io.BytesIO(data)) as pdf:
        pages = len(pdf.pages)
    placed = [word for place in range(1, pages + 1) for word in words_at(data, place) if "Group" in word[4]]
    assert [word[4] for word in placed] == [line.name for line in copy.lines]
    # The last page with names: where each of its columns ends.
    last = next(
        found
        for place in range(pages, 0, -1)
        if (found := [word for word in words_at(data, place) if "Group" in word[4]])
    )
    ends: dict[int, float] = {}
    for left, _, _, bottom, _ in last:
        ends[round(left)] = max(ends.get(round(left), 0), bottom)
    assert len(ends) == (2 if names < 2_000 else 3)
    assert max(ends.values()) - min(ends.values()) < 10


def test_headings_are_bookmarks():
    with (
        pikepdf.open(io.BytesIO(compile_copy(copy_of(), form="pdf").data)) as pdf,
        pdf.open_outline() as outline,
    ):
        top = outline.root[0]

    assert top.title == "President Example: protect the river"
    assert [entry.title for entry in top.children] == ["The undersigned 4 organizations and 3 individuals:"]
    assert [entry.title for entry in top.children[0].children] == ["Organizations", "Individuals"]


def test_a_roll_that_one_file_holds_has_no_volumes():
    document = make_document(copy_of())

    assert part_into_volumes(document) == (document, ())
