"""Which language a reader gets: tables of what browsers, links and letters say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.i18n.languages import (
    OFFERED,
    accepted_language,
    choose_language,
    find_offered,
    mail_language,
    offered_tags,
)


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        *((language.tag, language.tag) for language in OFFERED),
        ("EN", "en"),
        ("en-US", "en"),
        ("en-gb", "en-GB"),
        ("en_GB", "en-GB"),
        ("fr-CA", "fr"),
        ("es-419", "es"),
        ("ar-EG", "ar"),
        ("ar-Arab-SA", "ar"),
        ("ug-CN", "ug"),
        ("ug-Arab-CN", "ug"),
        ("bo-IN", "bo"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-hans-cn", "zh-Hans"),
        ("zh_Hans", "zh-Hans"),
        ("zh-TW", ""),
        ("zh-HK", ""),
        ("zh-Hant", ""),
        ("zh-Hant-HK", ""),
        ("ug-Latn", ""),
        ("ug-Cyrl-KZ", ""),
        ("de", ""),
        ("fro", ""),
        ("f", ""),
        ("*", ""),
        ("", ""),
        ("-", ""),
        ("fr\r\nSet-Cookie: a=b", ""),
        ("../fr", ""),
        ("<b>", ""),
    ],
)
def test_a_tag_means_an_offered_language_or_none(tag: str, found: str) -> None:
    assert find_offered(tag) == found


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", ""),
        ("fr", "fr"),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"),
        ("de, es;q=0.5, fr;q=0.7", "fr"),
        ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "en"),
        ("en;q=0.1, ug", "ug"),
        ("bo;q=0.8,ug;q=0.8", "bo"),
        ("zh-TW,zh;q=0.9,en-US;q=0.8", "zh-Hans"),
        ("zh-TW,zh-Hant;q=0.9,en;q=0.8", "en"),
        ("fr;q=0, es", "es"),
        ("fr;q=0", ""),
        ("fr;q=1.000", "fr"),
        ("fr;Q=0.3 , es ; q = 0.4", "es"),
        ("*", ""),
        ("fr;q=nan, es;q=0.1", "es"),
        ("fr;q=inf, es;q=0.1", "es"),
        ("fr;q=-1, es;q=0.1", "es"),
        ("fr;q=٣, es;q=0.1", "es"),
        ("fr;q=1.1.1, es;q=0.1", "es"),
        ("fr;q=, es;q=0.1", "es"),
        ("fr;q=99, es", "fr"),
        (";;;,,,=;q=", ""),
        ("fr;level=1", "fr"),
        ("x" * 100_000 + ",fr", ""),
        ("," * 100_000, ""),
    ],
)
def test_a_browser_gets_what_it_likes_best(header: str, found: str) -> None:
    assert accepted_language(header) == found


@given(st.text(max_size=600))
def test_no_header_breaks_it(header: str) -> None:
    assert accepted_language(header) in {"", *offered_tags()}
    assert choose_language(asked=header, reader=header, accepted=header, letter=header) in offered_tags()


@pytest.mark.parametrize(
    ("asked", "reader", "accepted", "letter", "chosen"),
    [
        ("ug", "fr", "es", "ar", "ug"),
        ("", "fr", "es", "ar", "fr"),
        ("", "", "es", "ar", "es"),
        ("", "", "", "ar", "ar"),
        ("", "", "", "", "en"),
        ("tlh", "de", "de,tlh", "de", "en"),
        ("tlh", "", "es", "ar", "es"),
        ("", "", "", "en-GB", "en-GB"),
        ("", "", "en-US,en;q=0.9", "fr", "en"),
    ],
)
def test_the_page_comes_before_the_reader_and_the_browser_before_the_letter(
    asked: str, reader: str, accepted: str, letter: str, chosen: str
) -> None:
    assert choose_language(asked=asked, reader=reader, accepted=accepted, letter=letter) == chosen


@pytest.mark.parametrize(
    ("reader", "letter", "chosen"),
    [("ug", "en", "ug"), ("", "fr", "fr"), ("de", "fr", "fr"), ("", "", "en"), ("en-US", "fr", "en")],
)
def test_a_mail_comes_in_the_readers_language_else_the_letters(reader: str, letter: str, chosen: str) -> None:
    assert mail_language(reader=reader, letter=letter) == chosen
