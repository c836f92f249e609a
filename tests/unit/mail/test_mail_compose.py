"""The bytes of a mail."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from service.mail.compose import make_envelope, wrap_lines
from service.mail.envelope import Attachment, Draft, Envelope
from service.model.message import MessageKind

LINK = "https://letters.rivers.example/confirm/" + "a" * 43
PDF = Attachment(filename="letter.pdf", media_type="application/pdf", data=b"%PDF-1.7\r\n\x00\xff.\n" * 50)


def draft(**changes: Any) -> Draft:
    whole: dict[str, Any] = {
        "to": "zoe@office.example",
        "subject": "Please confirm",
        "text": f"Open this:\n\n{LINK}\n\n.dot\nFrom here.\n",
        "html": f'<p>Open <a href="{LINK}">this</a>.</p>\n',
        "sender_name": "Coalition for Open Rivers",
        "reply_to": "letter@rivers.example",
        "language": "en",
        "unsubscribe_url": "https://letters.rivers.example/unsubscribe/" + "b" * 43,
    }
    return Draft(**{**whole, **changes})


def envelope(kind: MessageKind = MessageKind.CONFIRM, **changes: Any) -> Envelope:
    return make_envelope(
        draft(**changes),
        kind=kind,
        message_id="<abcdefghijklmnopqrstuvwxyz@rivers.example>",
        dated_at=datetime(2026, 11, 24, 12, 0, 5, tzinfo=UTC),
        mail_from="letters@rivers.example",
    )


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def plain_text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_mail_says_who_to_whom_when_and_in_which_language() -> None:
    lines = envelope().data.decode().split("\r\n")

    assert lines[:7] == [
        'From: "Coalition for Open Rivers" <letters@rivers.example>',
        "To: zoe@office.example",
        "Reply-To: letter@rivers.example",
        "Subject: Please confirm",
        "Date: Tue, 24 Nov 2026 12:00:05 +0000",
        "Message-ID: <abcdefghijklmnopqrstuvwxyz@rivers.example>",
        "Content-Language: en",
    ]


def test_equal_words_give_equal_bytes() -> None:
    assert envelope(attachments=(PDF,)).data == envelope(attachments=(PDF,)).data


def test_plain_text_comes_first_and_has_its_twin() -> None:
    message = read(envelope().data)

    parts = [part.get_content_type() for part in message.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    assert plain_text(message) == draft().text


def test_a_mail_without_a_twin_is_plain_text_alone() -> None:
    assert read(envelope(html="").data).get_content_type() == "text/plain"


def test_attachments_arrive_byte_by_byte() -> None:
    named = Attachment(filename="Brief – تجربة.pdf", media_type="application/pdf", data=b"\r\n.\r\n\0")

    message = read(envelope(attachments=(PDF, named)).data)

    assert message.get_content_type() == "multipart/mixed"
    found = [(part.get_filename(), part.get_content()) for part in message.iter_attachments()]
    assert found == [("letter.pdf", PDF.data), ("Brief – تجربة.pdf", named.data)]


def test_without_an_address_to_unsubscribe_none_is_offered() -> None:
    assert b"List-" not in envelope(MessageKind.THANKS, unsubscribe_url=None).data


def test_structured_headers_are_neither_folded_nor_encoded() -> None:
    data = envelope(MessageKind.REMINDER, subject="Ü" * 150, sender_name="Ü" * 150).data

    lines = data.split(b"\r\n")
    unsubscribe = next(line for line in lines if line.startswith(b"List-Unsubscribe:"))
    assert unsubscribe == f"List-Unsubscribe: <{draft().unsubscribe_url}>".encode()


WILD = [
    "Plain.\n",
    "Ünïcode, тест, 测试, تجربة, བོད་ཡིག, ئۇيغۇر\n",
    "x" * 5000 + "\n",
    "ü" * 5000 + "\n",
    ".\n..\n.x\n",
    "From the river\n",
    "no end of line",
    "trailing   \n\t\n",
    "=3D =20 = equal signs\n",
    "\n\n\n",
]


@pytest.mark.parametrize("text", WILD)
def test_every_text_arrives_as_it_was_written(text: str) -> None:
    data = envelope(text=text, html=f"<p>{text}</p>\n").data

    assert plain_text(read(data)).rstrip("\n") == text.rstrip("\n")
    assert data.isascii()
    assert max(len(line) for line in data.split(b"\r\n")) <= 998


def test_only_an_address_beyond_ascii_makes_the_bytes_so() -> None:
    beyond = envelope(to="zoë@bücher.example")

    assert beyond.rcpt_to == "zoë@xn--bcher-kva.example"
    assert "To: zoë@xn--bcher-kva.example\r\n" in beyond.data.decode()
    assert beyond.needs_smtputf8
    assert not envelope(to="zoe@bücher.example").needs_smtputf8


@pytest.mark.parametrize(
    ("line", "wrapped"),
    [
        ("short", "short\n"),
        ("word " * 20, ("word " * 15).rstrip() + "\n" + ("word " * 5).rstrip() + "\n"),
        (f"    {'word ' * 16}", f"    {('word ' * 14).rstrip()}\n    word word\n"),
        (f"- {'word ' * 16}", f"- {('word ' * 15).rstrip()}\n  word\n"),
        (f"see {LINK}", f"see\n{LINK}\n"),
        ("\n\na\r\nb\rc\n\n", "a\nb\nc\n"),
        ("བོད་" * 30, "བོད་" * 30 + "\n"),
    ],
)
def test_long_lines_break_between_words_only(line: str, wrapped: str) -> None:
    assert wrap_lines(line) == wrapped
