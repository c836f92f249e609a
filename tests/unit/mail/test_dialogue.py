"""What is made of a relay's words on one connection, hostile ones included."""

import pytest

from service.mail.dialogue import Asked, Dialogue, Event, Offers
from service.mail.envelope import Envelope
from service.mail.transport import Deferred, InDoubt, Mail, Outcome, Receipt, Rejected, Stage, Told

OK_TO_DATA = b"250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go on\r\n"


def mail() -> Mail:
    data = b"Subject: Rivers\r\n\r\nQUIT\r\n"
    return Mail(
        envelope=Envelope(
            mail_from="letters@rivers.example",
            rcpt_to="zoe@office.example",
            message_id="<abc@rivers.example>",
            data=data,
        )
    )


def submitting(first: Mail, *, all_written: bool = True) -> Dialogue:
    dialogue = Dialogue(relay="relay:25", offers=Offers(pipelining=True))
    dialogue.offer(first)
    dialogue.wrote(len(dialogue.unwritten))
    assert [type(event) for event in dialogue.hear(OK_TO_DATA)] == [Asked]
    dialogue.submit()
    if all_written:
        dialogue.wrote(len(dialogue.unwritten))
    return dialogue


def outcomes(events: list[Event]) -> list[Outcome]:
    return [event.outcome for event in events if isinstance(event, Told)]


@pytest.mark.parametrize(
    ("answer", "told"),
    [(b"250 2.0.0 ok\r\n", Deferred), (b"552 5.3.4 too big\r\n", Rejected), (b"451 4.3.0 no\r\n", Deferred)],
)
def test_an_answer_before_the_dot_is_out_ends_the_connection(answer: bytes, told: type[Exception]) -> None:
    # What follows would be heard as commands, and no relay can have taken a mail whose end it has not seen.
    dialogue = submitting(mail(), all_written=False)

    (outcome,) = outcomes(dialogue.hear(answer))

    assert type(outcome) is told
    assert dialogue.is_over


def test_a_reply_without_end_is_no_yes_and_is_not_kept() -> None:
    first, second = mail(), mail()
    dialogue = submitting(first)
    dialogue.offer(second)
    dialogue.wrote(len(dialogue.unwritten))
    kept = 0
    for _ in range(40):
        dialogue.hear(b"250-" + b"x" * 30_000 + b"\r\n")
        kept = max(kept, sum(map(len, dialogue._lines)))

    assert dialogue.is_over
    assert kept <= 200_000
    told = {one.mail: one.outcome for one in dialogue.lost()}
    assert isinstance(told[first], InDoubt)
    assert isinstance(told[second], Deferred)


def test_a_reply_of_many_lines_is_one() -> None:
    dialogue = submitting(mail())

    (outcome,) = outcomes(dialogue.hear(b"250-2.0.0 ok\r\n" * 50 + b"250 2.0.0 ok\r\n"))

    assert isinstance(outcome, Receipt)
    assert not dialogue.is_over


def test_a_refusal_is_of_the_stage_at_which_it_was_said() -> None:
    dialogue = Dialogue(relay="relay:25", offers=Offers(pipelining=True))
    dialogue.offer(mail())
    dialogue.wrote(len(dialogue.unwritten))

    (outcome,) = outcomes(dialogue.hear(b"250 ok\r\n550 5.1.1 nobody\r\n503 5.5.1 no\r\n"))

    assert isinstance(outcome, Rejected)
    assert outcome.answer.stage is Stage.RCPT
