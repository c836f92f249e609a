"""Passages that changed are read as they are printed."""

import pytest

from service.letter.difference import Passage, Stretch
from service.web.differences import shown_passages


def shown(*texts):
    stretches = tuple(Stretch(kind="same", text=text) for text in texts)
    passage = Passage(part="body", language="en", kind="changed", number=1, stretches=stretches)
    (one,) = shown_passages([passage], language="en")
    return "".join(stretch.text for stretch in one.passage.stretches)


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        (("They wrote down\na number.",), "They wrote down a number."),
        (("They wrote down", "\na number."), "They wrote down a number."),
        (("A poem  \nhas lines.",), "A poem  \nhas lines."),
        (("First:\n- one\n- two",), "First:\n- one\n- two"),
        (("First:\n1. one\n2) two",), "First:\n1. one\n2) two"),
        (("One.\n\nTwo.",), "One.\n\nTwo."),
        (("In\n2019 they did.",), "In 2019 they did."),
    ],
)
def test_a_line_that_an_editor_broke_goes_on(written, printed):
    assert shown(*written) == printed
