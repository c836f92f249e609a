"""What a signatory may publish: with whom it signed, in every language; posts that fit; embargo on two clocks."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.i18n.languages import offered_tags
from service.i18n.others import count_others
from service.i18n.zones import zone_of_country
from service.kit.shorten import MOST_IN_POST, shorten, weight
from service.kit.texts import Embargo, Facts, embargo_line, write_texts

FACTS = Facts(
    language="en",
    name="Lake Alliance",
    is_organization=True,
    others=(50, 8),
    addressee="Jane Q. Example, President of the Republic",
    coalition="Coalition for Open Rivers",
    title="Keep the river open",
    text_language="en",
    asks=("Open the archives.", "Invite the villages."),
    subject="The river at the Basin Summit",
    link="https://letters.example/letters/clean-river",
    embargo=None,
    boilerplate="It belongs to no government.",
    contact="Tobias Quill, press@rivers.example",
)
AT = datetime(2026, 12, 8, 15, 0, tzinfo=UTC)
# (organizations, individuals): what an organization, and what a person says in English.
COUNTED = {
    (0, 0): ("", ""),
    (1, 0): ("one other organization", "one organization"),
    (2, 0): ("2 other organizations", "2 organizations"),
    (50, 0): ("50 other organizations", "50 organizations"),
    (0, 1): ("one individual", "one other individual"),
    (0, 2): ("2 individuals", "2 other individuals"),
    (1, 1): ("one other organization and one individual", "one organization and one other individual"),
    (50, 8): ("58 other organizations and individuals", "58 other organizations and individuals"),
    (1200, 4): ("1,204 other organizations and individuals", "1,204 other organizations and individuals"),
}


@pytest.mark.parametrize("numbers", COUNTED)
def test_english_says_with_whom(numbers: tuple[int, int]) -> None:
    of_organization, of_person = COUNTED[numbers]

    assert count_others(*numbers, "en", of_organization=True) == of_organization
    assert count_others(*numbers, "en", of_organization=False) == of_person


def test_who_has_signed_alone_has_co_signed_nothing() -> None:
    texts = write_texts(replace(FACTS, others=(0, 0)))
    said = (texts.headline, texts.paragraph, *(post.text for post in texts.posts), texts.press)

    assert texts.headline.startswith("Lake Alliance signs public letter to ")
    assert texts.posts[0].text.startswith("We have signed a public letter to ")
    assert not [text for text in said if "co-sign" in text]


OTHER_LANGUAGES = {
    "en-GB": ("one other organisation", "2 other organisations", "58 other organisations and individuals"),
    "fr": ("une autre organisation", "2 autres organisations", "58 autres organisations et personnes"),
    "es": ("otra organización", "otras 2 organizaciones", "otras 58 organizaciones y personas"),
    "ar": ("منظمة أخرى", "منظمتين أخريين", "58 من المنظمات والأفراد الآخرين"),
    "ug": ("باشقا 1 تەشكىلات", "باشقا 2 تەشكىلات", "باشقا 58 تەشكىلات ۋە شەخس"),
    "bo": ("ཚོགས་པ་གཞན་ 1", "ཚོགས་པ་གཞན་ 2", "ཚོགས་པ་དང་མི་སྒེར་གཞན་བསྡོམས་ 58"),
    "zh-Hans": ("其他 1 个组织", "其他 2 个组织", "其他 58 个组织和个人"),
}


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_every_language_says_with_whom(language: str) -> None:
    numbers = ((1, 0), (2, 0), (50, 8))

    said = tuple(count_others(*found, language, of_organization=True) for found in numbers)

    assert said == OTHER_LANGUAGES[language]


@pytest.mark.parametrize("language", offered_tags())
@pytest.mark.parametrize("others", [None, *COUNTED])
@pytest.mark.parametrize("kind", ["organization", "person"])
def test_words_are_whole_and_posts_fit(language: str, others: tuple[int, int] | None, kind: str) -> None:
    is_organization = kind == "organization"
    long = replace(FACTS, title="A long title of a letter" * 11, addressee="Her Excellency of all" * 8)

    for facts in (FACTS, long):
        told = replace(facts, language=language, others=others, is_organization=is_organization)
        texts = write_texts(told)
        said = (texts.headline, texts.paragraph, texts.press, texts.about, texts.alternative)
        assert not [text for text in said if "{" in text or "  " in text.strip()]
        assert texts.paragraph
        assert bool(texts.headline) is bool(texts.press) is is_organization
        for post in texts.posts:
            assert post.length == weight(post.text) <= MOST_IN_POST
            assert post.text.endswith(f"\n{FACTS.link}")
        assert facts.name in texts.paragraph or not is_organization


def test_the_paragraph_of_an_organization() -> None:
    assert write_texts(FACTS).paragraph == (
        "Lake Alliance has co-signed a public letter to Jane Q. Example, President of the Republic, along with 58 other"
        " organizations and individuals. The letter, “Keep the river open”, calls for the following: Open the archives;"
        " Invite the villages."
    )


def test_a_number_that_is_not_to_be_known_stands_nowhere() -> None:
    texts = write_texts(replace(FACTS, others=None))

    assert not any(one.isdigit() for one in texts.paragraph + texts.alternative + texts.press)


@pytest.mark.parametrize(
    ("country", "zone"), [("IN", "Asia/Kolkata"), ("DE", "Europe/Berlin"), ("US", ""), ("CN", ""), ("", "")]
)
def test_a_country_has_a_clock_where_all_its_clocks_agree(country: str, zone: str) -> None:
    assert str(zone_of_country(country, at=AT) or "") == zone


def test_an_embargo_stands_on_both_clocks_unless_they_agree() -> None:
    here = Embargo(until=AT, zone=ZoneInfo("America/New_York"), there=ZoneInfo("Asia/Kolkata"))

    line = embargo_line(here, "en")

    assert "10:00" in line
    assert "8:30" in line
    assert embargo_line(replace(here, there=here.zone), "en").count("December 8") == 1
    assert embargo_line(None, "en") == ""
    assert "before the coalition publishes" in embargo_line(replace(here, until=None), "en")


@pytest.mark.parametrize("language", offered_tags())
def test_no_full_stop_follows_the_three_dots_of_what_was_cut(language: str) -> None:
    long = "Publish the daily readings of every stone gauge, " * 8
    texts = write_texts(replace(FACTS, language=language, asks=(long,)))

    for words in (texts.paragraph, texts.press, texts.posts[1].text):
        assert "…" in words
        assert not re.search("…\u2069?[.。།]", words)


def test_the_coalitions_lines_about_itself_are_not_broken_where_they_were_typed() -> None:
    typed = "It brings together those who\nhad to leave.\n\nIt belongs to no\ngovernment."
    facts = replace(FACTS, boilerplate=typed)

    told = "About Coalition for Open Rivers\nIt brings together those who had to leave.\nIt belongs to no government.\n\n"
    assert write_texts(facts).about.startswith(told)
    # From right to left the full stop of an English sentence stays at its end.
    assert "\u2068It belongs to no government.\u2069" in write_texts(replace(facts, language="ar")).about


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("Open the archives.", 40, "Open the archives."),
        ("Open the archives. Then invite all of the villages.", 30, "Open the archives."),
        ("Release the fourteen gauge keepers, without conditions", 36, "Release the fourteen gauge keepers…"),
        ("江河必须开放。所有人都可以来。", 8, "江河必须开放。"),
    ],
)
def test_a_text_is_cut_at_a_sentence_or_between_words(text: str, most: int, short: str) -> None:
    assert shorten(text, most) == short
