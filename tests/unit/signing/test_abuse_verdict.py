"""Which forms wait for a person's look, and why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.signing.abuse.verdict import Facts, quarantine_reason

GOOD = Facts(
    trapped=False,
    blocked=False,
    open_for=timedelta(seconds=2),
    quickest=timedelta(seconds=2),
    asks_proof=False,
    proven=False,
    over_limit=False,
)
QUICK = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"proven": True}, None),
        ({"asks_proof": True, "proven": True}, None),
        ({"open_for": timedelta(0), "quickest": timedelta(0)}, None),
        ({"trapped": True}, "trap"),
        ({"blocked": True}, "blocked"),
        ({"open_for": QUICK}, "too_quick"),
        ({"asks_proof": True}, "no_proof"),
        ({"over_limit": True}, "over_limit"),
        ({"over_limit": True, "asks_proof": True, "proven": True}, "over_limit"),
        ({"trapped": True, "blocked": True, "open_for": QUICK, "over_limit": True}, "trap"),
        ({"blocked": True, "open_for": QUICK, "over_limit": True}, "blocked"),
    ],
)
def test_the_weightiest_reason_is_given(changed, reason):
    assert quarantine_reason(replace(GOOD, **changed)) == reason
