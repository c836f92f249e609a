"""What a coalition may write above a confirming mail: plain words, in which nothing can be opened and nothing passes for ours."""

import re

import pytest

from service.foundation.errors import Refused
from service.schedules.sends.greetings import masked_name
from service.signing.greetings import (
    LONGEST_GREETING,
    MOST_LINES,
    MOST_PLACEHOLDERS,
    Greeted,
    place_of,
    quoted,
    read_greeting,
)
from tests.corpus.writing import HIDDEN, LITERAL, OTHER_LINE_ENDS, all_of

TAKEN = (
    "Dear friends,\n\nthank you for ((title)). We close on ((deadline)).",
    "On 24.11.2026, or 2026-11-24 at 17:00, 100,000 people in 59 countries.",
    "Mr. Example e.g. said: “now”. It is 5 p.m. in Washington, D.C.",
    "请您确认。谢谢您的支持。",
    "{{ coalition }} {% include 'x' %} <b>bold</b> **not bold** =1+1",
)
ADDRESSES = (
    "Confirm at https://evil.example/confirm instead.",
    "Go to evil.example now",
    "www.evil",
    "EVIL.EXAMPLE",
    "ftp://x",
    "write to eve@evil",
    "[press here](javascript://x)",
    "<a href=//evil.example>",
    "пример.испытание",
)
CODES = (
    "123456",
    "Your code: 123 456",
    "123-456",
    "123\n456",
    "1 2 3 4 5 6",
    "٣٤٥ ٣٤٥",
    "１２３４５６",
    "①②③④⑤⑥",
)


@pytest.mark.parametrize("text", TAKEN)
def test_plain_words_are_kept_as_they_are(text: str) -> None:
    assert read_greeting(text) == text


@pytest.mark.parametrize("text", ADDRESSES)
def test_nothing_can_be_opened(text: str) -> None:
    with pytest.raises(Refused, match="leave addresses of pages and mailboxes out"):
        read_greeting(f"Dear friends,\n{text}")


@pytest.mark.parametrize("text", CODES)
def test_nothing_looks_like_the_code(text: str) -> None:
    with pytest.raises(Refused, match="would look like the code"):
        read_greeting(f"Dear friends,\n{text}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dear ((name)),", r"no placeholder \(\(name\)\)"),
        ("x" * (LONGEST_GREETING + 1), "too long"),
        ("x\n" * MOST_LINES + "x", "at most 12 lines"),
        ("((title)) " * (MOST_PLACEHOLDERS + 1), "at most 10 placeholders"),
    ],
)
def test_what_is_no_greeting_is_refused(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_greeting(text)


@pytest.mark.parametrize("text", [*all_of(HIDDEN), *OTHER_LINE_ENDS])
def test_what_nobody_can_see_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="The text"):
        read_greeting(f"a {text} b")


def test_all_that_people_write_is_kept_or_refused_for_a_reason_that_is_said() -> None:
    refused = {text: said for text in all_of(LITERAL) if (said := refusal_of(f"a {text} b"))}

    assert len(refused) < len(all_of(LITERAL)) // 3
    assert all(
        re.search("addresses of pages|look like the code|no placeholder", said) for said in refused.values()
    )


def refusal_of(text: str) -> str:
    """Give the sentence with which a text is refused; "" where it is kept as it is."""
    try:
        read_greeting(text)
    except Refused as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize(
    "text",
    [
        "one\n\ntwo",
        "word " * 60,
        "x" * 90,
        f"{'x' * 90} and more {'y' * 90}",
        "    123 after an indent",
        "བོད" * 40,
    ],
)
def test_every_line_is_marked_as_somebody_else_s(text: str) -> None:
    lines = quoted(text).split("\n")

    assert all(line.startswith(">") for line in lines)
    assert "".join("".join(line[1:] for line in lines).split()) == "".join(text.split())
    assert all(len(line) <= 74 or " " not in line for line in lines)


def test_a_place_is_a_mail_and_a_language() -> None:
    assert place_of(Greeted.CONFIRM, "zh-Hans") == "confirm-zh-Hans"


def test_a_masked_name_is_known_to_its_owner_alone() -> None:
    assert masked_name("River Watch  Tübingen") == "R… W… T…"
    assert masked_name("") == ""
