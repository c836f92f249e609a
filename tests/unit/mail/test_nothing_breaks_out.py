"""Whatever hostile people call themselves: a mail goes to one mailbox, bears our headers, and ends where it ends."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from service.mail.compose import make_envelope
from service.mail.dialogue import Dialogue, Offers
from service.mail.envelope import Attachment, Draft, Envelope
from service.mail.mould import Filled, Pattern, blank_token
from service.mail.sender import Sender
from service.mail.transport import Mail
from service.model.message import MessageKind
from service.store.claim import Taken

NOON = datetime(2026, 11, 24, 12, 0, 5, tzinfo=UTC)
MESSAGE_ID = "<abcdefghijklmnopqrstuvwxyz@rivers.example>"
SENDER = Sender(site_key=b"k" * 32, mail_from="letters@rivers.example", domain="rivers.example")
TOKEN = "T" * 43
OURS = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Content-Language"]
MACHINES = ["Auto-Submitted", "X-Auto-Response-Suppress", "List-Unsubscribe", "List-Unsubscribe-Post"]
CONTENT = {"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}

PIECES = (
    "Rivers",
    " ",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\r\n ",
    "\r\n\r\n",
    "\0",
    "\x0b",
    "\x0c",
    "\x1b",
    "\x7f",
    "\x85",
    "\u2028",
    "\u2029",
    "\u200f",
    "\u202e",
    "\ud800",
    "ü",
    "河",
    "=?utf-8?q?",
    "?=",
    "=0D=0A",
    "%0d%0a",
    '"',
    "\\",
    '\\"',
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ":",
    "@",
    ".",
    ".\r\n",
    "\r\n.\r\n",
    "\n.\n",
    "-->",
    "Bcc: eve@evil.example",
    "\r\nBcc: eve@evil.example",
    "Content-Type: text/html",
    "eve@evil.example",
    "<eve@evil.example>",
    "MAIL FROM:<eve@evil.example>",
    "QUIT",
    "--",
    "x" * 80,
    "x" * 1200,
    "mould-of-token-0-",
    "mould-of-a-recipient@mould.invalid",
)  # fmt: skip -- one kind of trouble a line reads best
SUBTLE = [piece for piece in PIECES if piece.isprintable()]
ONE_LINE = st.lists(st.sampled_from(SUBTLE), max_size=12).map("".join)
LINES = st.lists(st.one_of(ONE_LINE, st.sampled_from([".", "..", ".x"])), max_size=6).map("\n".join)
# Most of what is wildest is refused; what is subtle gets further.
HOSTILE = st.one_of(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=8).map("".join),
    ONE_LINE,
    LINES,
)
ADDRESSES = st.one_of(
    HOSTILE,
    st.just("zoe@office.example"),
    st.tuples(st.sampled_from(PIECES), st.sampled_from(PIECES)).map(
        lambda around: f"zoe{around[0]}@office{around[1]}.example"
    ),
)


def draft(**given: Any) -> Draft:
    values: dict[str, Any] = {
        "to": "zoe@office.example",
        "subject": "S",
        "text": "Text.\n",
        "html": "<p>Text.</p>\n",
        "sender_name": "C",
        "reply_to": "a@rivers.example",
        "language": "en",
        "unsubscribe_url": "https://letters.example/unsubscribe/abc",
    }
    return Draft(**{**values, **given})


def envelope_of(written: Draft) -> Envelope:
    return make_envelope(
        written,
        kind=MessageKind.REMINDER,
        message_id=MESSAGE_ID,
        dated_at=NOON,
        mail_from=SENDER.mail_from,
    )


def fields_of(data: bytes) -> list[tuple[str, str]]:
    """Split the header section by its bytes alone."""
    head = data.partition(b"\r\n\r\n")[0].decode()
    return [
        (name, value)
        for name, _, value in (field.partition(":") for field in re.split(r"\r\n(?![ \t])", head))
    ]


def looks_whole(envelope: Envelope, *, to: str, more: Sequence[str] = ()) -> None:
    """Assert that a mail is what it was meant to be: our headers, one recipient, one end."""
    names = [name for name, _ in fields_of(envelope.data)]
    assert [name for name in names if name not in CONTENT] == [*OURS, *MACHINES, *more]
    assert len(set(names)) == len(names)
    assert "evil" not in envelope.rcpt_to or "evil" in to
    assert dict(fields_of(envelope.data))["To"].strip() == envelope.rcpt_to
    assert envelope.rcpt_to.rpartition("@")[0] == to.rpartition("@")[0]
    lines = envelope.data.split(b"\r\n")
    assert lines.pop() == b""
    assert not any(b"\r" in line or b"\n" in line or b"\0" in line or len(line) > 998 for line in lines)
    said = said_of(envelope)
    assert [line.split(b" ")[0] for line in said] == [b"MAIL", b"RCPT", b"DATA"]
    assert said[1].startswith(b"RCPT TO:<" + envelope.rcpt_to.encode() + b">")


def said_of(envelope: Envelope) -> list[bytes]:
    """Give the commands by which a mail is offered, and make sure that its data has one end, its last line."""
    dialogue = Dialogue(relay="relay:25", offers=Offers(pipelining=True, dsn=True, size=0, smtputf8=True))
    dialogue.offer(Mail(envelope=envelope))
    commands = bytes(dialogue.unwritten)
    dialogue.wrote(len(commands))
    dialogue.hear(b"250 ok\r\n250 ok\r\n354 go on\r\n")
    dialogue.submit()
    data = bytes(dialogue.unwritten)
    assert data.endswith(b"\r\n.\r\n")
    assert data.count(b"\r\n.\r\n") == 1
    assert not data.startswith(b".\r\n")
    return commands.removesuffix(b"\r\n").split(b"\r\n")


@given(subject=HOSTILE, name=HOSTILE)
@example(subject="Rivers", name='C" <eve@evil.example>, "C')
@example(subject="Rivers", name='C\\" <eve@evil.example>, \\"C')
def test_no_subject_and_no_name_adds_a_header_or_a_line(subject: str, name: str) -> None:
    try:
        written = draft(subject=subject, sender_name=name)
    except ValueError:
        return
    envelope = envelope_of(written)

    looks_whole(envelope, to=written.to)
    read = BytesParser(policy=default).parsebytes(envelope.data)
    assert [mailbox.addr_spec for mailbox in read["From"].addresses] == [SENDER.mail_from]
    assert [mailbox.addr_spec for mailbox in read["To"].addresses] == ["zoe@office.example"]
    assert read["Bcc"] is None


@given(to=ADDRESSES, reply_to=ADDRESSES)
def test_an_address_is_one_address_or_refused(to: str, reply_to: str) -> None:
    try:
        envelope = envelope_of(draft(to=to, reply_to=reply_to))
    except ValueError:
        return

    looks_whole(envelope, to=to)


@given(text=HOSTILE, html=HOSTILE)
@example(text=".\n.\nMAIL FROM:<eve@evil.example>", html="")
def test_no_text_ends_its_mail_before_its_time(text: str, html: str) -> None:
    try:
        written = draft(text=f"{text}\n", html=f"{html}\n" if html else "")
    except ValueError:
        return

    looks_whole(envelope_of(written), to=written.to)


@given(filename=HOSTILE)
def test_no_file_name_adds_a_header(filename: str) -> None:
    try:
        attachment = Attachment(filename=filename, media_type="application/pdf", data=b"%PDF")
    except ValueError:
        return
    whole = draft(html="", attachments=(attachment,))

    envelope = envelope_of(whole)

    looks_whole(envelope, to=whole.to)
    assert envelope.data.count(b"\r\nContent-Type:") == 3
    assert b"\r\nBcc" not in envelope.data


TAKEN = Taken(
    id="0" * 32,
    kind=MessageKind.UPDATE,
    campaign_id="c",
    recipient_ref="r",
    occurrence="o",
    attempt=1,
    priority=3,
    message_id=MESSAGE_ID,
    dated_at=NOON,
    content_sha256=None,
    possible_duplicate=False,
    lease_until=NOON + timedelta(minutes=1),
    expires_at=NOON + timedelta(days=1),
)


def update(written: str, *, token: str, subject: str, name: str, to: str = "zoe@office.example") -> Draft:
    link = f"https://letters.example/unsubscribe/{token}"
    return Draft(
        to=to,
        subject=subject,
        text=f"{written}\n{link}\n",
        html=f"<p>{written}</p>\n",
        sender_name=name,
        reply_to="a@rivers.example",
        language="en",
        unsubscribe_url=link,
        list_label="a2b3c4",
    )


def filled(text: str, *, subject: str, name: str, to: str) -> Filled:
    pattern = Pattern(update(text, token=blank_token(0), subject=subject, name=name), tokens=1)
    return Filled(pattern=pattern, to=to, tokens=[TOKEN])


def or_none(make: Callable[[], Envelope]) -> Envelope | None:
    try:
        return make()
    except ValueError:
        return None


@given(subject=HOSTILE, name=HOSTILE, text=HOSTILE, to=ADDRESSES)
def test_the_quick_way_lets_nothing_through_that_the_slow_one_would_not(
    subject: str, name: str, text: str, to: str
) -> None:
    # Who writes the text may write what stands for a link of its reader; it becomes that link.
    assume("mould-of-token" not in text)
    quick = or_none(lambda: filled(text, subject=subject, name=name, to=to).make(TAKEN, SENDER))
    slow = or_none(
        lambda: make_envelope(
            update(text, token=TOKEN, subject=subject, name=name, to=to),
            kind=TAKEN.kind,
            message_id=TAKEN.message_id,
            dated_at=TAKEN.dated_at,
            mail_from=SENDER.mail_from,
        )
    )

    if quick is not None:
        looks_whole(quick, to=to, more=["List-Id", "Precedence"])
    if slow is not None:
        assert quick == slow


@pytest.mark.parametrize(
    "token", ["", "T" * 42, "T" * 44, "T" * 42 + "\n", "T" * 41 + "\r\n", "T" * 42 + ">", "T" * 42 + "ü"]
)
def test_what_is_no_token_goes_into_no_mail(token: str) -> None:
    with pytest.raises(ValueError, match="43 characters"):
        replace(filled("Text.", subject="S", name="C", to="zoe@office.example"), tokens=[token]).make(
            TAKEN, SENDER
        )
