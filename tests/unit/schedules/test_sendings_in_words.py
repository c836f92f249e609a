"""How the desk speaks of sendings: where one stands, how far it has come, why a mail did not arrive."""

from datetime import timedelta

import pytest

from service.foundation.errors import Refused
from service.model.states import MessageState, OccurrenceState, ScheduleState
from service.schedules.sends.progress import reckon
from service.schedules.sends.undelivered import COMPLAINED, OTHERWISE, why_in_words
from service.schedules.sends.words import Standing, standing_of
from service.signing.own_words import fill_words, read_words
from service.signing.update_words import UpdateWords

FIRED, FIRING, ASKING = OccurrenceState.FIRED, OccurrenceState.FIRING, OccurrenceState.ASKING


@pytest.mark.parametrize(
    ("state", "newest", "has_next", "are_left", "standing"),
    [
        (ScheduleState.DRAFT, None, False, False, Standing.DRAFT),
        (ScheduleState.PROPOSED, FIRING, True, True, Standing.WAITS),
        (ScheduleState.PAUSED, FIRING, True, True, Standing.PAUSED),
        (ScheduleState.ACTIVE, ASKING, True, False, Standing.ASKS),
        (ScheduleState.ACTIVE, FIRING, False, False, Standing.GOING),
        (ScheduleState.ACTIVE, FIRED, False, True, Standing.GOING),
        (ScheduleState.ACTIVE, FIRED, True, False, Standing.PLANNED),
        (ScheduleState.ACTIVE, FIRED, False, False, Standing.DONE),
        (ScheduleState.ACTIVE, OccurrenceState.SKIPPED, False, False, Standing.SKIPPED),
        (ScheduleState.ACTIVE, None, False, False, Standing.NEVER),
        (ScheduleState.CANCELLED, FIRED, True, True, Standing.CANCELLED),
    ],
)
def test_where_a_sending_stands(
    *,
    state: ScheduleState,
    newest: OccurrenceState | None,
    has_next: bool,
    are_left: bool,
    standing: Standing,
) -> None:
    assert standing_of(state, newest, has_next=has_next, are_mails_left=are_left) is standing


def test_every_mail_is_told_once_and_the_rest_takes_its_time() -> None:
    progress = reckon(dict.fromkeys(MessageState, 10), per_minute=15)

    assert progress.in_all == sum(row.number for row in progress.rows) == 10 * len(MessageState)
    assert (progress.gone, progress.waiting, progress.held) == (10, 30, 10)
    assert progress.left == timedelta(minutes=2)
    assert reckon({MessageState.QUEUED: 5}, per_minute=0).left is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("5.1.1", "no such mailbox"),
        ("5.1.10", "takes no mail"),
        ("5.1.7", "not accepted"),
        ("4.2.2", "full"),
        ("5.7.26", "unwanted"),
        ("", OTHERWISE),
    ],
)
def test_why_a_mail_did_not_arrive(code: str, said: str) -> None:
    assert said in why_in_words(code, complained=False)
    assert why_in_words(code, complained=True) is COMPLAINED


def test_what_fills_a_placeholder_is_never_read_as_markdown() -> None:
    words = UpdateWords(subject="On (( title ))", body="Read ((title)), ((name)).")

    filled = fill_words(words, {"title": "[x](https://eve.example) *a*"})

    assert filled.subject == "On [x](https://eve.example) *a*"
    assert filled.body == r"Read \[x\]\(https://eve\.example\) \*a\*, ((name))."


@pytest.mark.parametrize(
    "text", ["Dear ((name)),", "((config.key))", "(({{7*7}}))", "Read ((title) today", "Until ((deadline", ""]
)
def test_no_placeholder_but_ours_is_taken(text: str) -> None:
    with pytest.raises(Refused):
        read_words("Subject", text, needs_subject=True)
