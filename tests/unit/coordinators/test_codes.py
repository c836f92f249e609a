"""One-time codes: which step a code belongs to."""

from datetime import UTC, datetime

import pyotp
import pytest

from service.coordinators.codes import make_secret, matching_step

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
STEP = int(NOON.timestamp()) // 30
# RFC 6238, appendix B, for SHA-1 and six digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_vectors_of_the_standard(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, tz=UTC)

    assert matching_step(SECRET, code, now=moment) == seconds // 30


@pytest.mark.parametrize(("drift", "step"), [(-2, None), (-1, STEP - 1), (0, STEP), (1, STEP + 1), (2, None)])
def test_one_step_of_drift(drift: int, step: int | None) -> None:
    code = pyotp.TOTP(SECRET).generate_otp(STEP + drift)

    assert matching_step(SECRET, code, now=NOON) == step


@pytest.mark.parametrize("text", ["{0} {1}", " {0}{1} ", "\t{0}{1}\n", "{0}\u00a0{1}"])
def test_spaces_do_not_matter(text: str) -> None:
    code = pyotp.TOTP(SECRET).generate_otp(STEP)

    assert matching_step(SECRET, text.format(code[:3], code[3:]), now=NOON) == STEP


@pytest.mark.parametrize("text", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", "1" * 10_000])
def test_what_is_no_code_matches_nothing(text: str) -> None:
    assert matching_step(SECRET, text, now=NOON) is None


def test_a_secret_has_160_bits_and_is_another_each_time() -> None:
    assert len({make_secret() for _ in range(20)}) == 20
    assert len(make_secret()) * 5 == 160
