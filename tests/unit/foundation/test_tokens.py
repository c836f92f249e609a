"""A token carries 256 bits, opens one thing for one purpose, and is kept as its digest."""

import base64

import pytest

from service.foundation.tokens import derive_token, looks_like_token, token_digest

KEY = b"k" * 32


def test_a_token_carries_256_bits():
    token = derive_token(KEY, purpose="confirm", row="1", generation=1)

    assert len(base64.urlsafe_b64decode(token + "=")) == 32
    assert looks_like_token(token)


def test_the_same_row_has_the_same_token_and_any_other_has_another():
    token = derive_token(KEY, purpose="confirm", row="1", generation=1)

    assert token == derive_token(KEY, purpose="confirm", row="1", generation=1)
    others = {
        derive_token(KEY, purpose="manage", row="1", generation=1),
        derive_token(KEY, purpose="confirm", row="2", generation=1),
        derive_token(KEY, purpose="confirm", row="1", generation=2),
        derive_token(b"l" * 32, purpose="confirm", row="1", generation=1),
    }
    assert token not in others
    assert len(others) == 4


def test_the_digest_does_not_hold_the_token():
    token = derive_token(KEY, purpose="confirm", row="1", generation=1)

    assert len(token_digest(token)) == 32
    assert token.encode() not in token_digest(token)


@pytest.mark.parametrize("text", ["", "short", "a" * 42, "a" * 44, "a" * 42 + "!", "a" * 42 + "é"])
def test_what_is_no_token_is_seen_at_once(text):
    assert not looks_like_token(text)
