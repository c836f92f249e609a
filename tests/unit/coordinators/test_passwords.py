"""Which passwords are refused, how they are kept, and that nobody's takes as long as somebody's."""

import pytest

from service.coordinators.passwords import (
    AT_ONCE,
    is_common,
    is_outdated,
    is_right,
    make_verifier,
    refuse_weak,
)
from service.foundation.errors import Refused

OWN = ("Olga Owner", "olga.owner@secretariat.example")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password123456789",
        "P@ssw0rd-P@ssw0rd!",
        "qwertyuiopasdfgh",
        "1234567890123456",
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "letmeinletmeinnow",
        "correct horse battery staple",
        "iloveyou my angel 2026",
        "January February 2026",
        "Olga.Owner.2026.Olga",
        "secretariat owner 1",
        "1qaz2wsx3edc4rfv5tgb",
        "undersigned-petition-2026",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert is_common(password, own=OWN)
    with pytest.raises(Refused):
        refuse_weak(password, own=OWN)


@pytest.mark.parametrize(
    "password",
    [
        "gannet otter lupin quarry",
        "tR7#kd92!mvQpz4x",
        "Käsebrot, Nachtzug, Fichte",
        "江河之水奔流到海不复回且看今朝明月夜",
        "walnutferryhollowtundra",
        "s3gel-b00t-w1nter-pl4n",
    ],
)
def test_what_belongs_to_no_list_is_taken(password: str) -> None:
    try:
        refuse_weak(password, own=OWN)
    except Refused as refusal:
        pytest.fail(str(refusal))


@pytest.mark.parametrize(
    ("password", "said"),
    [("", "at least 15"), ("fourteen chars", "at least 15"), ("zq" * 101, "at most 200")],
)
def test_the_length_is_said(password: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        refuse_weak(password)


def test_a_long_password_is_looked_at_quickly() -> None:
    assert is_common("password" * 25)


def test_only_the_very_password_is_right_however_its_letters_were_typed() -> None:
    verifier = make_verifier("caf\u00e9 otter lupin quarry")

    assert is_right(verifier, "cafe\u0301 otter lupin quarry")
    assert not is_right(verifier, "cafe otter lupin quarry")
    assert not is_right(verifier, "caf\u00e9 otter lupin quarry" + "x" * 1000)
    assert not is_right("", "caf\u00e9 otter lupin quarry")
    assert not is_right("no verifier", "caf\u00e9 otter lupin quarry")


def test_a_verifier_is_argon2id_with_enough_memory_and_is_made_anew_where_it_had_less() -> None:
    verifier = make_verifier("gannet otter lupin quarry")

    assert verifier.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not is_outdated(verifier)
    assert is_outdated(verifier.replace("m=19456", "m=8192"))
    assert len(verifier) <= 200
    assert AT_ONCE == 2
