"""A changed name is the same signatory's, or somebody has to look."""

import pytest

from service.model.signature import Kind
from service.signing.identity import stays_the_same

ORGANIZATION, PERSON = Kind.ORGANIZATION, Kind.PERSON


@pytest.mark.parametrize(
    ("kind", "was", "becomes", "same"),
    [
        (ORGANIZATION, "Lake Alliance", "LAKE ALLIANCE", True),
        (ORGANIZATION, "Kizilirmak Dernegi", "Kızılırmak Derneği", False),
        (ORGANIZATION, "Rivieres Libres", "Rivières Libres", True),
        (ORGANIZATION, "Lake Alliance", "Lake-Alliance.", True),
        (ORGANIZATION, "Lake Alliance", "Lake Alliances", False),
        (ORGANIZATION, "Lake Alliance", "Lake Alliance International", False),
        (ORGANIZATION, "Lake Alliance", "Ministry of Truth", False),
        (ORGANIZATION, "རྒྱ་མཚོ།", "རྒྱ་མཚོ", True),
        (PERSON, "Tenzin Exmaple", "Tenzin Example", True),
        (PERSON, "T. Example", "Tenzin Dolma Example", True),
        (PERSON, "Jonh", "John", True),
        (PERSON, "José Perez", "Jose Pérez", True),
        (PERSON, "", "Tenzin Example", True),
        (PERSON, "Tenzin Example", "", True),
        (PERSON, "Tenzin Example", "Ada Lovelace", False),
        (PERSON, "Al Al", "Al Ghul of the Mountain", False),
        (PERSON, "بەختىيار", "Bextiyar", False),
        (PERSON, "王小明", "王小朋", False),
    ],
)
def test_who_may_be_called_otherwise_without_a_look(
    kind: Kind, was: str, becomes: str, *, same: bool
) -> None:
    assert stays_the_same(kind, was=was, becomes=becomes) is same
