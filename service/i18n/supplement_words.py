"""What addenda and corrections say of themselves."""

from datetime import date
from typing import Literal

from service.i18n.formats import count, isolate, write_date, write_number
from service.i18n.words import Words, count_each, fill_in

# What stands between a name and a headline.
_STOPS = " \u00a0:：៖-"


def supplement_title(kind: Literal["addendum", "correction"], ordinal: int, title: str, words: Words) -> str:
    """Write the headline of an addendum or a correction: "Addendum 1: Keep the river open"."""
    pattern = words.addendum_title if kind == "addendum" else words.correction_title
    number = write_number(ordinal, words.language)
    return fill_in(pattern, n=number, title=isolate(title, within=words.language))


def addendum_name(ordinal: int, words: Words) -> str:
    """Write what an addendum is called where the letter's headline stands already: "Addendum 1"."""
    before_headline, _, _ = words.addendum_title.partition("{title}")
    return fill_in(before_headline.rstrip(_STOPS), n=write_number(ordinal, words.language))


def addendum_body(
    ordinal: int, letter_date: date, *, organizations: int, individuals: int, words: Words
) -> str:
    """Write what an addendum says above its names; ((signatories)) in it stands for its own number."""
    return fill_in(
        words.addendum,
        n=write_number(ordinal, words.language),
        date=write_date(letter_date, words.language),
        together=count_each(organizations, individuals, words),
    )


def correction_body(letter_date: date, words: Words) -> str:
    """Write what a correction says above its names."""
    return fill_in(words.correction, date=write_date(letter_date, words.language))


def taken_back(number: int, words: Words) -> str:
    """Write the line above the names that a correction takes back; empty where there is none."""
    return count(number, words.taken_back, words.language)
