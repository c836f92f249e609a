"""Mailboxes are grouped by their large provider, and a small domain is not named."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.destinations import _PROVIDERS, destination_of

KEY = b"k" * 32


def group(address: str) -> str:
    return destination_of(address, site_key=KEY)


@pytest.mark.parametrize(
    ("address", "provider"),
    [
        ("anna@gmail.com", "google"),
        ("anna@googlemail.com", "google"),
        ("anna@GMail.com", "google"),
        ("anna@hotmail.co.uk", "microsoft"),
        ("anna@outlook.com", "microsoft"),
        ("anna@aol.com", "yahoo"),
        ("anna@yahoo.fr", "yahoo"),
        ("anna@yahoo.co.jp", "yahoo-japan"),
        ("anna@me.com", "apple"),
        ("anna@web.de", "gmx"),
        ("anna@pm.me", "proton"),
        ("anna@bk.ru", "mail.ru"),
        ("anna@ya.ru", "yandex"),
        ("anna@qq.com", "tencent"),
        ("anna@163.com", "netease"),
        ("jürgen@fastmail.com", "fastmail"),
    ],
)
def test_a_large_provider_is_named_over_all_its_domains(address: str, provider: str) -> None:
    assert group(address) == provider


@pytest.mark.parametrize(
    "address",
    ["anna@lakes.example", "anna@gmail.com.lakes.example", "anna@notgmail.com", "anna@mail.gmail.com"],
)
def test_any_other_domain_is_a_label_that_tells_nothing(address: str) -> None:
    label = group(address)

    assert re.fullmatch(r"x-[a-z2-7]{16}", label)
    assert "lakes" not in label


def test_equal_domains_share_a_label_and_different_ones_do_not() -> None:
    assert group("anna@lakes.example") == group("bela@LAKES.example")
    assert group("anna@lakes.example") != group("anna@rivers.example")
    assert group("anna@bücher.example") == group("anna@xn--bcher-kva.example")


def test_another_site_gives_another_label() -> None:
    assert group("anna@lakes.example") != destination_of("anna@lakes.example", site_key=b"o" * 32)


@given(st.from_regex(r"[a-z]{1,60}\.(com|org|ru|example)", fullmatch=True))
def test_it_fits_its_column(domain: str) -> None:
    assert 1 <= len(group(f"anna@{domain}")) <= 24


def test_each_domain_has_one_provider_and_no_name_looks_like_a_label() -> None:
    domains = [domain for group in _PROVIDERS.values() for domain in group.split()]

    assert len(domains) == len(set(domains))
    assert all(domain == domain.lower().strip(".") and "." in domain for domain in domains)
    assert not [name for name in _PROVIDERS if name.startswith("x-") or len(name) > 24]
