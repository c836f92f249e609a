"""Which addresses their provider brings to one mailbox; for comparing only, never to write to."""

import pytest

from service.foundation.addresses import similar_address


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ann@lakes.example", "Ann@lakes.example", True),
        ("ann@lakes.example", "ann+letter@lakes.example", True),
        ("ann@lakes.example", "a.nn@lakes.example", False),
        ("ann@lakes.example", "ann@rivers.example", False),
        ("ann@lakes.example", "ann-x@lakes.example", False),
        ("a.n.n@gmail.com", "ann+river@googlemail.com", True),
        ("ann@gmail.com", "anne@gmail.com", False),
        ("ann-b@gmail.com", "annb@gmail.com", False),
        ("an_n@proton.me", "ann@pm.me", True),
        ("ann@icloud.com", "ann@me.com", True),
        ("ann-shop@yahoo.com", "ann@yahoo.com", True),
        ("ann-shop@yahoo.com", "annshop@yahoo.com", False),
        ("+tag@lakes.example", "+tag@lakes.example", True),
        ("+a@lakes.example", "+b@lakes.example", False),
        ("...@gmail.com", "..@gmail.com", False),
        ("-@yahoo.com", "ann@yahoo.com", False),
        ("安娜+河@湖.example", "安娜@湖.example", True),
    ],
)
def test_two_addresses_reach_one_mailbox(one, other, same):
    assert (similar_address(one) == similar_address(other)) is same
