"""The service itself takes the demonstration's files as they are."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from examples.demo.calendar import move_moments
from examples.demo.folder import RIVER
from examples.demo.people import AGREED, INVITED
from service.campaigns.file import read_campaign_file
from service.signing.roll_file import read_signatories

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LETTER = (RIVER / "campaign.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("path", "attested", "rows"), [(INVITED, False, 12), (AGREED, True, 7)])
def test_the_lists_are_signatories_files(path: Path, *, attested: bool, rows: int) -> None:
    assert len(read_signatories(path.read_bytes(), attested=attested)) == rows


@pytest.mark.parametrize(
    "campaign", [LETTER, move_moments(LETTER, deadline=NOON + timedelta(seconds=45))], ids=["kept", "moved"]
)
def test_the_letter_is_a_campaign_file(campaign: str) -> None:
    assert read_campaign_file(campaign.encode(), now=NOON).slug == "tamarel"


def test_the_moved_letter_is_open_at_once_and_until_its_deadline() -> None:
    deadline = NOON + timedelta(seconds=45)

    file = read_campaign_file(move_moments(LETTER, deadline=deadline).encode(), now=NOON)

    assert file.opens_at is not None
    assert file.opens_at < NOON
    assert file.deadline_at == deadline
