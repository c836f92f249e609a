"""What a form gives for a way of sending, read by what the way says that it needs."""

import pytest

from service.delivery.setting import LONGEST_LINE, Misset, Setting, read_given
from service.foundation.sentence import Sentence

MODE = Setting(key="mode", word=Sentence("Mode"), helps=Sentence("One."), one_of=("real", "trial"))
KEY = Setting(key="key", word=Sentence("Key"), helps=Sentence("A secret."), secret=True)
LINES = Setting(key="lines", word=Sentence("Lines"), helps=Sentence("Several."), is_long=True, optional=True)
HOOK = Setting(key="hook", word=Sentence("Hook"), helps=Sentence("A secret."), secret=True, optional=True)
ALL = (MODE, KEY, LINES, HOOK)
GOOD = {"mode": "real", "key": "k1"}


@pytest.mark.parametrize(
    ("given", "kept", "read"),
    [
        (GOOD, {}, GOOD),
        ({"mode": " real ", "key": "k1 ", "url": "http://127.0.0.1"}, {}, GOOD),
        ({"mode": "trial", "key": ""}, GOOD, {"mode": "trial", "key": "k1"}),
        ({"mode": "real", "key": "k2"}, GOOD, {"mode": "real", "key": "k2"}),
        ({**GOOD, "lines": "a\r\nb\r\n"}, {}, {**GOOD, "lines": "a\nb"}),
        # What is no secret goes when it is emptied; a secret stays.
        ({**GOOD, "lines": "", "hook": ""}, {**GOOD, "lines": "a", "hook": "h"}, {**GOOD, "hook": "h"}),
    ],
)
def test_what_a_way_asks_for_is_read_and_nothing_else(given, kept, read):
    assert read_given(ALL, given, kept=kept) == read


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, {"mode": "Mode is missing.", "key": "Key is missing."}),
        ({**GOOD, "mode": "other"}, {"mode": "Mode is none of those that there are."}),
        ({**GOOD, "key": "a\nb"}, {"key": "Key must be on one line."}),
        (
            {**GOOD, "key": "k" * (LONGEST_LINE + 1)},
            {"key": f"Key is too long: at most {LONGEST_LINE} characters."},
        ),
    ],
)
def test_each_fault_is_told_with_its_key(given, wrong):
    with pytest.raises(Misset) as refused:
        read_given(ALL, given, kept={})

    assert refused.value.by_key == wrong
    assert "k" * 20 not in str(refused.value)
