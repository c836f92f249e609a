"""The mark in forms: good for an hour, in one place, and made here only."""

from datetime import datetime, timedelta

import pytest

from service.foundation.sealing import KEY_BYTES, RootKey
from service.web.nonce import age, is_fresh, is_ours, make_nonce

PLACE = "/confirm/" + "t" * 43


@pytest.mark.parametrize(
    ("seconds", "fresh"),
    [(0, True), (3600, True), (3601, False), (86_400, False), (-2, False)],
)
def test_a_mark_lives_one_hour_and_does_not_come_from_the_future(
    root: RootKey, noon: datetime, *, seconds: int, fresh: bool
) -> None:
    nonce = make_nonce(root, place=PLACE, now=noon)

    assert is_fresh(root, nonce, place=PLACE, now=noon + timedelta(seconds=seconds)) is fresh


def test_a_mark_opens_no_other_place(root: RootKey, noon: datetime) -> None:
    nonce = make_nonce(root, place=PLACE, now=noon)

    assert not is_fresh(root, nonce, place="/manage/" + "t" * 43, now=noon)


def test_a_mark_of_another_root_key_is_none(root: RootKey, noon: datetime) -> None:
    nonce = make_nonce(RootKey(bytes(KEY_BYTES)), place=PLACE, now=noon)

    assert not is_fresh(root, nonce, place=PLACE, now=noon)


@pytest.mark.parametrize("nonce", ["", ".", "..", "a.b", "\0", "é.é", "9" * 5000, "a.b.c.d.e"])
def test_what_was_never_made_here_is_not_fresh(root: RootKey, noon: datetime, nonce: str) -> None:
    assert not is_fresh(root, nonce, place=PLACE, now=noon)


def test_a_mark_says_nothing_of_its_place(root: RootKey, noon: datetime) -> None:
    nonce = make_nonce(root, place="/letters/secret-river/sign", now=noon)

    assert "river" not in nonce
    assert len(nonce) < 60


def test_a_mark_tells_its_age_and_later_only_whose_it_was(root: RootKey, noon: datetime) -> None:
    nonce = make_nonce(root, place=PLACE, now=noon)
    soon, late = noon + timedelta(seconds=7, microseconds=5), noon + timedelta(hours=9)

    assert age(root, nonce, place=PLACE, now=soon) == timedelta(seconds=7)
    assert age(root, nonce, place=PLACE, now=late) is None
    assert is_ours(root, nonce, place=PLACE, now=late)
    assert not is_ours(root, nonce, place="/manage/x", now=late)
    assert not is_ours(root, "x.y.z", place=PLACE, now=late)
