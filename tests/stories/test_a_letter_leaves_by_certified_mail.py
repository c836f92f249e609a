"""A letter goes by certified mail: handed to the provider once, and as far as the receipts in the mailbox prove."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from service.delivery.carrying.carry import settle_left_behind
from service.delivery.carrying.follow import ask_after
from service.delivery.settle import send_again
from service.foundation.sealing import RootKey
from service.model.states import DeliveryState
from service.store.transaction import transaction
from tests.carriers import ASKING
from tests.carrying import carriages, carry, cart, delivery_of, evidence, file_by, kept_of, released
from tests.coalition import SLUG, Coalition
from tests.doubles.loopback_http import Fault
from tests.doubles.pec_house import PASSWORD, PecHouse, open_pec_house
from tests.doubles.pec_provider import OFFICE, OURS


@pytest.fixture
def house() -> Iterator[PecHouse]:
    with open_pec_house() as house:
        yield house


@pytest.fixture
def sent(engine: Engine, root: RootKey, noon: datetime, house: PecHouse) -> Coalition:
    """Give a letter that was released and goes to one office by certified mail alone."""
    file = file_by("pec").replace(b'country = "US"', f'country = "US"\npec = "{OFFICE}"'.encode())
    coalition = Coalition(engine=engine, root=root, now=noon)
    return released(coalition, "pec", house.settings, file=file)


def state(coalition: Coalition) -> DeliveryState:
    return delivery_of(coalition, "pec").state


def ask(coalition: Coalition) -> int:
    coalition.now += timedelta(hours=2)
    return ask_after(cart(coalition, asking=ASKING))


def test_it_leaves_once_and_climbs_as_its_receipts_prove(sent: Coalition, house: PecHouse) -> None:
    house.is_slow = True
    assert carry(sent, asking=ASKING) == 1
    assert carry(sent, asking=ASKING) == 0
    [message] = house.letters
    assert message.get_body().get_content().count("Lake Alliance") >= 1
    assert [one.get_content_type() for one in message.iter_attachments()] == ["application/pdf"]
    assert state(sent) is DeliveryState.HANDED_OVER

    assert ask(sent) == 0
    house.arrive()
    assert ask(sent) == 2

    assert state(sent) is DeliveryState.DELIVERED
    assert any("lies in the office's certified mailbox" in one for one in evidence(sent))
    kept = str([kept_of(sent, one) for one in carriages(sent)])
    assert PASSWORD not in kept
    assert not any(address in "".join(evidence(sent)) for address in (OURS, OFFICE, PASSWORD))


def test_in_doubt_it_is_sent_again_by_a_persons_word_and_found_by_its_receipt(
    sent: Coalition, house: PecHouse
) -> None:
    house.faults.append(Fault(of="END", manner="break after"))
    carry(sent, asking=ASKING)
    assert state(sent) is DeliveryState.UNCERTAIN

    with transaction(sent.engine) as session:
        send_again(session, sent.keyring, SLUG, delivery_of(sent, "pec").id, by="ada", now=sent.now)
    sent.now += timedelta(minutes=1)
    carry(sent, asking=ASKING)

    assert len(house.letters) == 1
    assert state(sent) is DeliveryState.HANDED_OVER
    ask(sent)
    assert state(sent) is DeliveryState.DELIVERED
    assert settle_left_behind(cart(sent)) == 0


def test_sent_again_after_a_doubt_that_ended_badly_the_old_receipts_say_nothing_of_it(
    sent: Coalition, house: PecHouse
) -> None:
    house.faults.append(Fault(of="END", manner="break after"))
    house.is_unknown = True
    carry(sent, asking=ASKING)
    assert state(sent) is DeliveryState.UNCERTAIN
    house.is_unknown, house.is_slow = False, True

    with transaction(sent.engine) as session:
        send_again(session, sent.keyring, SLUG, delivery_of(sent, "pec").id, by="ada", now=sent.now)
    sent.now += timedelta(minutes=1)
    carry(sent, asking=ASKING)

    assert len(house.letters) == 2
    assert ask(sent) == 0
    assert state(sent) is DeliveryState.HANDED_OVER
    house.arrive()
    ask(sent)
    assert state(sent) is DeliveryState.DELIVERED
