"""Which domain is an organization's own, and how much speaks for its sign-on."""

import itertools

import pytest

from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.signing.organizations.domain import is_own_domain, record_name, record_value, website_host
from service.signing.organizations.evidence import Facts, Grade, Speaks, grade, what_speaks

KEYS = CampaignKeys(campaign="c", data=b"d" * 32, index=b"i" * 32, token=b"t" * 32)


OWN = [
    ("a@lakes.example", "https://lakes.example"),
    ("a@lakes.example", "https://www.lakes.example/about?x=1"),
    ("a@LAKES.example", "HTTPS://WWW.Lakes.Example"),
    ("a@mail.lakes.example", "https://lakes.example"),
    ("a@lakes.example", "lakes.example"),
    ("a@lakes.example", "https://lakes.example:8443"),
    ("a@lakes.example", "https://lakes.example."),
    ("a@lakes.example", "https://en.lakes.example"),
    ("a@bücher.example", "https://xn--bcher-kva.example"),
    ("a@xn--bcher-kva.example", "https://bücher.example"),
    ("a@lakes.org.uk", "https://lakes.org.uk"),
]
NOT_OWN = [
    ("a@lakes.example", "https://projects.lakes.example"),
    ("a@notlakes.example", "https://lakes.example"),
    ("a@lakes.example.evil.example", "https://lakes.example"),
    ("a@example", "https://lakes.example"),
    # What everybody shares is nobody's own, and neither is what lies above a national ending.
    ("a@gmail.com", "https://gmail.com"),
    ("a@facebook.com", "https://www.facebook.com/lakes"),
    ("a@lakes.wordpress.com", "https://lakes.wordpress.com"),
    ("a@any.com.br", "https://no.com.br"),
    ("a@sub.lakes.example", "https://en.lakes.example"),
    ("a@lakes.example", ""),
    ("", "https://lakes.example"),
    ("a@lakes.example", "https://"),
    ("a@lakes.example", "https://["),
    ("a@lakes.example", "no website at all"),
]


@pytest.mark.parametrize(("mailbox", "website"), OWN)
def test_a_mailbox_on_the_website_or_below_it_is_on_the_organizations_own_domain(
    mailbox: str, website: str
) -> None:
    assert is_own_domain(mailbox, website=website)


@pytest.mark.parametrize(("mailbox", "website"), NOT_OWN)
def test_no_other_mailbox_is(mailbox: str, website: str) -> None:
    assert not is_own_domain(mailbox, website=website)


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("https://www.lakes.example/", "lakes.example"),
        ("www.lakes.example", "lakes.example"),
        ("www.example", "www.example"),
        ("lakes", ""),
        ("Lake Alliance", ""),
        ("https://lakes.example\x00.evil", ""),
    ],
)
def test_a_website_has_one_host(written: str, host: str) -> None:
    assert website_host(written) == host


def test_the_record_says_nothing_and_cannot_be_made_up() -> None:
    value = record_value(KEYS, "a" * 32)

    assert record_name("https://www.lakes.example") == "_undersigned.lakes.example"
    assert value != record_value(KEYS, "b" * 32)
    assert len(value) == len("undersigned=") + 26
    for website in ("", "https://lakes.github.io"):
        with pytest.raises(Refused):
            record_name(website)


NOTHING = {
    "invited": False,
    "attested": False,
    "mailbox": "a@gmail.com",
    "website": "https://lakes.example",
    "officer": "",
    "dns_found": False,
}


@pytest.mark.parametrize(
    ("changed", "speaking"),
    [
        ({}, ()),
        ({"invited": True}, (Speaks.INVITATION,)),
        ({"mailbox": "a@lakes.example"}, (Speaks.OWN_DOMAIN,)),
        ({"officer": "b@lakes.example"}, (Speaks.COUNTERSIGNED,)),
        ({"officer": "A@gmail.com"}, ()),
        ({"dns_found": True, "attested": True}, (Speaks.DNS, Speaks.ATTESTED)),
    ],
)
def test_what_speaks_for_a_sign_on_follows_from_facts(
    changed: dict[str, object], speaking: tuple[Speaks, ...]
) -> None:
    assert what_speaks(Facts(**{**NOTHING, **changed})) == speaking


@pytest.mark.parametrize(
    ("speaking", "expected"),
    [
        ((), Grade.NONE),
        ((Speaks.INVITATION,), Grade.SOME),
        ((Speaks.OWN_DOMAIN,), Grade.SOME),
        ((Speaks.COUNTERSIGNED,), Grade.SOME),
        ((Speaks.DNS,), Grade.GOOD),
        ((Speaks.ATTESTED,), Grade.GOOD),
        ((Speaks.INVITATION, Speaks.OWN_DOMAIN), Grade.GOOD),
        ((Speaks.DNS, Speaks.OWN_DOMAIN), Grade.STRONG),
        ((Speaks.INVITATION, Speaks.OWN_DOMAIN, Speaks.COUNTERSIGNED), Grade.STRONG),
        (tuple(Speaks), Grade.STRONG),
    ],
)
def test_the_grade(speaking: tuple[Speaks, ...], expected: Grade) -> None:
    assert grade(speaking) is expected


def test_more_evidence_never_makes_a_lower_grade() -> None:
    order = list(Grade)
    for size in range(len(Speaks)):
        for some in itertools.combinations(Speaks, size):
            for more in set(Speaks) - set(some):
                assert order.index(grade((*some, more))) >= order.index(grade(some))
