"""A return path names its mail, survives the wire, and cannot be made up."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.compose import make_envelope
from service.mail.envelope import Draft
from service.mail.postman import Sender
from service.mail.verp import (
    make_filing_address,
    make_return_path,
    read_filing_address,
    read_return_path,
)
from service.model.message import MessageKind

KEY, DOMAIN = b"k" * 32, "bounces.rivers.example"
ROW = "0197f3a2b4c87d1e9a0b5c6d7e8f9012"
PATH = make_return_path(ROW, site_key=KEY, bounce_domain=DOMAIN)


def read(address: str) -> str | None:
    return read_return_path(address, site_key=KEY, bounce_domain=DOMAIN)


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=1, max_size=64))
def test_what_is_made_is_read_again(row: bytes, key: bytes) -> None:
    path = make_return_path(row.hex(), site_key=key, bounce_domain=DOMAIN)

    assert read_return_path(path, site_key=key, bounce_domain=DOMAIN) == row.hex()
    assert len(path.rpartition("@")[0]) == 45


@pytest.mark.parametrize("written", [PATH, PATH.upper(), PATH.capitalize(), f" {PATH}\n"])
def test_the_case_of_letters_does_not_matter(written: str) -> None:
    assert read(written) == ROW


def test_another_row_key_domain_or_mac_is_not_ours() -> None:
    other = make_return_path("f" * 32, site_key=KEY, bounce_domain=DOMAIN)
    forged = PATH.partition(".")[0] + "." + other.partition(".")[2]

    assert read(forged) is None
    assert read(PATH.replace("@bounces", "@other")) is None
    assert read_return_path(PATH, site_key=b"x" * 32, bounce_domain=DOMAIN) is None
    assert read_return_path(PATH, site_key=KEY, bounce_domain="") is None


def test_an_address_of_one_purpose_is_none_of_the_other() -> None:
    filing = make_filing_address(ROW, site_key=KEY, bounce_domain=DOMAIN)

    assert read_filing_address(filing.upper(), site_key=KEY, bounce_domain=DOMAIN) == ROW
    assert read(filing) is None
    assert read("b" + filing[1:]) is None
    assert read_filing_address("f" + PATH[1:], site_key=KEY, bounce_domain=DOMAIN) is None


@pytest.mark.parametrize("place", range(2, 45))
def test_no_changed_letter_is_ours(place: int) -> None:
    letter = "a" if PATH[place] != "a" else "b"

    assert read(PATH[:place] + letter + PATH[place + 1 :]) is None


@given(st.text())
def test_any_other_text_is_nobodys(text: str) -> None:
    assert read(text) is None
    assert read(f"b+{text}@{DOMAIN}") is None


def test_only_the_envelope_changes() -> None:
    draft = Draft(
        to="a@lakes.example",
        subject="Rivers",
        text="Hello",
        html="",
        sender_name="Coalition",
        reply_to=None,
        language="en",
        unsubscribe_url=None,
    )
    plain = Sender(site_key=KEY, mail_from="letters@rivers.example", domain="rivers.example")
    returning = replace(plain, bounce_domain=DOMAIN)
    envelopes = [
        make_envelope(
            draft,
            kind=MessageKind.CONFIRM,
            message_id="<x@rivers.example>",
            dated_at=datetime(2026, 11, 24, tzinfo=UTC),
            mail_from=sender.mail_from,
            return_path=sender.return_path(ROW),
        )
        for sender in (plain, returning)
    ]

    assert [envelope.mail_from for envelope in envelopes] == ["letters@rivers.example", PATH]
    assert envelopes[0].data == envelopes[1].data
