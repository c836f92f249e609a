"""A sentence is an English string everywhere, and keeps what it was made of."""

import copy
import json

import pytest

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence, in_a_row, said_of

TOO_LONG = Sentence(
    "{what} is too long: at most {longest} characters.", what=Sentence("The name"), longest=200
)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (Sentence("Plain."), "Plain."),
        (TOO_LONG, "The name is too long: at most 200 characters."),
        (Sentence("{n} name", "{n} names", n=1), "1 name"),
        (Sentence("{n} name", "{n} names", n=0), "0 names"),
        (Sentence("{n} name", "{n} names", n=12), "12 names"),
        (Sentence("{who} asks", who="{n} {0} {who} %s"), "{n} {0} {who} %s asks"),
        (Sentence("Braces {that} name nothing"), "Braces {that} name nothing"),
        (Sentence("{what} is missing.", what=""), "is missing."),
        (Sentence("must be a code. {hint}", hint=""), "must be a code."),
        (Sentence(" {n} and ", n=2), " 2 and "),
        (Sentence("To", context="whom the letter is written to"), "To"),
    ],
)
def test_it_is_its_english_words(sentence: Sentence, words: str) -> None:
    assert sentence == words
    assert json.dumps([sentence]) == json.dumps([words])
    assert {sentence: 1}[words] == 1


def test_a_missing_value_is_a_bug() -> None:
    with pytest.raises(KeyError):
        Sentence("{what} is missing.", who="Nobody")


def test_an_exception_gives_it_back_whole() -> None:
    said = str(Refused(TOO_LONG))

    assert isinstance(said, Sentence)
    assert (said.message, dict(said.values)) == (TOO_LONG.message, {"what": "The name", "longest": 200})


def test_a_copy_is_the_same_sentence() -> None:
    for sentence in (TOO_LONG, Sentence("{n} name", "{n} names", n=2), Sentence("{a}", a="{b}", context="c")):
        copied = copy.deepcopy(sentence)

        assert copied == sentence
        assert isinstance(copied, Sentence)
        assert vars(copied) == vars(sentence)


def test_sentences_in_a_row_stay_sentences() -> None:
    row = in_a_row((TOO_LONG, "Other.", Sentence("Plain.")))

    assert row == f"{TOO_LONG} Other. Plain."
    assert isinstance(row, Sentence)
    assert row.values["one"] is TOO_LONG
    assert in_a_row([TOO_LONG]) is TOO_LONG
    assert in_a_row(()) == ""


def test_what_was_told_of_nothing_is_said_of_something() -> None:
    nameless = TOO_LONG.with_values(what="", longest=200)

    assert nameless == "is too long: at most 200 characters."
    assert said_of(Sentence("The title"), nameless) == "The title is too long: at most 200 characters."
    assert said_of("slug", Sentence("is missing.")) == "slug is missing."
    assert (
        said_of("slug", "is missing.", otherwise=Sentence("{what}: {told}", what="", told=""))
        == "slug: is missing."
    )
