"""What the outbox says at a terminal of eighty columns, with a meaning for every word."""

from datetime import UTC, datetime, timedelta

from service.cli.outbox_words import overview_lines
from service.mail.view.meanings import AFTERWARDS, STATES
from service.mail.view.overview import Overview, Reply
from service.model.message import AfterState, MessageKind
from service.model.states import MessageState

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_every_word_has_its_meaning() -> None:
    assert set(STATES) == set(MessageState)
    assert set(AFTERWARDS) == set(AfterState)


def test_all_numbers_stand_within_eighty_columns() -> None:
    overview = Overview(
        states=dict.fromkeys(MessageState, 123_456),
        may_arrive_twice=123_456,
        heard=dict.fromkeys(AfterState, 123_456),
        due_now=1,
        due_later=123_456,
        next_at=NOON + timedelta(hours=3, minutes=4),
        oldest_since=NOON - timedelta(days=3, hours=4),
        oldest_kind=MessageKind.COORDINATOR_INVITATION,
        replies=[Reply(code=550, enhanced="5.7.509", destination="x-", number=123_456)],
        replies_left_out=123_456,
    )

    lines = list(overview_lines(overview, now=NOON))

    assert [line for line in lines if len(line) > 80] == []
