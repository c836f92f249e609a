"""What the secretariat does for one sign-on after a letter was sent carries it into the next addendum; while it leaves, it says when."""

import pytest

from service.delivery.release import release
from service.foundation.errors import Refused
from service.signing.listing import list_signatories
from service.signing.organizations.joined import say_another
from service.signing.settle import settle
from service.signing.unreachable import vouch
from service.store.transaction import reading, transaction
from tests.coalition import OUTWARD, SLUG, Coalition, letter_file
from tests.promises.test_supplements import ADDENDUM, carry, propose


def ids(coalition):
    with reading(coalition.engine) as session:
        rows = list_signatories(session, coalition.keyring, coalition.campaign())
    return {row["name"]: row["id"] for row in rows}


@pytest.fixture
def leaving(engine, root, noon):
    """Give a letter that was released, and three who are not in it: on a condition, a look-alike, one who never confirmed."""
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm("Lake Alliance")
    coalition.sign_and_confirm("Delta Union", condition="if the board agrees")
    coalition.sign_and_confirm("Lake Aliance", email="other@lakes.example")
    coalition.sign("Quiet Quay")
    coalition.close().propose()
    coalition.approve_all()
    with transaction(engine) as session:
        release(session, coalition.keyring, SLUG, OUTWARD, by="test", now=coalition.now)
    return coalition


def settles(coalition, session):
    settle(session, coalition.keyring, SLUG, [ids(coalition)["Delta Union"]], by="test", now=coalition.now)


def parts(coalition, session):
    say_another(
        session, coalition.keyring, SLUG, ids(coalition)["Lake Aliance"], by="test", now=coalition.now
    )


def vouches(coalition, session):
    name = ids(coalition)["Quiet Quay"]
    vouch(session, coalition.keyring, SLUG, name, how="by Signal", by="test", now=coalition.now)


ACTS = {"Delta Union": settles, "Lake Aliance": parts, "Quiet Quay": vouches}


@pytest.mark.parametrize("name", ACTS)
def test_one_joins_after_the_letter_was_sent_and_not_while_it_leaves(leaving, name):
    act = ACTS[name]
    with pytest.raises(Refused, match="once it was sent"), transaction(leaving.engine) as session:
        act(leaving, session)
    carry(leaving)

    with transaction(leaving.engine) as session:
        act(leaving, session)

    assert [entry.name for entry in propose(leaving, ADDENDUM).letter.roll] == [name]
