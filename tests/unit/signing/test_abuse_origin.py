"""Where a request came from: whose bucket it draws from, and which rules may name it."""

import pytest

from service.foundation.errors import Refused
from service.signing.abuse.lists import names_of, read_named
from service.signing.abuse.origin import origin_of, read_network


@pytest.mark.parametrize(
    ("text", "subscriber", "network"),
    [
        ("203.0.113.7", "203.0.113.7/32", "203.0.113.0/24"),
        ("203.0.113.255", "203.0.113.255/32", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.7/32", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:DB8:1:2::1%eth0", "2001:db8:1:2::/64", "2001:db8:1::/48"),
    ],
)
def test_an_address_draws_from_its_own_bucket_and_from_that_of_its_network(text, subscriber, network):
    origin = origin_of(text)

    assert (str(origin.subscriber), str(origin.network)) == (subscriber, network)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "unknown",
        "127.0.0.1",
        "::1",
        "::",
        "0.0.0.0",
        "10.1.2.3",
        "172.17.0.1",
        "192.168.1.1",
        "169.254.1.1",
        "100.64.3.4",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "203.0.113.7, 198.51.100.1",
        "é",
    ],
)
def test_an_address_that_many_share_is_nobodys(text):
    assert origin_of(text) is None


def test_a_whole_64_is_one_subscriber_however_it_turns():
    turned = {str(origin_of(f"2001:db8:1:2::{number:x}").subscriber) for number in range(1, 500)}

    assert turned == {"2001:db8:1:2::/64"}


@pytest.mark.parametrize(
    ("typed", "kind", "value", "breadth"),
    [
        ("Ann.Example+tag@Gmail.com", "address", "annexample@gmail.com", 0),
        ("example.org", "domain", "example.org", 1),
        ("Bücher.example", "domain", "bücher.example", 1),
        ("203.0.113.7", "network", "203.0.113.7/32", 0),
        ("203.0.113.77/24", "network", "203.0.113.0/24", 8),
        ("2001:db8::/48", "network", "2001:db8::/48", 80),
    ],
)
def test_what_is_typed_for_a_list_is_understood(typed, kind, value, breadth):
    named = read_named(typed)

    assert (named.kind.value, named.value, named.breadth) == (kind, value, breadth)


@pytest.mark.parametrize(
    "typed", ["", "two words", "203.0.113.0/3", "999.1.1.1", "::/0", "a@b@c.example", "x/y"]
)
def test_what_cannot_be_listed_is_refused_with_a_sentence(typed):
    with pytest.raises(Refused, match=r"\.$"):
        read_named(typed)


def test_a_network_is_read_with_its_host_bits_aside():
    assert str(read_network("198.51.100.9/20")) == "198.51.96.0/20"


def test_a_domain_is_found_by_a_rule_on_a_domain_above_it_but_never_by_its_last_label():
    values = [named.value for named in names_of("ann@mail.lakes.example", None)]

    assert values == ["ann@mail.lakes.example", "mail.lakes.example", "lakes.example"]
