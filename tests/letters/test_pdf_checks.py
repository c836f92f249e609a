"""What every PDF of the twelve letters keeps: archival, accessible, self-contained; decision record 0044 says what is not covered."""

import hashlib
import io
import itertools
import re

import page
import pikepdf
import pytest

from tests.letters.twelve import TWELVE

PROFILES = {"mail": ("2a", "2"), "archive": ("3a", "3")}
# What a reader's program could do by itself, or be told to do.
ACTIONS = {"/OpenAction", "/AA", "/JavaScript", "/JS", "/AcroForm", "/XFA", "/RichMedia", "/Launch", "/Perms"}
KINDS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
    "/Rendition",
    "/Movie",
    "/Sound",
}
HEADINGS = re.compile(r"H([1-6])")
WRITTEN = re.compile(rb"\]\(((?:https?|mailto):[^)]+)\)")
HIDDEN = ("Hidden Well", "HWS", "ཡིབ་པའི", "Unseen Circle", "Nadia", "Nameless", "Nurse", "Secret Clinic")
FOR_THE_ADDRESSEE = (
    "Quiet Spring",
    "Mira Silent",
    "دەريا خالىسلىرى",
    "River Friends",
    "Bo Hush",
    "Covert College",
)


def dictionaries(pdf):
    """Give every dictionary of a file, those inside others too."""
    open_ = list(pdf.objects)
    while open_:
        thing = open_.pop()
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            yield thing
            inside = thing.values()
        elif isinstance(thing, pikepdf.Array):
            inside = thing
        else:
            continue
        open_ += [value for value in inside if isinstance(value, pikepdf.Object) and not value.is_indirect]


@pytest.fixture(params=[(name, profile) for name in TWELVE for profile in PROFILES], ids="-".join)
def which(request):
    return request.param


@pytest.fixture
def data(compiled, which):
    return compiled(*which)


def test_an_independent_checker_finds_nothing(data, which):
    standard, _ = PROFILES[which[1]]
    for profile in (standard, "ua1"):
        report = page.validate_pdf_bytes(data, profile=profile)
        # It takes the last byte of a stream for a line end where that is CR.
        found = [each.message for each in report.failures if "STREAM-LENGTH" not in each.rule_id]
        assert found == []


def test_a_letter_is_tagged_in_its_language_and_its_headings_skip_no_level(data, letters, which):
    letter = letters(*which)
    language = TWELVE[which[0]].edition.text.language
    levels = [int(found[1]) for tag in letter.root.every() if (found := HEADINGS.fullmatch(tag.kind))]

    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert (pdf.Root.ViewerPreferences.get("/Direction") == "/R2L") is (language in {"ar", "fa", "ug"})
        assert all(page.get("/Tabs") == "/S" for page in pdf.pages)
        assert pdf.check_pdf_syntax() == []
    assert letter.root.kind == "Document"
    assert letter.language.split("-")[0] == language.split("-")[0]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_outline_names_every_heading_in_order(letters, which):
    letter = letters(*which)
    headings = [tag.text for tag in letter.root.every() if HEADINGS.fullmatch(tag.kind)]

    # How a line of several directions is put together is a reader's own opinion, and a letter with two marks may
    # stand twice in the text that the typesetter writes (decision record 0044).
    assert [set("".join(item.title.split())) for item in letter.outline] == [
        set("".join(heading.split())) for heading in headings
    ]


def test_the_metadata_say_what_the_letter_is(letters, which):
    letter, golden = letters(*which), TWELVE[which[0]]
    short = {name.rpartition("}")[2]: value for name, value in letter.metadata.items()}

    assert short["title"] == golden.edition.text.title
    assert golden.edition.coalition in short["creator"]
    assert short["CreateDate"].startswith(golden.edition.date.isoformat())
    assert letter.metadata["{http://www.aiim.org/pdfa/ns/id/}part"] == PROFILES[which[1]][1]
    assert letter.metadata["{http://www.aiim.org/pdfa/ns/id/}conformance"] == "A"
    assert letter.metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"


def test_only_the_archive_carries_the_copy_as_its_source(data, letters, which):
    attached = letters(*which).attachments
    with pikepdf.open(io.BytesIO(data)) as pdf:
        kinds = [str(spec.AFRelationship) for spec in pdf.Root.get("/AF", [])]

    if which[1] == "mail":
        assert (attached, kinds) == ({}, [])
    else:
        assert kinds == ["/Source"]
        assert hashlib.sha256(attached["letter.json"]).hexdigest() == TWELVE[which[0]].copy.check_code


def test_every_font_is_inside(data):
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fonts = [thing for thing in dictionaries(pdf) if thing.get("/Type") == "/Font"]
        described = [thing for thing in dictionaries(pdf) if thing.get("/Type") == "/FontDescriptor"]

        assert fonts
        assert all("/ToUnicode" in font for font in fonts if font.Subtype == "/Type0")
        assert {str(font.Subtype) for font in fonts} <= {"/Type0", "/CIDFontType0", "/CIDFontType2"}
        assert all("/FontFile2" in each or "/FontFile3" in each for each in described)


def test_a_letter_does_nothing_by_itself_and_leads_only_where_its_text_does(data, which):
    text = TWELVE[which[0]].edition.text
    source = "\n".join([text.body, text.asks_intro, *text.asks, text.ending]).encode()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        all_ = list(dictionaries(pdf))
        targets = {str(thing.URI).encode() for thing in all_ if "/URI" in thing}

        assert "/Encrypt" not in pdf.trailer
        assert not any(ACTIONS & set(thing.keys()) for thing in all_)
        assert not any(thing.get("/S") in KINDS for thing in all_)
        # Data elsewhere: a stream in a file beside this one, or a form, picture or font from outside.
        assert not any("/F" in thing for thing in all_ if isinstance(thing, pikepdf.Stream))
        assert not any("/FS" in thing or "/Ref" in thing or "/OPI" in thing for thing in all_)
        assert {thing.get("/Subtype") for thing in all_ if thing.get("/Type") == "/Annot"} <= {"/Link"}
    assert targets <= set(WRITTEN.findall(source))


@pytest.mark.parametrize("form", ["mail", "archive", "html", "txt", "json"])
def test_nobody_who_is_only_counted_is_anywhere(compiled, letters, form):
    data = letters("withheld", form).everything if form in PROFILES else compiled("withheld", form)

    assert [name for name in HIDDEN if stands_in(name, data)] == []
    # The same search finds those who may be there.
    assert [name for name in FOR_THE_ADDRESSEE if not stands_in(name, data)] == [] or form in PROFILES


def test_no_text_of_a_pdf_names_anybody_who_is_only_counted(letters):
    letter = letters("withheld", "archive")
    said = letter.text.replace(" ", "")

    assert [name for name in HIDDEN if name.replace(" ", "") in said] == []
    assert [name for name in FOR_THE_ADDRESSEE if name.replace(" ", "") not in said] == []


def stands_in(name, data):
    """Tell whether a name stands in bytes, in any of the ways in which one writes text into a PDF."""
    ways = (name.encode(), name.encode("utf-16-be"), name.encode("utf-16-be").hex().encode())
    return any(way in data or way.upper() in data for way in ways)
