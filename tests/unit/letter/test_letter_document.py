import pytest

from service.foundation.errors import Refused
from service.letter.document import make_document, plain_blocks, plain_pieces
from service.letter.markdown import Run, read_markdown
from tests.unit.letter.letters import MINISTER, ROLL, copy_of, make_person, make_signatory, make_text

LINES = [
    (make_signatory("River Watch"), "River Watch"),
    (make_signatory("River Watch", acronym="RW"), "River Watch (RW)"),
    (make_signatory("བོད", name_latin="Tibet Group", acronym="TG"), "བོད (Tibet Group, TG)"),
    (make_signatory("Net", qualifier="for its 12 members", country="XT"), "Net, for its 12 members, Tibet"),
    (make_signatory("Net", qualifier="(a network)"), "Net (a network)"),
    (make_signatory("Net", position="no", affiliation="no"), "Net"),
    (make_person("Ana", position="Judge", affiliation="Court", acronym="no"), "Ana, Judge, Court"),
    (make_person("Ana", name_latin="Ana"), "Ana"),
]
LETTERS = [
    ("a *b* **c**", [Run(kind="text", text="a "), "emphasis", Run(kind="text", text=" "), "strong"]),
    ("[a](https://b.example)", ["link"]),
    ("<https://b.example>", ["link"]),
    ("[a](javascript:alert(1))", [Run(kind="text", text="[a](javascript:alert(1))")]),
    ("[a](ftp://b.example)", [Run(kind="text", text="a")]),
    ("<b>x</b> `y` &amp;", [Run(kind="text", text="<b>x</b> `y` &")]),
    ("one\ntwo", [Run(kind="text", text="one two")]),
    ("one\\\ntwo", [Run(kind="text", text="one"), Run(kind="break"), Run(kind="text", text="two")]),
]


def entries(copy):
    return [
        plain_pieces(entry.line)
        for section in make_document(copy).sections
        for group in section.groups
        for entry in group.entries
    ]


@pytest.mark.parametrize(("signatory", "line"), LINES)
def test_a_signatory_is_printed_as_it_wants(signatory, line):
    assert entries(copy_of(roll=(signatory,), show_country=True)) == [line]


@pytest.mark.parametrize(("markdown", "runs"), LETTERS)
def test_markdown_becomes_runs_and_nothing_else(markdown, runs):
    (((block,),), _) = vars(read_markdown([markdown], fill=str)).values()

    assert [
        run if isinstance(wanted, Run) else run.kind for run, wanted in zip(block.runs, runs, strict=True)
    ] == runs


def test_headings_never_skip_a_level():
    written = read_markdown(["# a\n\n#### b\n\n###### c", "### d"], fill=str)

    assert [block.level for part in written.parts for block in part] == [2, 3, 4, 2]


def test_notes_number_through_all_parts_of_the_letter():
    written = read_markdown(["a[^x]", "b[^y] c[^x]", "[^x]: one\n\n[^y]: two"], fill=str)

    numbers = [
        run.number for part in written.parts for block in part for run in block.runs if run.kind == "note"
    ]
    assert numbers == [1, 2, 1]
    assert [plain_blocks(note) for note in written.notes] == ["one", "two"]


def test_parts_stay_apart_whatever_they_end_with():
    written = read_markdown(["- a list", "> a quotation", "1. numbers", "", "last\n\n    indented"], fill=str)

    assert [len(part) for part in written.parts] == [1, 1, 1, 0, 2]


def test_a_text_cannot_forge_the_border_between_parts():
    with pytest.raises(Refused, match="U\\+E000"):
        read_markdown(["\ue000\ue001\ue000", "x"], fill=str)


def test_what_fills_a_placeholder_is_text_and_is_not_filled_again():
    document = make_document(copy_of(text=make_text(body="For ((event))."), event="*The* ((count)) <b>"))

    assert document.body[0].runs == (Run(kind="text", text="For *The* ((count)) <b>."),)


def test_placeholders_are_filled_in_every_part():
    text = make_text(
        title="((count)) ask",
        re="Before ((event))",
        body="On behalf of ((signatories)) on ((date))",
        asks=("((countries))",),
    )
    document = make_document(copy_of(text=text))

    assert document.title == "7 ask"
    assert document.re == "Before the Basin Summit"
    assert plain_blocks(document.body) == "On behalf of 7 organizations and individuals on December 7, 2026"
    assert plain_blocks(document.asks[0]) == "4"


def test_a_placeholder_in_a_name_stays_as_it_is():
    assert entries(copy_of(roll=(make_signatory("((count)) Rivers"),))) == ["((count)) Rivers"]


def test_only_a_copy_with_such_names_says_they_are_not_for_publication():
    assert make_document(copy_of("full")).not_for_publication == "Contains names that are not for publication"
    assert make_document(copy_of("public", MINISTER)).not_for_publication == ""
    assert make_document(copy_of("full", roll=(make_signatory("X"),))).not_for_publication == ""


def test_the_letter_as_it_stands_is_marked_a_draft():
    assert make_document(copy_of(number=0)).draft == "DRAFT v2, not for circulation"
    assert make_document(copy_of(number=1)).draft == ""


def test_affiliations_are_explained_once_and_only_where_there_are_any():
    assert make_document(copy_of()).identification == "Affiliations are for identification only."
    assert make_document(copy_of(roll=ROLL[:3])).identification == ""


def test_sections_have_headings_only_where_there_are_two():
    both = make_document(copy_of())
    one = make_document(copy_of(roll=ROLL[:3]))

    assert [section.heading for section in both.sections] == ["Organizations", "Individuals"]
    assert [section.heading for section in one.sections] == [""]


def test_a_country_that_is_the_groups_heading_is_not_said_again():
    document = make_document(
        copy_of(
            roll=(make_signatory("X", country="TW"), make_signatory("Y")),
            group_by="country",
            show_country=True,
        )
    )

    (section,) = document.sections
    assert [(group.heading, plain_pieces(group.entries[0].line)) for group in section.groups] == [
        ("Taiwan", "X"),
        ("Other", "Y"),
    ]


def test_who_signed_for_an_organization_stands_below_it():
    roll = (make_signatory("X", representative_name="R. Head", representative_title="Director"),)
    document = make_document(copy_of(roll=roll, show_representative=True))

    assert plain_pieces(document.sections[0].groups[0].entries[0].below) == "R. Head, Director"


def test_a_letter_that_nobody_signed_yet_has_no_roll():
    document = make_document(copy_of(number=0, roll=()))

    assert document.undersigned == ""
    assert document.sections == ()
    assert plain_blocks(document.body).startswith("On behalf of no signatories")


def test_a_long_title_is_shortened_at_a_word_for_the_foot():
    document = make_document(
        copy_of(text=make_text(title="Protect the river and all those who live beside it before the summit"))
    )

    assert document.running_title == "Protect the river and all those who live beside it before the…"


def test_without_letterhead_the_coalition_heads_the_letter():
    assert make_document(copy_of(letterhead=())).letterhead == ("Coalition for Open Rivers",)
