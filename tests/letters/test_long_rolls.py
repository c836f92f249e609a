"""Rolls of more than a page: no name falls off, whatever a layout needs to settle, and none stands alone on the last page."""

from collections import Counter

import pytest

from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from tests.letters.pdf_reader import read_letter
from tests.unit.letter.letters import make_edition, make_signatory


def test_two_long_rolls_in_one_letter_settle_and_lose_nobody() -> None:
    names = [f"Watch {number:04} of the River" for number in range(1_500)]
    roll = tuple(
        make_signatory(name, kind="organization" if place % 2 else "person")
        for place, name in enumerate(names)
    )
    copy = make_copy(make_edition(roll=roll), audience="public", office=None)

    said = read_letter(compile_copy(copy, form="pdf").data).text

    assert [name for name in names if said.count(name) != 1] == []


@pytest.mark.parametrize("names", [1_600, 2_200])
def test_no_page_between_is_left_half_empty_where_the_roll_before_it_is_drawn_level(names: int) -> None:
    roll = tuple(
        make_signatory(
            f"{'Watch' if place % 2 else 'Ana'} {place:04}", kind="organization" if place % 2 else "person"
        )
        for place in range(names)
    )
    copy = make_copy(make_edition(roll=roll), audience="public", office=None)

    letter = read_letter(compile_copy(copy, form="pdf").data)

    for kind in ("Watch", "Ana"):
        pages = Counter(
            tag.page for tag in letter.root.every() if tag.kind == "P" and tag.text.startswith(kind)
        )
        between = [pages[page] for page in sorted(pages)[1:-1]]
        assert min(between) > 0.9 * max(between)


@pytest.mark.parametrize("names", [29, 30, 31, 33])
def test_no_page_begins_with_one_row_of_names_and_ends_after_it(names: int) -> None:
    organizations = (make_signatory(f"Watch {number:03} of the River") for number in range(names))
    persons = (make_signatory(f"Ana Person {number:03}", kind="person") for number in range(60))
    copy = make_copy(make_edition(roll=(*organizations, *persons)), audience="public", office=None)

    letter = read_letter(compile_copy(copy, form="pdf").data)

    pages = Counter(
        tag.page for tag in letter.root.every() if tag.kind == "P" and tag.text.startswith("Watch")
    )
    assert pages.total() == names
    assert len(pages) == 2
    assert pages[max(pages)] >= 5
