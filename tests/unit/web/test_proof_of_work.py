"""Proof of work: made here, for one form, over after its time; whatever else comes is no proof."""

import base64
import json
from datetime import UTC, datetime, timedelta

import altcha
import pytest

from service.foundation.sealing import KEY_BYTES, RootKey
from service.web.proof_of_work import check_proof, make_challenge

PLACE = "/letters/clean-river/sign"
ROOT = RootKey(bytes(range(KEY_BYTES)))
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def proof() -> str:
    """Solve one challenge, as a browser does; it costs a second."""
    challenge = make_challenge(ROOT, place=PLACE, until=NOON + timedelta(hours=1))
    made = altcha.Challenge.from_dict(json.loads(challenge.data))
    solution = altcha.solve_challenge(made)
    assert solution is not None
    return altcha.Payload(made, solution).to_base64()


def changed(proof: str, *path: str, to: object) -> str:
    payload = json.loads(base64.b64decode(proof))
    place = payload
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = to
    return base64.b64encode(json.dumps(payload).encode()).decode()


def check(
    text: str, *, root: RootKey = ROOT, place: str = PLACE, later: timedelta = timedelta(0)
) -> bytes | None:
    return check_proof(root, text, place=place, now=NOON + later)


def test_a_solved_challenge_is_a_proof_that_has_a_name_of_its_own(proof: str) -> None:
    name = check(proof)

    assert name is not None
    assert len(name) == 32
    assert check(proof, later=timedelta(minutes=59)) == name


def test_it_is_no_proof_later_elsewhere_or_under_another_key(proof: str) -> None:
    assert check(proof, later=timedelta(hours=1, seconds=2)) is None
    assert check(proof, place="/letters/another/sign") is None
    assert check(proof, root=RootKey(bytes(KEY_BYTES))) is None


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("solution", "derivedKey"), "00" * 32),
        (("challenge", "parameters", "cost"), 1),
        (("challenge", "parameters", "keyPrefix"), ""),
        (("challenge", "parameters", "keySignature"), None),
        (("challenge", "parameters", "data"), None),
        (("challenge", "parameters", "data"), {"place": "x", "until": 9e99}),
        (("challenge", "signature"), ""),
        (("challenge", "signature"), 5),
        (("challenge", "parameters"), []),
    ],
)
def test_a_proof_that_was_changed_is_none(proof: str, path: tuple[str, ...], to: object) -> None:
    assert check(changed(proof, *path, to=to)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "bnVsbA==",
        "NQ==",
        "W10=",
        "e30=",
        "\0",
        "é",
        "A" * 100_000,
        base64.b64encode(b"[" * 2900).decode(),
        base64.b64encode(b'{"challenge": 1}').decode(),
    ],
)
def test_what_strangers_write_is_no_proof(text: str) -> None:
    assert check(text) is None
