"""The proof by crashes catches what it is there to catch, and passes what is right."""

import re

import pytest

from service.model.message import MessageKind
from tests.faults.crash import Blow, Strike, main
from tests.faults.late_fence import with_a_late_fence
from tests.faults.sender import Label

# Kills come often and the relay thinks, so that a small soak meets the moment between the dot and the commit.
SMALL_SOAK = ["--part", "soak", "--messages", "200", "--kill-every", "0.2", "--answer-seconds", "0.02"]


def verdict(shown: str) -> dict[str, int]:
    """Read the line of sums that the proof prints before its verdict."""
    found = re.search(r"lost (?P<lost>\d+), doubled (?P<doubled>\d+)", shown)
    assert found is not None
    return {name: int(number) for name, number in found.groupdict().items()}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_fence_after_the_dot_doubles_mail_and_is_caught(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # Kills fall at random: a small soak may miss the moment that doubles, eight of them in a row will not.
    code, shown = 0, ""
    for _ in range(8):
        code = main([*SMALL_SOAK, "--database", database], make_transport=with_a_late_fence)
        shown = capsys.readouterr().out
        if verdict(shown)["doubled"] > 0:
            break

    assert code == 1
    assert verdict(shown)["doubled"] > 0
    assert shown.splitlines()[-1] == "FAILED: a promise was broken."


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_real_sender_stands_the_same_soak(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main([*SMALL_SOAK, "--database", database])

    shown = capsys.readouterr().out
    assert (code, verdict(shown)) == (0, {"lost": 0, "doubled": 0}), shown
    assert shown.splitlines()[-1] == "Passed: every promise was kept."


@pytest.mark.parametrize("label", Label)
def test_doubt_is_allowed_only_where_the_body_may_have_gone(label: Label) -> None:
    killed = Strike(label=label, blow=Blow.KILL, kind=MessageKind.DELIVERY)

    before_the_fence = label in {Label.BEFORE_CLAIM, Label.AFTER_CLAIM, Label.BEFORE_FENCE}
    assert killed.doubt_allowed == (0 if before_the_fence else 1)
