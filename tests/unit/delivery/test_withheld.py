"""What is kept of an answer holds nothing of a person, and what is signed is compared byte by byte."""

import hmac

import pytest

from service.delivery.signed import is_signed
from service.delivery.withheld import pick, read_record, withhold


@pytest.mark.parametrize(
    ("text", "values", "kept"),
    [
        ("to 1 Palace Square, CAPITAL CITY", ["1 Palace Square", "Capital City"], "to …, …"),
        ("a (b) [c]", ["(b)", "[c]"], "a … …"),
        ("Jane Q. Example", ["Example", "Jane Q. Example"], "…"),
        ("in DC", ["DC", "", "  "], "in DC"),
        ("x" * 3_000, [], "x" * 2_000),
    ],
)
def test_values_are_withheld_however_they_are_written(text: str, values: list[str], kept: str) -> None:
    assert withhold(text, values) == kept


def test_only_plain_values_of_given_names_are_picked() -> None:
    record = {
        "id": "ltr_1",
        "to": {"name": "Jane"},
        "deleted": True,
        "url": "https://…",
        "pages": 3,
        "none": None,
    }

    assert pick(record, ["id", "to", "deleted", "pages", "none"]) == {
        "id": "ltr_1",
        "deleted": True,
        "pages": 3,
    }


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"7", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_record_is_an_empty_one(data: bytes) -> None:
    assert read_record(data) == {}


def test_a_signature_is_right_for_its_message_and_secret_alone() -> None:
    made = hmac.new(b"secret", b"message", "sha256").hexdigest()

    assert is_signed(b"message", secret="secret", signature=made)
    assert is_signed(b"message", secret="secret", signature=f" {made.upper()} ")
    assert not is_signed(b"messagf", secret="secret", signature=made)
    assert not is_signed(b"message", secret="secres", signature=made)
    assert not is_signed(b"message", secret="secret", signature=made[:-1])
    assert not is_signed(b"message", secret="secret", signature="\udcff")
    assert not is_signed(b"message", secret="", signature=hmac.new(b"", b"message", "sha256").hexdigest())
