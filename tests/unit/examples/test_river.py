"""The demonstration's letter and people are whole, and show what they are meant to show."""

import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable

import pytest

from examples.demo.folder import RIVER
from examples.demo.people import Signer, read_cast
from service.foundation.addresses import normal_address
from service.foundation.written import clean_line, fold_name

CAST = read_cast()
LETTER = tomllib.loads((RIVER / "campaign.toml").read_text(encoding="utf-8"))
SCRIPTS = {"ARABIC", "TIBETAN", "CJK", "LATIN"}


def _scripts(text: str) -> set[str]:
    letters = (unicodedata.name(character) for character in text if character.isalpha())
    return {name.split()[0] for name in letters}


def _kinds(people: Iterable[Signer]) -> Counter[str]:
    return Counter(signer.kind for signer in people)


@pytest.mark.parametrize(
    ("people", "organizations", "persons"),
    [
        (CAST.everybody, 47, 12),
        (CAST.counted, 44, 11),
        (CAST.by_form, 31, 9),
        (CAST.invited, 11, 1),
        (CAST.agreed, 5, 2),
    ],
)
def test_so_many_are_of_each_kind(people: tuple[Signer, ...], organizations: int, persons: int) -> None:
    assert _kinds(people) == {"organization": organizations, "person": persons}


def test_some_are_withheld_and_of_both_kinds() -> None:
    named = Counter((signer.visibility, signer.kind) for signer in CAST.counted)

    assert {key: count for key, count in named.items() if key[0] != "public"} == {
        ("recipient", "organization"): 4,
        ("recipient", "person"): 2,
        ("counted", "organization"): 3,
        ("counted", "person"): 2,
    }


def test_nobody_appears_twice() -> None:
    addresses = [address for signer in CAST.signing for address in signer.addresses]

    assert len({fold_name(name) for signer in CAST.everybody for name in signer.names}) == sum(
        len(signer.names) for signer in CAST.everybody
    )
    assert len(set(addresses)) == len(addresses)


def test_every_script_is_there_and_can_be_read_in_latin() -> None:
    shown = [signer for signer in CAST.counted if signer.visibility == "public"]

    assert set().union(*(_scripts(signer.name) for signer in shown)) == SCRIPTS
    for signer in CAST.everybody:
        assert bool(signer.row["name_latin"]) == (_scripts(signer.name) != {"LATIN"})
        assert _scripts(signer.row["name_latin"]) <= {"LATIN"}
    # ې and ە are letters of Uyghur and not of Arabic.
    assert any("ە" in signer.name for signer in shown)


def test_no_withheld_name_is_part_of_what_may_be_read() -> None:
    readable = [*LETTER["letter"]["body"].splitlines(), LETTER["letter"]["ending"]]
    readable += [name for signer in CAST.counted if signer.visibility == "public" for name in signer.names]
    text = fold_name(" ".join(readable))

    for signer in CAST.everybody:
        if signer.visibility != "public":
            assert not any(fold_name(name) in text for name in signer.names)


def test_every_cell_is_written_as_the_service_keeps_it() -> None:
    for signer in CAST.everybody:
        for column, cell in signer.row.items():
            assert clean_line(cell, what=column) == cell
        if signer.row["email"]:
            assert normal_address(signer.row["email"]) == signer.row["email"]
            assert signer.row["email"].endswith(".example")


def test_the_letter_states_its_own_count_and_asks_four_things() -> None:
    letter = LETTER["letter"]

    assert letter["body"].strip().startswith("On behalf of ((signatories)),")
    assert len(letter["asks"]) == 4
    assert [recipient["role"] for recipient in LETTER["recipients"]] == ["to", "cc", "press"]
    assert len(LETTER["approvers"]) == 2
