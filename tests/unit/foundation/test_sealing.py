"""What is sealed opens only in its place, under its campaign's keys."""

import pytest

from service.foundation.errors import Permanent
from service.foundation.sealing import Place, RootKey

ROOT = RootKey(b"r" * 32)
KEYS, WRAPPED = ROOT.make_campaign_keys("campaign-1")
HERE = Place(table="signature", column="name", row="1")


@pytest.mark.parametrize("text", ["", "a", "Amina Diallo", "ئۇيغۇر", "x" * 31, "x" * 32, "ends in \x80"])
def test_a_sealed_text_opens_in_its_place(text):
    assert KEYS.open(KEYS.seal(text, place=HERE), place=HERE) == text


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place(table="signature", column="name", row="2"),
        Place(table="signature", column="email", row="1"),
        Place(table="approver", column="name", row="1"),
    ],
)
def test_a_sealed_text_moved_elsewhere_does_not_open(elsewhere):
    with pytest.raises(Permanent, match="does not open"):
        KEYS.open(KEYS.seal("Amina", place=HERE), place=elsewhere)


def test_another_campaigns_keys_do_not_open_it():
    other, _ = ROOT.make_campaign_keys("campaign-2")

    with pytest.raises(Permanent):
        other.open(KEYS.seal("Amina", place=HERE), place=HERE)


@pytest.mark.parametrize("place_of_change", [0, 1, 20, -1])
def test_one_changed_byte_is_noticed(place_of_change):
    sealed = bytearray(KEYS.seal("Amina", place=HERE))
    sealed[place_of_change] ^= 1

    with pytest.raises(Permanent):
        KEYS.open(bytes(sealed), place=HERE)


def test_the_length_of_a_name_does_not_show():
    lengths = {len(KEYS.seal("a" * size, place=HERE)) for size in range(31)}

    assert len(lengths) == 1


def test_sealing_twice_gives_different_bytes():
    assert KEYS.seal("Amina", place=HERE) != KEYS.seal("Amina", place=HERE)


def test_wrapped_keys_open_with_their_root_key_only():
    assert ROOT.open_campaign_keys("campaign-1", WRAPPED) == KEYS
    with pytest.raises(Permanent, match="root key"):
        RootKey(b"s" * 32).open_campaign_keys("campaign-1", WRAPPED)
    with pytest.raises(Permanent, match="root key"):
        ROOT.open_campaign_keys("campaign-2", WRAPPED)


def test_equal_values_are_found_by_their_hash_within_a_campaign_only():
    other, _ = ROOT.make_campaign_keys("campaign-2")

    assert KEYS.blind("email", "a@b.example") == KEYS.blind("email", "a@b.example")
    assert KEYS.blind("email", "a@b.example") != KEYS.blind("name", "a@b.example")
    assert KEYS.blind("email", "a@b.example") != other.blind("email", "a@b.example")


def test_no_key_shows_in_a_repr():
    assert "rrrr" not in repr(ROOT)
    assert repr(KEYS.data) not in repr(KEYS)
