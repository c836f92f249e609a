"""The demonstration notices a missing name, a wrong count and a leak in a copy of the letter."""

import re

import pytest

from examples.demo.copies import check_copy
from examples.demo.errors import DemoFailed
from examples.demo.people import read_cast

CAST = read_cast()
OPENING = "On behalf of 55 organizations\nand individuals, we write to you.\n"
NAMED = {
    visibility: "\n".join(signer.name for signer in CAST.counted if signer.visibility == visibility)
    for visibility in ("public", "recipient", "counted")
}
SILENT = next(signer for signer in CAST.everybody if not signer.confirms)


def test_a_right_copy_passes_however_it_is_wrapped() -> None:
    isolated = re.sub(r"(?m)^(.+)$", "\u2068\\1\u2069", NAMED["public"]).replace(" ", "\n   ")

    check_copy(CAST, OPENING + isolated, full=False)
    check_copy(CAST, OPENING + NAMED["public"] + "\n" + NAMED["recipient"], full=True)


@pytest.mark.parametrize(
    ("text", "full", "words"),
    [
        (NAMED["public"], False, "does not say that it has 55"),
        (OPENING.replace("55", "59") + NAMED["public"], False, "does not say that it has 55"),
        (OPENING + NAMED["public"], True, "6 of 50 names are missing"),
        (OPENING + NAMED["public"][20:], False, "1 of 44 names are missing"),
        (OPENING + NAMED["public"] + NAMED["recipient"], False, "6 names that must be withheld"),
        (
            OPENING + NAMED["public"] + NAMED["recipient"] + NAMED["counted"],
            True,
            "5 names that must be withheld",
        ),
        (OPENING + NAMED["public"] + SILENT.name.upper(), False, "1 names that must be withheld"),
        (OPENING + NAMED["public"] + "Aysenem Qutluq", False, "1 names that must be withheld"),
    ],
)
def test_a_wrong_copy_is_told_by_numbers_alone(text: str, *, full: bool, words: str) -> None:
    with pytest.raises(DemoFailed, match=words) as caught:
        check_copy(CAST, text, full=full)

    assert not any(name in str(caught.value) for signer in CAST.everybody for name in signer.names)
