"""A record has one byte form, and so one digest."""

import pytest

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
