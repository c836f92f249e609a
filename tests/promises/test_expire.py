"""What nobody confirmed lapses long after it could be confirmed, and whoever comes later signs anew."""

import pytest

from service.signing.expire import expire_unconfirmed
from service.signing.queries import all_signatures
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file


@pytest.fixture
def coalition(engine, root, noon):
    coalition = Coalition(engine, root, noon).open(letter_file(more='admit = "everyone"'))
    return coalition.sign_and_confirm("Lake Alliance").sign("River Watch").deliver_mail()


def expire(coalition):
    with transaction(coalition.engine) as session:
        return expire_unconfirmed(session, now=coalition.now)


def states(coalition):
    with reading(coalition.engine) as session:
        return sorted(row.state.value for row in all_signatures(session, coalition.campaign()))


def test_what_was_not_confirmed_lapses_two_weeks_after_it_could_be(coalition):
    waiting = ["confirmed", "pending"]
    coalition.wait(days=40)
    assert (expire(coalition), states(coalition)) == (0, waiting), "an open letter lapses nothing"

    coalition.now = coalition.campaign().deadline_at
    coalition.close()
    coalition.wait(days=13)
    assert (expire(coalition), states(coalition)) == (0, waiting)

    coalition.wait(days=2)
    assert (expire(coalition), states(coalition)) == (1, ["confirmed", "expired"])
    assert expire(coalition) == 0
    assert coalition.counts().signatories == 1
