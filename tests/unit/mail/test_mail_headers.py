"""The bytes of headers."""

import re
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.headers import (
    list_headers,
    mailbox,
    make_message_id,
    write_mailbox,
    write_plain,
    write_words,
)

KEY = b"k" * 32
ONE_LINE = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\u00ad"), max_size=200
).map(lambda text: " ".join(text.split()))


def test_a_message_id_is_made_of_the_row_alone() -> None:
    made = make_message_id(KEY, "confirm|c|anna|1", "rivers.example")

    assert re.fullmatch(r"<[a-z2-7]{26}@rivers\.example>", made)
    assert made == make_message_id(KEY, "confirm|c|anna|1", "rivers.example")


@pytest.mark.parametrize(
    ("key", "row"), [(KEY, "confirm|c|anna|2"), (b"x" * 32, "confirm|c|anna|1")], ids=["row", "site"]
)
def test_another_row_or_site_has_another_message_id(key: bytes, row: str) -> None:
    made = make_message_id(KEY, "confirm|c|anna|1", "rivers.example")

    assert make_message_id(key, row, "rivers.example") != made


@pytest.mark.parametrize(
    ("domain", "written"),
    [("bücher.example", "xn--bcher-kva.example"), ("localhost", "localhost")],
)
def test_a_message_id_is_ascii(domain: str, written: str) -> None:
    assert make_message_id(KEY, "row", domain).endswith(f"@{written}>")


@given(ONE_LINE)
def test_a_subject_reads_as_it_was_written(text: str) -> None:
    written = write_words("Subject", text)

    value = written.removeprefix("Subject: ").removesuffix("\r\n").replace("\r\n ", " ")
    assert str(make_header(decode_header(value))) == text
    assert written.isascii()
    assert all(len(line) <= 76 for line in written.split("\r\n"))


@given(ONE_LINE)
def test_a_name_reads_as_it_was_written_and_leaves_the_address_alone(name: str) -> None:
    written = write_mailbox("From", mailbox("letters@rivers.example", name)).removesuffix("\r\n")

    shown, _, address = written.removeprefix("From: ").replace("\r\n ", " ").rpartition("<")
    assert address in {"letters@rivers.example>", "letters@rivers.example"}
    assert decoded_phrase(shown.strip()) == name
    assert written.isascii()
    assert "\n" not in re.sub(r"\r\n ", "", written)
    assert all(len(line) <= 78 for line in written.split("\r\n"))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("", "zoe@office.example"),
        ("River Watch", '"River Watch" <zoe@office.example>'),
        ('The "Open", Rivers', '"The \\"Open\\", Rivers" <zoe@office.example>'),
        ("eve@office.example", '"eve@office.example" <zoe@office.example>'),
        ("=?utf-8?q?x?=", "=?utf-8?b?PT91dGYtOD9xP3g/PQ==?= <zoe@office.example>"),
        ("Flüsse", "=?utf-8?b?RmzDvHNzZQ==?= <zoe@office.example>"),
        (
            " ".join(["River Watch"] * 8),
            f'"{" ".join(["River Watch"] * 6)}\r\n River Watch River Watch" <zoe@office.example>',
        ),
    ],
)
def test_a_name_is_quoted_or_encoded(name: str, written: str) -> None:
    assert write_mailbox("To", mailbox("zoe@office.example", name)) == f"To: {written}\r\n"


def test_an_address_is_never_encoded() -> None:
    assert write_mailbox("To", mailbox("zoë@bücher.example", "Zoë")).endswith(
        " <zoë@xn--bcher-kva.example>\r\n"
    )


def test_the_headers_to_unsubscribe_stay_whole() -> None:
    url = "https://letters.a-long-name-of-a-coalition.example/unsubscribe/" + "a" * 43

    written = [write_plain(name, value) for name, value in list_headers(url)]

    assert written == [
        f"List-Unsubscribe: <{url}>\r\n",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
    ]


@pytest.mark.parametrize("value", ["a\r\nBcc: x", "a\nb", "ü", "a\0", "a\tb"])
def test_a_structured_header_takes_printable_ascii_only(value: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        write_plain("List-Unsubscribe", value)


def decoded_phrase(phrase: str) -> str:
    if phrase.startswith('"'):
        return re.sub(r"\\(.)", r"\1", phrase[1:-1])
    return str(make_header(decode_header(phrase)))
