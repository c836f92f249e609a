"""A record has one byte form, and so one digest."""

import unicodedata

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from service.foundation.canonical import canonical, digest


@pytest.mark.parametrize(
    ("record", "written"),
    [
        ({"b": 1, "a": [True, None, "x"]}, b'{"a":[true,null,"x"],"b":1}'),
        ({"text": "one\r\ntwo"}, b'{"text":"one\\ntwo"}'),
        ({"name": "E\u0301"}, '{"name":"É"}'.encode()),
        (("a", "b"), b'["a","b"]'),
    ],
)
def test_a_record_is_written_in_one_way(record, written):
    assert canonical(record) == written


def test_the_digest_is_known():
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [1.5, b"bytes", object()])
def test_what_has_no_canonical_form_is_a_bug(value):
    with pytest.raises(TypeError):
        canonical({"value": value})


# Lone surrogates have no bytes in any encoding.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
RECORDS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda part: st.lists(part) | st.dictionaries(TEXTS, part),
)


@given(RECORDS)
def test_every_record_is_written_as_the_standard_says(record):
    settled = _normal(record)

    assert canonical(settled) == rfc8785.dumps(settled)


def test_keys_stand_in_the_order_of_utf_16():
    # The first is two units from D83D on, the second one unit, which is higher.
    assert canonical({"\uff5e": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\uff5e":1}'.encode()


def test_a_number_that_json_cannot_hold_is_a_bug():
    with pytest.raises(ValueError, match="9007199254740992"):
        canonical({"value": 2**53})


def _normal(value):
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, list):
        return [_normal(item) for item in value]
    if isinstance(value, dict):
        return {_normal(key): _normal(item) for key, item in value.items()}
    return value
