"""What is to be published, and what the doctor says of what is there."""

import re
from collections.abc import Sequence

import pytest

from service.mail.domain.checks import Finding, Weight, check_domain
from service.mail.domain.identity import Identity
from service.mail.domain.publish import quoted, records_to_publish
from service.mail.relay import parse_smtp_urls
from tests.doubles.dns import FakeResolver, SilentResolver
from tests.doubles.verifier import both_keys

RELAY = "smtp.relay.org"
GONE: dict[str, Sequence[str]] = {}


def identity(
    *,
    relays: str = f"smtp://u:p@{RELAY}:587",
    signs: bool = True,
    bounce_domain: str = "",
    web_host: str = "letters.rivers.org",
) -> Identity:
    return Identity(
        domain="rivers.org",
        keys=both_keys() if signs else (),
        relays=parse_smtp_urls(relays),
        web_host=web_host,
        bounce_domain=bounce_domain,
    )


def world(**changes: dict[str, Sequence[str]]) -> dict[str, dict[str, Sequence[str]]]:
    """Make a world in which all is in order; changes name hosts by their first label."""
    rsa, ed25519 = both_keys()
    whole: dict[str, dict[str, Sequence[str]]] = {
        "rivers.org": {"TXT": ['"v=spf1 include:relay.org -all"'], "MX": ["10 mx.rivers.org."]},
        "mx.rivers.org": {"A": ["9.9.9.1"]},
        "s1._domainkey.rivers.org": {"TXT": [quoted(rsa.record)]},
        "e1._domainkey.rivers.org": {"TXT": [quoted(ed25519.record)]},
        "_dmarc.rivers.org": {"TXT": ['"v=DMARC1; p=none"']},
        "relay.org": {"TXT": ['"v=spf1 ip4:9.9.9.0/24 -all"']},
        RELAY: {"A": ["9.9.9.9"]},
        "9.9.9.9.in-addr.arpa": {"PTR": [f"{RELAY}."]},
        "bounces.rivers.org": {"TXT": ['"v=spf1 include:relay.org -all"'], "MX": ["10 letters.rivers.org."]},
    }
    names = {name.partition(".")[0]: name for name in whole} | {"reverse": "9.9.9.9.in-addr.arpa"}
    return whole | {names[label]: records for label, records in changes.items()}


def findings(given: Identity | None = None, **changes: dict[str, Sequence[str]]) -> tuple[Finding, ...]:
    return check_domain(given or identity(), FakeResolver(world(**changes)))


def bad(found: Sequence[Finding]) -> list[tuple[Weight, str]]:
    return [(one.weight, one.sentence) for one in found if one.weight is not Weight.GOOD]


def test_where_all_is_in_order_nothing_else_is_said() -> None:
    found = findings(identity(bounce_domain="bounces.rivers.org"))

    assert bad(found) == []
    assert len(found) == 7


@pytest.mark.parametrize(
    ("changes", "weight", "words"),
    [
        ({"rivers": {"MX": ["1 mx.rivers.org."]}}, Weight.WRONG, "no SPF record: publish"),
        (
            {"rivers": {"TXT": ['"v=spf1 include:nobody.org ip4:9.9.9.9 ~all"'], "MX": ["1 mx.rivers.org."]}},
            Weight.WRONG,
            "includes nobody.org, which has no SPF record; correct it",
        ),
        (
            {"rivers": {"TXT": ['"v=spf1 +all"'], "MX": ["1 mx.rivers.org."]}},
            Weight.WRONG,
            "lets everybody send",
        ),
        ({"relay": {"TXT": ['"v=spf1 -all"']}}, Weight.ADVICE, f"does not allow {RELAY}: add a:{RELAY}"),
        (
            {"relay": {"TXT": ['"v=spf1 exists:%{i}.x.org -all"']}},
            Weight.UNKNOWN,
            "could not be checked: it asks for more than an address",
        ),
        ({"smtp": GONE}, Weight.WRONG, "has no address in the DNS: correct UNDERSIGNED_SMTP_URL"),
        ({"s1": GONE}, Weight.WRONG, "s1._domainkey.rivers.org is not published: publish"),
        ({"e1": GONE}, Weight.WRONG, "e1._domainkey.rivers.org is not published: publish"),
        ({"s1": {"TXT": ['"v=DKIM1; k=rsa; p=AAAA"']}}, Weight.WRONG, "holds another key than ours"),
        ({"s1": {"TXT": ['"v=DKIM1; p="']}}, Weight.WRONG, "holds another key than ours"),
        ({"s1": {"TXT": ['"v=DKIM1; p=a"', '"v=DKIM1; p=b"']}}, Weight.WRONG, "more than one text"),
        (
            {"e1": {"TXT": [quoted(both_keys()[1].record + "; t=s:y")]}},
            Weight.ADVICE,
            "take t=y out",
        ),
        ({"_dmarc": GONE}, Weight.WRONG, "no DMARC record: publish"),
        ({"_dmarc": {"TXT": ['"v=DMARC1; p=none"'] * 2}}, Weight.WRONG, "more than one DMARC record"),
        ({"_dmarc": {"TXT": ['"v=DMARC1; p=maybe"']}}, Weight.WRONG, "no policy that receivers know"),
        (
            {"rivers": {"TXT": ['"v=spf1 include:relay.org -all"']}},
            Weight.WRONG,
            "rivers.org has no MX record",
        ),
        (
            {"rivers": {"TXT": ['"v=spf1 include:relay.org -all"'], "A": ["9.9.9.2"]}},
            Weight.ADVICE,
            "rivers.org has no MX record",
        ),
        (
            {"rivers": {"TXT": ['"v=spf1 include:relay.org -all"'], "MX": ["0 ."]}},
            Weight.WRONG,
            "null MX",
        ),
        ({"mx": GONE}, Weight.WRONG, "No mail server of rivers.org has an address"),
        ({"reverse": GONE}, Weight.ADVICE, f"9.9.9.9 of {RELAY} has no name in the reverse DNS"),
        (
            {"reverse": {"PTR": ["mx.rivers.org."]}},
            Weight.ADVICE,
            "a name that does not lead back to it",
        ),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(
    changes: dict[str, dict[str, Sequence[str]]], weight: Weight, words: str
) -> None:
    [(found, sentence)] = bad(findings(**changes))

    assert found is weight
    assert words in sentence
    assert re.fullmatch(r"[A-Za-z0-9].*[^.]\.", sentence)


def test_a_policy_of_the_domain_above_holds_below() -> None:
    below = Identity(
        domain="news.rivers.org", keys=(), relays=parse_smtp_urls("smtp://127.0.0.1"), web_host="x.org"
    )
    above = {**world(), "_dmarc.rivers.org": {"TXT": ['"v=DMARC1; p=reject; sp=quarantine"']}}

    sentences = [one.sentence for one in check_domain(below, FakeResolver(above))]

    assert "DMARC of rivers.org says p=quarantine, and our mail is aligned with it." in sentences


@pytest.mark.parametrize(
    ("bounces", "dmarc", "passes"),
    [
        ("", "v=DMARC1; p=none; aspf=s", True),
        ("bounces.rivers.org", "v=DMARC1; p=none", True),
        ("bounces.rivers.org", "v=DMARC1; p=none; aspf=s", False),
        ("relay.org", "v=DMARC1; p=none", False),
    ],
)
def test_unsigned_mail_must_be_aligned_by_its_return_path(bounces: str, dmarc: str, *, passes: bool) -> None:
    found = findings(identity(signs=False, bounce_domain=bounces), _dmarc={"TXT": [f'"{dmarc}"']})

    assert any("is not aligned" in one.sentence for one in found) is not passes
    assert found[0].weight is Weight.ADVICE
    assert "not signed" in found[0].sentence


def test_spf_is_asked_of_the_return_path() -> None:
    found = findings(identity(bounce_domain="bounces.rivers.org"), bounces={"A": ["9.9.9.9"]})

    assert [sentence.partition(":")[0] for _, sentence in bad(found)] == [
        "bounces.rivers.org has no SPF record",
        "Bounces to bounces.rivers.org will not come back",
    ]


def test_of_a_relay_on_this_machine_nothing_is_said_that_cannot_be_known() -> None:
    [(weight, sentence)] = bad(findings(identity(relays="smtp://127.0.0.1:25")))

    assert weight is Weight.UNKNOWN
    assert "The relay is this machine" in sentence


def test_a_relay_within_the_walls_has_no_reverse_name_outside() -> None:
    found = bad(findings(identity(relays="smtp://10.0.0.9:25")))

    assert (
        Weight.UNKNOWN,
        "The reverse DNS of 10.0.0.9 could not be checked: 10.0.0.9 is not seen from outside.",
    ) in (found)


def test_silence_is_never_called_a_fault() -> None:
    resolver = SilentResolver({})

    found = check_domain(identity(bounce_domain="bounces.rivers.org"), resolver)

    assert {one.weight for one in found} == {Weight.UNKNOWN}
    assert all("could not be checked: no name server answers." in one.sentence for one in found)
    assert len(found) == 7


def test_one_name_that_fails_leaves_the_other_checks_alone() -> None:
    [(weight, sentence)] = bad(findings(s1={"?": []}))

    assert weight is Weight.UNKNOWN
    assert sentence.startswith("The DKIM record s1._domainkey.rivers.org could not be checked: ")


def test_the_records_to_publish_are_what_the_checks_look_for() -> None:
    ours = identity(bounce_domain="bounces.rivers.org")
    published: dict[str, dict[str, Sequence[str]]] = {}
    for record in records_to_publish(ours):
        published.setdefault(record.name, {})[record.kind] = [record.data]
    published["rivers.org"] = {"MX": ["10 mx.rivers.org."]}
    rest = {name: world()[name] for name in ("mx.rivers.org", RELAY, "9.9.9.9.in-addr.arpa")}

    assert bad(check_domain(ours, FakeResolver({**rest, **published}))) == []


@pytest.mark.parametrize(
    ("web_host", "named"),
    [
        ("letters.rivers.org", "letters.rivers.org"),
        ("9.9.9.7", "mail.rivers.org"),
        ("localhost", "mail.rivers.org"),
    ],
)
def test_bounces_come_in_at_a_host_with_a_name(web_host: str, named: str) -> None:
    [mx] = [
        record
        for record in records_to_publish(identity(bounce_domain="bounces.rivers.org", web_host=web_host))
        if record.kind == "MX"
    ]

    assert mx.data == f"10 {named}."


def test_records_are_written_as_a_zone_file_has_them() -> None:
    lines = [str(record) for record in records_to_publish(identity(bounce_domain="bounces.rivers.org"))]

    rsa = re.fullmatch(r's1\._domainkey\.rivers\.org\. TXT "(v=DKIM1; k=rsa; p=[^"]+)" "([^"]+)"', lines[0])
    assert rsa is not None
    assert (len(rsa[1]), rsa[1] + rsa[2]) == (255, both_keys()[0].record)
    assert lines[1] == f'e1._domainkey.rivers.org. TXT "{both_keys()[1].record}"'
    assert lines[2].startswith(f'bounces.rivers.org. TXT "v=spf1 a:{RELAY} ~all" ; ')
    assert lines[3].startswith(
        '_dmarc.rivers.org. TXT "v=DMARC1; p=none; rua=mailto:postmaster@rivers.org" ; '
    )
    assert lines[4].startswith("bounces.rivers.org. MX 10 letters.rivers.org. ; ")


@pytest.mark.parametrize(
    ("relays", "web_host", "senders"),
    [
        ("smtp://127.0.0.1", "letters.rivers.org", "a:letters.rivers.org"),
        ("smtp://127.0.0.1", "127.0.0.1", "mx"),
        ("smtp://localhost", "localhost", "mx"),
        ("smtp://9.9.9.9 smtp://[2620:fe::fe] smtp://127.0.0.1", "x.org", "ip4:9.9.9.9 ip6:2620:fe::fe"),
    ],
)
def test_spf_names_who_sends(relays: str, web_host: str, senders: str) -> None:
    records = records_to_publish(identity(relays=relays, web_host=web_host, signs=False))

    assert records[0].data == f'"v=spf1 {senders} ~all"'


@pytest.mark.parametrize("size", [0, 1, 255, 256, 510, 511])
def test_a_long_text_is_cut_into_strings_of_255_bytes(size: int) -> None:
    pieces = re.findall(r'"([^"]*)"', quoted("a" * size))

    assert "".join(pieces) == "a" * size
    assert all(len(piece) == 255 for piece in pieces[:-1])
    assert len(pieces[-1]) <= 255
