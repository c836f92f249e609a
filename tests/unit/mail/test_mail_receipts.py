"""What relays are asked to report, by kind of mail, in the bytes of MAIL and RCPT (RFC 3461)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.mail.compose import make_envelope
from service.mail.dialogue import Dialogue, Offers
from service.mail.envelope import Draft, Envelope
from service.mail.transport import Mail
from service.model.message import MessageKind

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TO_OFFICES = {MessageKind.DELIVERY, MessageKind.CHASE}


def envelope(kind: MessageKind, *, to: str = "zoe@office.example") -> Envelope:
    draft = Draft(
        to=to,
        subject="S",
        text="T\n",
        html="",
        sender_name="C",
        reply_to=None,
        language="en",
        unsubscribe_url=None,
    )
    return make_envelope(
        draft,
        kind=kind,
        message_id="<a2b3@rivers.example>",
        dated_at=NOON,
        mail_from="letters@rivers.example",
        return_path="b+id.mac@bounces.rivers.example",
    )


def offered(mail: Envelope, *, dsn: bool = True) -> list[str]:
    dialogue = Dialogue(relay="relay:25", offers=Offers(pipelining=True, dsn=dsn, smtputf8=True))
    dialogue.offer(Mail(envelope=mail))
    return dialogue.unwritten.decode().split("\r\n")


@pytest.mark.parametrize("kind", list(MessageKind))
def test_of_the_letter_a_receipt_is_asked_for_and_of_all_else_only_a_failure(kind: MessageKind) -> None:
    wanted = "SUCCESS,FAILURE,DELAY" if kind in TO_OFFICES else "FAILURE"

    assert offered(envelope(kind)) == [
        "MAIL FROM:<b+id.mac@bounces.rivers.example> RET=HDRS ENVID=a2b3@rivers.example",
        f"RCPT TO:<zoe@office.example> NOTIFY={wanted} ORCPT=rfc822;zoe@office.example",
        "DATA",
        "",
    ]


def test_a_relay_that_does_not_offer_it_is_not_asked() -> None:
    assert offered(envelope(MessageKind.DELIVERY), dsn=False) == [
        "MAIL FROM:<b+id.mac@bounces.rivers.example>",
        "RCPT TO:<zoe@office.example>",
        "DATA",
        "",
    ]


def test_what_would_end_a_value_is_written_in_hexadecimal() -> None:
    mail = replace(envelope(MessageKind.CONFIRM, to="a+b=c@office.example"), message_id="<a+b=c@d.example>")

    said_of_mail, said_of_recipient, *_ = offered(mail)

    assert said_of_mail.endswith(" ENVID=a+2Bb+3Dc@d.example")
    assert said_of_recipient.endswith(" NOTIFY=FAILURE ORCPT=rfc822;a+2Bb+3Dc@office.example")


def test_an_address_beyond_ascii_is_not_given_as_the_original_one() -> None:
    _, said_of_recipient, *_ = offered(envelope(MessageKind.CONFIRM, to="zoë@office.example"))

    assert said_of_recipient == "RCPT TO:<zoë@office.example> NOTIFY=FAILURE"
