"""What a deadline promises, on each database: sign-ons end at it, confirmations count a while longer, and nothing waits for them."""

from datetime import UTC, datetime, timedelta

import pytest

from service.campaigns import life
from service.foundation.errors import Refused
from service.model.states import CampaignState
from service.schedules.calendar import calendar
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.doubles.house import in_parallel

DEADLINE = datetime(2026, 12, 5, 22, tzinfo=UTC)
GRACE, SECOND, HOUR = timedelta(hours=24), timedelta(seconds=1), timedelta(hours=1)
ENDS = "grace for confirmations ends"


@pytest.fixture
def letter(engine, root, noon):
    """Give an open letter that somebody signed and has not confirmed, an hour before its deadline."""
    letter = Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))
    letter.sign_and_confirm("Lake Alliance")
    letter.now = DEADLINE - HOUR
    letter.sign("Second House").deliver_mail()
    return letter


def closes(letter):
    with transaction(letter.engine) as session:
        return life.close_due(session, now=letter.now)


def foretold(letter):
    with reading(letter.engine) as session:
        entries = calendar(
            session,
            letter.keyring,
            lead=timedelta(days=1),
            until=letter.now + timedelta(days=60),
            now=letter.now,
        )
    return {entry.what: entry.at for entry in entries}


def test_sign_ons_end_at_the_deadline_and_not_a_second_before(letter):
    letter.now = DEADLINE - SECOND
    assert closes(letter) == 0
    letter.now = DEADLINE
    done = []
    in_parallel(3, lambda _: done.append(closes(letter)))

    assert sum(done) == 1
    assert (letter.campaign().state, letter.campaign().closed_at) == (CampaignState.CLOSED, DEADLINE)
    with pytest.raises(Refused):
        letter.sign("Third House")


@pytest.mark.parametrize(("late", "number"), [(-SECOND, 2), (timedelta(0), 1)])
def test_a_confirmation_counts_until_the_grace_ends(letter, late, number):
    letter.now = DEADLINE
    closes(letter)
    letter.now = DEADLINE + GRACE + late
    try:
        letter.confirm(letter.newest_token("confirm"))
    except Refused:
        assert late >= timedelta(0)

    assert letter.counts().signatories == number


def test_nothing_waits_for_the_grace(letter):
    letter.now = DEADLINE
    closes(letter)
    proposal = letter.propose()
    letter.approve_all().release()

    assert len(proposal.letter.roll) == 1


def test_the_end_of_the_grace_is_foretold_and_moves_with_the_deadline(letter):
    assert foretold(letter)[ENDS] == DEADLINE + GRACE
    letter.now = DEADLINE
    closes(letter)
    assert foretold(letter)[ENDS] == DEADLINE + GRACE
    assert "deadline for sign-ons" not in foretold(letter)

    with transaction(letter.engine) as session:
        life.reopen(session, SLUG, until=DEADLINE + 3 * HOUR, by="ada", now=letter.now)
    assert foretold(letter)[ENDS] == DEADLINE + 3 * HOUR + GRACE
    letter.now = DEADLINE + 3 * HOUR + GRACE
    closes(letter)
    assert ENDS not in foretold(letter)


def test_a_letter_without_grace_has_none(engine, root, noon):
    letter = Coalition(engine=engine, root=root, now=noon).open(letter_file(more="grace_hours = 0"))
    letter.sign("Second House").deliver_mail()
    letter.now = DEADLINE
    closes(letter)

    assert ENDS not in foretold(letter)
    with pytest.raises(Refused):
        letter.confirm(letter.newest_token("confirm"))
