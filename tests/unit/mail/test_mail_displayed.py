"""A reader's program is asked, of the letter alone and at its own return path, to say that it was displayed (RFC 8098)."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from service.mail.compose import make_envelope
from service.mail.envelope import Draft
from service.model.message import MessageKind

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def draft(receipt_to: str | None) -> Draft:
    return Draft(
        to="zoe@office.example",
        subject="S",
        text="T\n",
        html="",
        sender_name="C",
        reply_to=None,
        language="en",
        unsubscribe_url=None,
        receipt_to=receipt_to,
    )


@pytest.mark.parametrize("address", ["b+id.mac@bounces.rivers.example", None])
def test_the_header_is_there_exactly_where_it_is_asked(address: str | None) -> None:
    made = make_envelope(
        draft(address),
        kind=MessageKind.DELIVERY,
        message_id="<a@rivers.example>",
        dated_at=NOON,
        mail_from="letters@rivers.example",
    )

    found = message_from_bytes(made.data, policy=default).get_all("Disposition-Notification-To", [])
    assert found == ([address] if address else [])


def test_what_could_break_out_of_the_header_is_refused() -> None:
    with pytest.raises(ValueError, match="address"):
        draft("a@b.example\r\nBcc: eve@evil.example")
