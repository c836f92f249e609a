"""A sentence is an English string everywhere, and keeps what it was made of."""

import copy
import json

import pytest

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

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
