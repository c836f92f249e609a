"""What was measured is held against what was promised."""

import math

from benchmarks.verdict import all_hold, at_least, at_most, holds


def test_a_line_holds_at_its_limit_and_not_beyond() -> None:
    assert at_least("rate", 1.5, 1.5).holds
    assert not at_least("rate", 1.49, 1.5).holds
    assert at_most("wait", 2.0, 2.0, unit="s").holds
    assert not at_most("wait", math.inf, 2.0, unit="s").holds


def test_what_was_not_measured_does_not_hold() -> None:
    line = at_least("rate", math.nan, 1.5)

    assert not line.holds
    assert "not measured" in str(line)


def test_one_broken_line_breaks_the_verdict_and_so_does_none_at_all() -> None:
    good, bad = (holds("it", measured="", wanted="", so=so) for so in (True, False))

    assert all_hold([good, good])
    assert not all_hold([good, bad])
    assert not all_hold([])


def test_a_row_of_the_verdict_fits_into_100_columns() -> None:
    longest = "ours, PostgreSQL: memory is flat from 2,000 to 200,000 queued"

    assert len(str(holds(longest, measured="+12.3 MB", wanted="<= 15% or 10 MB", so=True))) <= 100
