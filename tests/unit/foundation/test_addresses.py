"""An e-mail address is exactly one, in one form."""

import pytest

from service.foundation.addresses import (
    ascii_address,
    comparable_address,
    masked_address,
    normal_address,
    veiled_address,
)
from service.foundation.errors import Refused


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        (" Amina@Rivers.Example ", "Amina@rivers.example"),
        ("office@exämple.org", "office@exämple.org"),
        ("jürgen@flüsse.example", "jürgen@flüsse.example"),
        ("a+b@x.example", "a+b@x.example"),
    ],
)
def test_an_address_has_one_form(written, normal):
    assert normal_address(written) == normal


@pytest.mark.parametrize(
    "written",
    [
        "",
        "nobody",
        "a@b.example, c@d.example",
        "a@b.example;c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\nc",
        "Name <a@b.example>",
        "a@@b.example",
        "a@b",
        "a" * 300 + "@b.example",
        "a b@c.example",
    ],
)
def test_anything_but_one_address_is_refused_in_a_sentence(written):
    with pytest.raises(Refused, match="The e-mail address"):
        normal_address(written)


def test_case_does_not_make_a_second_mailbox():
    assert comparable_address("Amina@rivers.example") == comparable_address("amina@rivers.example")


def test_the_wire_gets_the_domain_in_ascii():
    assert ascii_address("office@exämple.org") == "office@xn--exmple-cua.org"


def test_a_masked_address_shows_its_owner_and_hides_it_from_others():
    assert masked_address("amina@rivers.example") == "a…@rivers.example"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("amina@lakes.example", "a…@l…s.example"),
        ("amina@gmail.com", "a…@g…l.com"),
        ("amina@office.lakes.org.uk", "a…@o…g.uk"),
        ("ann@lake.example", "a…@l….example"),
        ("an@la.example", "…@….example"),
        ("a@l.example", "…@….example"),
        ("amina@localhost", "a…@…"),
    ],
)
def test_a_veiled_address_can_be_recognized_and_not_read(address, shown):
    assert veiled_address(address) == shown
