"""Codes as they are typed, and confirmations that are faster than a person: tables."""

from datetime import UTC, datetime, timedelta

import pytest

from service.foundation.sealing import CampaignKeys
from service.signing.codes import mail_code, random_code, spaced, typed_code
from service.signing.haste import is_machine_like

KEYS = CampaignKeys(campaign="c", data=b"d" * 32, index=b"i" * 32, token=b"t" * 32)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        ("123 456", "123456"),
        (" 1 2 3 4 5 6 ", "123456"),
        ("123-456", "123456"),
        ("123–456", "123456"),
        ("123\u00a0456\n", "123456"),
        ("\u200e123456\u202c", "123456"),
        ("١٢٣٤٥٦", "123456"),
        ("۱۲۳۴۵۶", "123456"),
        ("༡༢༣༤༥༦", "123456"),
        ("１２３４５６", "123456"),
        ("000000", "000000"),
        ("", ""),
        ("12345", ""),
        ("1234567", ""),
        ("12345a", ""),
        ("Ⅻ3456", ""),
        ("²23456", "223456"),
        ("1' OR '1'='1", ""),
        ("1" * 100_000, ""),
        ("\0\0\0\0\0\0", ""),
    ],
)
def test_what_was_typed_or_pasted_is_read(typed: str, code: str) -> None:
    assert typed_code(typed) == code


def test_one_mail_always_has_the_same_code_and_another_has_another() -> None:
    codes = {mail_code(KEYS, "row", f"1.{number}") for number in range(100)}

    assert mail_code(KEYS, "row", "1.1") == mail_code(KEYS, "row", "1.1")
    assert len(codes) > 95
    assert all(typed_code(spaced(code)) == code for code in codes)
    assert typed_code(random_code())


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mailed", "opened", "is_one"),
    [
        (3, None, True),
        (9.9, 60, True),
        (10, None, False),
        (3600, 0, True),
        (3600, 1, True),
        (3600, 2, False),
        (None, 1, True),
        (None, 30, False),
        (None, None, False),
    ],
)
def test_who_is_faster_than_a_person(mailed: float | None, opened: float | None, is_one) -> None:
    ago = [NOON - timedelta(seconds=since) if since is not None else None for since in (mailed, opened)]

    assert is_machine_like(mailed_at=ago[0], opened_at=ago[1], now=NOON) is is_one
