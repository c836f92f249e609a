"""Rolls so long that they flow through their columns: no name falls off a page, whatever a layout needs to settle."""

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
