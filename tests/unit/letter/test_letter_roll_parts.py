"""A long roll is shown in parts that a page can hold, in order, every name once."""

from service.letter.document import Entries, Entry, Piece, Section
from service.letter.roll_parts import MOST_NAMES, first_of, make_roll


def entry(name: str, below: str = "") -> Entry:
    return Entry(line=(Piece(text=name, role="name"),), below=(Piece(text=below),) if below else ())


def sections(organizations: int, people: int, *, length: int = 0) -> tuple[Section, ...]:
    """Give two kinds in two groups each."""
    found = []
    for kind, heading, number in (
        ("organization", "Organizations", organizations),
        ("person", "People", people),
    ):
        names = [entry(f"{heading} {place:05}".ljust(length, "ཀ")) for place in range(number)]
        groups = (
            Entries(heading="A", entries=tuple(names[: number // 2])),
            Entries(heading="B", entries=tuple(names[number // 2 :])),
        )
        found.append(Section(kind=kind, heading=heading, groups=groups))
    return tuple(found)


def names_in(parts: tuple[Section, ...]) -> list[str]:
    return [one.line[0].text for section in parts for group in section.groups for one in group.entries]


def test_the_parts_are_the_roll():
    whole = sections(3_000, 2_000)
    roll = make_roll(whole)

    together = [name for number in range(1, len(roll.parts) + 1) for name in names_in(roll.part(number))]

    assert together == names_in(whole)
    assert len(roll.parts) == 5_000 // MOST_NAMES
    assert all(len(names_in(roll.part(number))) <= MOST_NAMES for number in range(1, len(roll.parts) + 1))


def test_a_part_keeps_the_headings_of_its_names():
    roll = make_roll(sections(MOST_NAMES + 50, 100))

    second = roll.part(2)

    assert [(part.heading, [group.heading for group in part.groups]) for part in second] == [
        ("Organizations", ["B"]),
        ("People", ["A", "B"]),
    ]


def test_a_short_roll_is_one_part_as_it_was():
    whole = sections(6, 4)

    assert make_roll(whole).part(1) == whole


def test_long_names_make_smaller_parts():
    roll = make_roll(sections(400, 0, length=190))

    for number in range(1, len(roll.parts) + 1):
        assert sum(len(name.encode()) for name in names_in(roll.part(number))) < 60_000


def test_no_names_make_one_empty_part():
    roll = make_roll(())

    assert roll.part(1) == ()
    assert roll.part(2) == roll.part(0) == roll.part(-1) == ()
    assert roll.search("a") == ()
    assert first_of(()) == ()


def test_a_search_finds_names_and_whoever_signed_for_them_in_the_order_of_the_roll():
    roll = make_roll(
        (
            Section(
                kind="organization",
                heading="",
                groups=(
                    Entries(
                        heading="",
                        entries=(entry("Lake Alliance", "Noor Example"), entry("Élan"), entry("Lake Two")),
                    ),
                ),
            ),
        )
    )

    assert names_in(first_of(roll.search("lake"))) == ["Lake Alliance", "Lake Two"]
    assert names_in(first_of(roll.search("noor"))) == ["Lake Alliance"]
    assert names_in(first_of(roll.search("elan"))) == ["Élan"]
