"""What may stand in a draft and in an envelope."""

from typing import Any

import pytest

from service.mail.envelope import Attachment, Draft, Envelope

GOOD_DRAFT: dict[str, Any] = {
    "to": "zoë@bücher.example",
    "subject": "Ein Brief: تجربة",
    "text": "Text.\n\tIndented.\n",
    "html": "<p>Text.</p>\n",
    "sender_name": "Coalition, for “Open” Rivers",
    "reply_to": "a+b@rivers.example",
    "language": "en-GB",
    "unsubscribe_url": "https://letters.rivers.example/unsubscribe/abc_-",
}
GOOD_ENVELOPE: dict[str, Any] = {
    "mail_from": "letters@rivers.example",
    "rcpt_to": "zoe@office.example",
    "message_id": "<abc@rivers.example>",
    "data": b"Subject: a\r\n\r\nBody.\r\n",
}
BAD_ADDRESSES = [
    "",
    "zoe",
    "zoe@",
    "@office.example",
    "zoe@office.example, eve@office.example",
    "zoe@office.example;eve@office.example",
    "Zoe <zoe@office.example>",
    "zoe@office.example\r\nBcc: eve@office.example",
    "zoe@office.example\n",
    "zoe @office.example",
    "zoe@office@office.example",
    "zoe@office.example\0",
    '"zoe"@office.example',
    "zoe@office.example> SIZE=1",
]


def test_a_good_draft_and_a_good_envelope_are_kept() -> None:
    assert Draft(**GOOD_DRAFT).to == "zoë@bücher.example"
    assert not Envelope(**GOOD_ENVELOPE).needs_smtputf8


@pytest.mark.parametrize("address", BAD_ADDRESSES)
@pytest.mark.parametrize("field", ["to", "reply_to"])
def test_a_draft_goes_to_exactly_one_address(field: str, address: str) -> None:
    with pytest.raises(ValueError, match="exactly one plain address") as raised:
        Draft(**{**GOOD_DRAFT, field: address})

    assert "zoe" not in str(raised.value)


@pytest.mark.parametrize("address", BAD_ADDRESSES)
@pytest.mark.parametrize("field", ["mail_from", "rcpt_to"])
def test_an_envelope_goes_to_exactly_one_address(field: str, address: str) -> None:
    with pytest.raises(ValueError, match="exactly one plain address"):
        Envelope(**{**GOOD_ENVELOPE, field: address})


def test_neither_shows_what_it_holds() -> None:
    shown = f"{Draft(**GOOD_DRAFT)!r} {Envelope(**GOOD_ENVELOPE)!r}"

    assert not any(word in shown for word in ("zo", "rivers", "Brief"))


@pytest.mark.parametrize("mark", ["\r", "\n", "\r\n", "\0", "\x1b", "\x85", "\u2028", "\u2029", "\x0b", "\t"])
@pytest.mark.parametrize("field", ["subject", "sender_name"])
def test_a_header_stays_one_line(field: str, mark: str) -> None:
    with pytest.raises(ValueError, match=r"one line|does not belong"):
        Draft(**{**GOOD_DRAFT, field: f"Rivers{mark}Bcc: eve@office.example"})


@pytest.mark.parametrize("mark", ["\r", "\0", "\x1b", "\x7f", "\ud800"])
@pytest.mark.parametrize("field", ["text", "html"])
def test_a_text_holds_no_controls(field: str, mark: str) -> None:
    with pytest.raises(ValueError, match="does not belong"):
        Draft(**{**GOOD_DRAFT, field: f"a{mark}b"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "en\r\nBcc: x"),
        ("language", ""),
        ("unsubscribe_url", "https://rivers.example/a b"),
        ("unsubscribe_url", "https://rivers.example/\r\nBcc: x"),
        ("unsubscribe_url", "https://rivers.example/>,<mailto:x"),
        ("unsubscribe_url", "javascript:alert(1)"),
        ("unsubscribe_url", "https://rivers.example/ü"),
    ],
)
def test_other_headers_take_only_what_they_are_for(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"language|address to unsubscribe"):
        Draft(**{**GOOD_DRAFT, field: value})


@pytest.mark.parametrize(
    ("filename", "media_type"),
    [
        ("", "application/pdf"),
        ("a\r\nb.pdf", "application/pdf"),
        ("../a.pdf", "application/pdf"),
        ("a\\b.pdf", "application/pdf"),
        ("a.pdf", "application/pdf\r\nX: y"),
        ("a.pdf", "application"),
        ("a.pdf", "application/pdf; name=x"),
    ],
)
def test_an_attachment_has_a_plain_name_and_type(filename: str, media_type: str) -> None:
    with pytest.raises(ValueError, match=r"file name|media type"):
        Attachment(filename=filename, media_type=media_type, data=b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Subject: a\r\n\r\nBody.",
        b"Subject: a\n\nBody.\r\n",
        b"a\rb\r\n",
        b"a\n.\r\nMAIL FROM:<eve@office.example>\r\n",
        b"a\r.\r\n",
        b"a\0b\r\n",
        b"\r\n" + b"x" * 999 + b"\r\n",
    ],
)
def test_nothing_can_be_smuggled_behind_a_line_end(data: bytes) -> None:
    with pytest.raises(ValueError, match="line of a mail"):
        Envelope(**{**GOOD_ENVELOPE, "data": data})


def test_a_line_of_998_bytes_is_the_longest() -> None:
    longest = b"a\r\n" + b"x" * 998 + b"\r\n"

    assert Envelope(**{**GOOD_ENVELOPE, "data": longest}).data == longest


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rcpt_to", "zoë@office.example"),
        ("mail_from", "zoë@office.example"),
        ("data", "Reply-To: zoë@office.example\r\n\r\n".encode()),
    ],
)
def test_an_address_beyond_ascii_needs_smtputf8(field: str, value: object) -> None:
    assert Envelope(**{**GOOD_ENVELOPE, field: value}).needs_smtputf8
