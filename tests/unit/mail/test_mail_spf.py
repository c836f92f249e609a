"""SPF records are read as receivers read them (RFC 7208)."""

import ipaddress

import pytest

from service.mail.domain.spf import read_spf
from tests.doubles.dns import FakeResolver, World

HERE, THERE, SIX = "9.9.9.9", "9.9.9.10", "2620:fe::fe"


def world(record: str, **others: str) -> World:
    return {
        "rivers.org": {
            "TXT": ['"google-site-verification=x"', f'"{record}"'],
            "A": [HERE],
            "MX": ["5 mx.org."],
        },
        "mx.org": {"A": [THERE], "AAAA": [SIX]},
        "soft.org": {"TXT": [f'"v=spf1 ip4:{HERE} ~all"']},
        "deep.org": {"TXT": ['"v=spf1 include:soft.org -all"']},
        "loop.org": {"TXT": ['"v=spf1 include:loop.org -all"']},
        "wide.org": {"TXT": ['"v=spf1 a:mx.org a:mx.org a:mx.org a:mx.org a:mx.org a:mx.org -all"']},
        "many.org": {"MX": [f"{number} mx.org." for number in range(11)]},
        "two.org": {"TXT": ['"v=spf1 -all"', '"v=spf1 +all"']},
    }


@pytest.mark.parametrize(
    ("record", "address", "verdict"),
    [
        ("v=spf1 -all", HERE, "fail"),
        ("v=spf1 ~all", HERE, "softfail"),
        ("v=spf1 ?all", HERE, "neutral"),
        ("V=SPF1 +ALL", HERE, "pass"),
        ("v=spf1", HERE, "neutral"),
        ("v=spf1 ip4:9.9.9.9 -all", HERE, "pass"),
        ("v=spf1 ip4:9.9.9.0/24 -all", THERE, "pass"),
        ("v=spf1 ip4:9.9.9.0/31 -all", THERE, "fail"),
        ("v=spf1 -ip4:9.9.9.9 +all", HERE, "fail"),
        ("v=spf1 ip6:2620:fe::/32 -all", SIX, "pass"),
        ("v=spf1 ip6:2620:fe::fe -all", SIX, "pass"),
        ("v=spf1 ip4:9.9.9.9 -all", SIX, "fail"),
        ("v=spf1 a -all", HERE, "pass"),
        ("v=spf1 a -all", THERE, "fail"),
        ("v=spf1 a/24 -all", THERE, "pass"),
        ("v=spf1 a:mx.org/32//64 -all", "2620:fe::1", "pass"),
        ("v=spf1 a:mx.org//128 -all", "2620:fe::1", "fail"),
        ("v=spf1 mx -all", THERE, "pass"),
        ("v=spf1 mx -all", SIX, "pass"),
        ("v=spf1 mx:rivers.org -all", HERE, "fail"),
        ("v=spf1 include:soft.org -all", HERE, "pass"),
        ("v=spf1 include:soft.org -all", THERE, "fail"),
        ("v=spf1 include:deep.org ?all", HERE, "pass"),
        ("v=spf1 redirect=soft.org", THERE, "softfail"),
        ("v=spf1 redirect=soft.org -all", THERE, "fail"),
        ("v=spf1 exists:mx.org -all", HERE, "pass"),
        ("v=spf1 exists:nobody.org -all", HERE, "fail"),
        ("v=spf1 exists:%{i}.list.org -all", HERE, "unknown"),
        ("v=spf1 ip4:9.9.9.9 exists:%{i}.list.org -all", HERE, "pass"),
        ("v=spf1 redirect=%{d}.org", HERE, "unknown"),
        ("v=spf1 ptr -all", HERE, "unknown"),
        ("v=spf1 exp=why.org other=1 -all", HERE, "fail"),
    ],
)
def test_an_address_is_judged(record: str, address: str, verdict: str) -> None:
    read = read_spf("rivers.org", FakeResolver(world(record)))

    assert read.faults == ()
    assert read.verdict(ipaddress.ip_address(address)).value == verdict


@pytest.mark.parametrize(
    ("record", "lookups"),
    [
        ("v=spf1 ip4:9.9.9.9 ip6:2620:fe::fe exp=why.org -all", 0),
        ("v=spf1 a mx ptr exists:mx.org -all", 4),
        ("v=spf1 include:deep.org redirect=soft.org", 3),
        ("v=spf1 a include:wide.org mx -all", 9),
        ("v=spf1 +all a mx", 2),
    ],
)
def test_every_question_counts_wherever_it_stands(record: str, lookups: int) -> None:
    assert read_spf("rivers.org", FakeResolver(world(record))).lookups == lookups


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        ("v=spf1 include:wide.org a:mx.org a:mx.org a:mx.org a:mx.org -all", "more than 10 questions"),
        ("v=spf1 include:loop.org -all", "more than 10 questions"),
        ("v=spf1 include:nobody.org -all", "includes nobody.org, which has no SPF record"),
        ("v=spf1 redirect=nobody.org", "redirects to nobody.org, which has no SPF record"),
        ("v=spf1 include:two.org -all", "one of 2 at two.org"),
        ("v=spf1 ipv4:9.9.9.9 -all", "'ipv4:9.9.9.9', which SPF does not know"),
        ("v=spf1 9.9.9.9 -all", "which SPF does not know"),
        ("v=spf1 ip4:9.9.9 -all", "'9.9.9', which is no network"),
        ("v=spf1 ip4:9.9.9.9/33 -all", "which is no network"),
        ("v=spf1 a/40 -all", "which is no network"),
        ("v=spf1 include: -all", "'include' without a name"),
        ("v=spf1 mx:many.org -all", "more than 10"),
    ],
)
def test_a_fault_is_named(record: str, fault: str) -> None:
    faults = read_spf("rivers.org", FakeResolver(world(record))).faults

    assert len(faults) == 1
    assert fault in faults[0]


@pytest.mark.parametrize("text", ["v=spf10 -all", "spf2.0/pra -all", "hello"])
def test_another_text_is_no_spf_record(text: str) -> None:
    assert not read_spf("rivers.org", FakeResolver({"rivers.org": {"TXT": [f'"{text}"']}})).is_there
