"""The words of a letter while they are written: checked as a file is, moved about, amended."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.campaigns.file import read_campaign_file
from service.campaigns.writing.paragraphs import Place, amended, paragraphs_of, where_it_stands
from service.campaigns.writing.words import FaultyText, WrittenText, file_with, text_of
from service.foundation.errors import Refused
from service.web.desk.text_form import shaped
from tests.coalition import letter_file

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FILE = read_campaign_file(letter_file(), now=NOW)
TEXT = text_of(FILE, "en")
assert TEXT is not None

VALUES = {
    "title": (
        "",
        "Protect",
        "x" * 300,
        "x" * 301,
        "two\nlines",
        "a\u202eb",
        "((count))",
        "((cuont))",
        "((count",
    ),
    "subtitle": ("", "x" * 301, "((event))"),
    "salutation": ("", "x" * 200, "x" * 201, "Dear \u200bMadam,"),
    "body": ("", " \n ", "a\n\nb", "((date)", "(( date ))", "((a b))", "x\ufffdy", "e\u0301" * 3, "a\u0000b"),
    "asks_intro": ("", "x" * 4001),
    "ending": ("", "((signatories)), ((signatorys))"),
    "closing": ("", "x" * 201, "a\tb"),
}  # fmt: skip -- one line for each field


@pytest.mark.parametrize(("field", "value"), [(field, one) for field, some in VALUES.items() for one in some])
def test_a_text_is_taken_at_the_desk_where_a_file_with_it_is_loaded(field: str, value: str) -> None:
    def is_loaded() -> bool:
        written = letter_file().decode()
        lines = [one for one in written.split("\n") if not one.startswith(f"{field} =")]
        quoted = '"' + "".join(f"\\u{ord(c):04X}" for c in value) + '"'
        place = lines.index("[letter]") + 1
        try:
            read_campaign_file(
                "\n".join([*lines[:place], f"{field} = {quoted}", *lines[place:]]).encode(), now=NOW
            )
        except Refused:
            return False
        return True

    def faulty_fields() -> set[str]:
        try:
            file_with(FILE, [replace(TEXT, **{field: value})])
        except FaultyText as faulty:
            return {one.field for one in faulty.found}
        return set()

    assert faulty_fields() == (set() if is_loaded() else {field})


def test_a_fault_names_its_line() -> None:
    with pytest.raises(FaultyText) as told:
        file_with(FILE, [replace(TEXT, body="One.\r\n\r\nTwo ((x)).\r\nThree ((y", title="")])

    assert [(one.field, one.line) for one in told.value.found] == [("title", 0), ("body", 3)]


def test_what_is_put_back_unchanged_changes_nothing() -> None:
    assert file_with(FILE, [TEXT]) == FILE


MOVES = {
    ("ask-add", ""): (("a", "b", ""), 3),
    ("ask-drop", "1"): (("b",), 1),
    ("ask-drop", "3"): (("a", "b"), 0),
    ("ask-up", "2"): (("b", "a"), 1),
    ("ask-up", "1"): (("a", "b"), 0),
    ("ask-down", "1"): (("b", "a"), 2),
    ("ask-down", "2"): (("a", "b"), 0),
    ("ask-up", "\u0662"): (("a", "b"), 0),
    ("save", "1"): (("a", "b"), 0),
}


@pytest.mark.parametrize(("button", "wanted"), MOVES.items())
def test_requests_move(button: tuple[str, str], wanted: tuple[tuple[str, ...], int]) -> None:
    text, place = shaped(WrittenText(language="en", asks=("a", "b")), *button)

    assert (text.asks, place) == wanted


def test_other_words_take_the_place_of_one_paragraph_and_of_nothing_else() -> None:
    text = replace(TEXT, body="One.\n\nTwo.\n \n\nTwo.\n\n- three", asks=("a", "b"))

    assert amended(text, Place(part="body", number=2), "2").body == "One.\n\n2\n \n\nTwo.\n\n- three"
    assert amended(text, Place(part="asks", number=2), "B").asks == ("a", "B")
    assert amended(text, Place(part="title", number=1), "New\ntitle").title == "New title"
    assert [one.place.code for one in paragraphs_of(text) if one.place.part == "body"] == [
        "body-1", "body-2", "body-3", "body-4",
    ]  # fmt: skip
    assert where_it_stands(text, Place(part="body", number=1), "- three") == Place(part="body", number=4)
    assert where_it_stands(text, Place(part="body", number=1), "Two.") is None
    assert where_it_stands(text, Place(part="body", number=2), "Two.") == Place(part="body", number=2)
