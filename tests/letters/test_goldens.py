"""The twelve letters are what they were when somebody last looked at them; `python -m tests.letters.goldens` writes them anew."""

import subprocess

import pytest

from tests.letters.goldens import FORMS, HERE, golden_file, kept
from tests.letters.twelve import TWELVE
from tests.required import tool


@pytest.mark.parametrize(("name", "form"), list(kept()))
def test_a_letter_reads_as_it_was_looked_at(compiled, name, form):
    _, describe, _ = FORMS[form]

    said = describe(compiled(name, form), TWELVE[name].copy)

    assert said == golden_file(name, form).read_text()


def test_no_golden_file_is_left_over():
    assert set(HERE.iterdir()) == {golden_file(name, form) for name, form in kept()}


def test_the_twelve_hold_what_letters_may_hold():
    copies = [golden.copy for golden in TWELVE.values()]

    assert len(copies) == 12
    assert {len(copy.text.asks) for copy in copies} >= {0, 40}
    assert {copy.numbers.signatories for copy in copies} >= {1, 600}
    assert {copy.paper for copy in copies} == {"a4", "us-letter"}
    assert {copy.text.footnotes for copy in copies} == {"page", "endnotes"}
    assert any(len(copy.addressees) > 1 for copy in copies)
    assert {copy.text.language for copy in copies} >= {"ar", "bo", "en", "fa", "ja", "ug", "zh-Hans"}


def test_the_letters_take_one_to_many_pages(letters):
    pages = {len(letters(name, "mail").sizes) for name in TWELVE}

    assert {1, 2, 3, 4} <= pages


@pytest.mark.parametrize("name", TWELVE)
def test_our_reader_and_another_find_the_same_letters(compiled, letters, name):
    reader = tool("pdftotext", package="poppler-utils")
    other = subprocess.run([reader, "-", "-"], input=compiled(name, "mail"), capture_output=True, check=True)
    ours = letters(name, "mail")

    # Order and blanks are each reader's own opinion; the characters are not.
    beside = "".join(text for texts in ours.margins for text in texts)
    assert characters(ours.text + beside) == characters(other.stdout.decode())


def characters(text):
    unseen = "\u2066\u2067\u2068\u2069\u200e\u200f\u202a\u202b\u202c\f"
    return sorted(letter for letter in text if not letter.isspace() and letter not in unseen)
