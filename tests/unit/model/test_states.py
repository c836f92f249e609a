"""States move only as the tables say."""

import itertools
from dataclasses import dataclass

import pytest

from service.foundation.errors import Refused
from service.model.states import MACHINES, SIGNATURE, SignatureState


@dataclass
class Row:
    state: SignatureState


@pytest.mark.parametrize(("title", "machine"), MACHINES)
def test_every_state_has_its_row_in_the_table(title, machine):
    states = set(type(next(iter(machine.moves))))

    assert set(machine.moves) == states, title


@pytest.mark.parametrize(("here", "there"), list(itertools.product(SignatureState, SignatureState)))
def test_a_sign_on_moves_as_the_table_says_and_never_otherwise(here, there):
    row = Row(here)

    if there in SIGNATURE.moves[here]:
        SIGNATURE.move(row, there)
        assert row.state is there
    else:
        with pytest.raises(Refused, match="cannot become"):
            SIGNATURE.move(row, there)
        assert row.state is here
