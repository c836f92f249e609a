"""What changed between two texts: nothing invented, nothing lost, in every script."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.letter.difference import Part, Passage, difference, words_changed


def body(*paragraphs: str, name: str = "body", language: str = "en") -> tuple[Part, ...]:
    return (Part(name=name, language=language, paragraphs=paragraphs),)


def marked(passage: Passage) -> str:
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(marks[one.kind].format(one.text) for one in passage.stretches)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("We ask you.", "We ask you now.", "We ask you{+ now+}."),
        ("We ask you now.", "We ask you.", "We ask you[- now-]."),
        ("It feeds three towns.", "It feeds nearly three towns.", "It feeds {+nearly +}three towns."),
        ("ten dams", "two dams", "[-ten-]{+two+} dams"),
        ("the Rhine", "the Rhône", "the [-Rhine-]{+Rhône+}"),
        ("cafe", "café", "[-cafe-]{+café+}"),
        ("well-known rivers", "well known rivers", "[-well-known-]{+well known+} rivers"),
        ("the river’s mouth", "the rivers’ mouth", "the [-river’s-]{+rivers’+} mouth"),
        ("one two three four", "uno dos three four", "[-one two-]{+uno dos+} three four"),
        ("3,000 people", "30,000 people", "[-3-]{+30+},000 people"),
        (
            "See [us](https://a.example).",
            "See [us](https://b.example).",
            "See [us](https://[-a-]{+b+}.example).",
        ),
        ("((count)) of us", "((organizations)) of us", "(([-count-]{+organizations+})) of us"),
        ("我们要求开放河流", "我们要求立即开放河流", "我们要求{+立即+}开放河流"),
        ("བོད་ཀྱི་ཆུ།", "བོད་ཀྱི་གཙང་ཆུ།", "བོད་ཀྱི་{+གཙང་+}ཆུ།"),
        ("افتحوا النهر الآن", "افتحوا النهر القديم الآن", "افتحوا النهر {+القديم +}الآن"),
        ("می‌خواهیم رود", "می‌خواهیم دریا", "می‌خواهیم [-رود-]{+دریا+}"),
        ("नदी खोलें", "नदियाँ खोलें", "[-नदी-]{+नदियाँ+} खोलें"),
        ("line one\nline two", "line one\nline three", "line one\nline [-two-]{+three+}"),
    ],
)  # fmt: skip -- one case a line reads best
def test_the_table_of_changed_words(old: str, new: str, shown: str) -> None:
    (passage,) = difference(body(old), body(new))

    assert passage.kind == "changed"
    assert marked(passage) == shown


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (("a b c",), ("a b c",), []),
        (("first here", "second there"), ("first here",), [("removed", 2)]),
        (("first here",), ("first here", "second there"), [("added", 2)]),
        (("first here", "last one"), ("first here", "quite new", "last one"), [("added", 2)]),
        (
            ("the dam is old", "we thank you all"),
            ("the dam is very old", "we thank you"),
            [("changed", 1), ("changed", 2)],
        ),
        (
            ("the dam is old", "we thank you"),
            ("nothing alike whatsoever", "the dam is too old", "we thank you"),
            [("added", 1), ("changed", 2)],
        ),
        (("alpha beta gamma",), ("wholly other words",), [("changed", 0)]),
        (
            ("alpha beta gamma", "we thank you"),
            ("wholly other words", "we thank you"),
            [("removed", 1), ("added", 1)],
        ),
        ((), ("one only",), [("added", 0)]),
        (("one only",), (), [("removed", 0)]),
    ],
)
def test_the_table_of_changed_paragraphs(
    old: tuple[str, ...], new: tuple[str, ...], found: list[tuple[str, int]]
) -> None:
    passages = difference(body(*old), body(*new))

    assert [(passage.kind, passage.number) for passage in passages] == found


def test_each_part_and_language_is_held_against_its_own() -> None:
    old = body("Dear President,", name="salutation") + body("Open it.", name="body")
    new = body("Dear President,", name="salutation") + body("Open it now.", name="body")
    new += body("Ouvrez-le.", name="body", language="fr")

    found = [(one.part, one.language, one.kind) for one in difference(old, new)]

    assert found == [("body", "en", "changed"), ("body", "fr", "added")]


WORDS = st.lists(
    st.sampled_from(["the", "river", " ", "\n", "。", "河", "نهر", "é", "((count))", "-"]), max_size=25
)
TEXTS = st.builds("".join, WORDS) | st.text(max_size=30)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_the_difference(old: str, new: str) -> None:
    stretches = words_changed(old, new)

    assert "".join(one.text for one in stretches if one.kind != "added") == old
    assert "".join(one.text for one in stretches if one.kind != "removed") == new
    assert all(one.text for one in stretches)


@given(st.lists(TEXTS.filter(bool), max_size=6), st.lists(TEXTS.filter(bool), max_size=6))
def test_a_passage_is_shown_for_each_paragraph_that_differs(old: list[str], new: list[str]) -> None:
    passages = difference(body(*old), body(*new))

    came = sum(one.kind == "added" for one in passages)
    left = sum(one.kind == "removed" for one in passages)
    assert len(new) - len(old) == came - left
    assert bool(passages) == (old != new)


@pytest.mark.parametrize("unit", ["a ", "the river is old\n\n", "河"])
def test_a_long_and_monotonous_text_takes_no_time(unit: str) -> None:
    old, new = unit * (100_000 // len(unit)), "b " + unit * (100_000 // len(unit))
    began = time.perf_counter()

    difference(body(*old.split("\n\n")), body(*new.split("\n\n")))

    assert time.perf_counter() - began < 5
