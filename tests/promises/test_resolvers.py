"""What a resolver promises holds for the one that asks the network, and for its fake in memory."""

import ipaddress
import time
from collections.abc import Iterator

import pytest

from service.mail.dns import MailHost, Resolver, SystemResolver, Unanswered
from tests.doubles.dns import FakeResolver, dns_server

LONG = "p=" + "a" * 400
WORLD = {
    "rivers.org": {
        "TXT": ['"v=spf1 -all"', '"two " "pieces"'],
        "MX": ["20 B.rivers.org.", "10 a.rivers.org."],
    },
    "a.rivers.org": {"A": ["9.9.9.9"], "AAAA": ["2620:fe::fe"]},
    "long.rivers.org": {"TXT": [f'"{LONG[:255]}" "{LONG[255:]}"']},
    "no-mail.rivers.org": {"MX": ["0 ."]},
    "broken.rivers.org": {"?": []},
    "9.9.9.9.in-addr.arpa": {"PTR": ["A.rivers.org."]},
    "e.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.e.f.0.0.0.2.6.2.ip6.arpa": {"PTR": ["a.rivers.org."]},
}


@pytest.fixture(params=["fake", "network"])
def resolver(request: pytest.FixtureRequest) -> Iterator[Resolver]:
    if request.param == "fake":
        yield FakeResolver(WORLD)
        return
    with dns_server(WORLD) as server:
        yield SystemResolver(server=server)


def test_texts_are_joined(resolver: Resolver) -> None:
    assert sorted(resolver.texts("rivers.org")) == ["two pieces", "v=spf1 -all"]
    assert resolver.texts("long.rivers.org") == (LONG,)


def test_mail_hosts_come_in_their_order_and_in_lower_case(resolver: Resolver) -> None:
    assert resolver.mail_hosts("rivers.org") == (
        MailHost(preference=10, host="a.rivers.org"),
        MailHost(preference=20, host="b.rivers.org"),
    )
    assert resolver.mail_hosts("no-mail.rivers.org") == (MailHost(preference=0, host=""),)


def test_addresses_are_of_either_family(resolver: Resolver) -> None:
    both = tuple(map(ipaddress.ip_address, ("9.9.9.9", "2620:fe::fe")))

    assert resolver.addresses("a.rivers.org") == both
    assert [resolver.names_of(address) for address in both] == [("a.rivers.org",)] * 2


@pytest.mark.parametrize("name", ["rivers.org", "nobody.org"])
def test_what_does_not_exist_is_empty(resolver: Resolver, name: str) -> None:
    assert resolver.addresses(name) == ()
    assert resolver.names_of(ipaddress.ip_address("8.8.8.8")) == ()


def test_a_name_on_which_servers_fail_is_unanswered_and_others_are_not(resolver: Resolver) -> None:
    with pytest.raises(Unanswered):
        resolver.texts("broken.rivers.org")

    assert resolver.addresses("a.rivers.org")


def test_silence_is_waited_for_once() -> None:
    with dns_server({}, speaks=False) as server:
        resolver = SystemResolver(server=server, seconds=0.2)
        began = time.monotonic()
        for _ in range(100):
            with pytest.raises(Unanswered, match="no name server answers"):
                resolver.texts("rivers.org")

    assert time.monotonic() - began < 10


def test_servers_that_do_not_know_the_roots_are_not_believed() -> None:
    with dns_server(WORLD, knows_the_roots=False) as server:
        resolver = SystemResolver(server=server)
        for _ in range(2):
            with pytest.raises(Unanswered, match="do not know the public DNS"):
                resolver.texts("rivers.org")


def test_a_server_that_is_not_there_is_unanswered() -> None:
    with dns_server({}) as server:
        pass

    with pytest.raises(Unanswered):
        SystemResolver(server=server, seconds=0.2).texts("rivers.org")


@pytest.mark.parametrize("name", ["rivers.example", "localhost", "a.test", "hidden.onion"])
def test_names_that_are_never_public_are_not_asked(name: str) -> None:
    # No server listens here: a question would say that nobody answers.
    with pytest.raises(Unanswered, match="never in the DNS"):
        SystemResolver(server=("127.0.0.1", 9)).texts(name)
