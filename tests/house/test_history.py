"""Whatever is kept of what was done to a letter is said in words: who reads its history reads no code."""

import re

from service.coordinators.history import said_of
from tests.house.repository import files

ACT = re.compile(r'\bact ?= ?"([a-z_]+[.:][a-z_.:-]+)"')
# These are of an account or of the whole service, and stand in no letter's history.
OF_NO_LETTER = ("account.", "coordinator.", "session.", "sign_in.")


def test_each_act_that_is_kept_of_a_letter_has_words() -> None:
    kept = {act for path in files(".py", under="service") for act in ACT.findall(path.read_text())}

    assert len(kept) > 90
    assert sorted(act for act in kept if not act.startswith(OF_NO_LETTER) and not said_of(act)) == []
