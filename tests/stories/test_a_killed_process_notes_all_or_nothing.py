"""As the secretariat I want what I released, or noted by hand, to be there whole after the process was killed, or not at all."""

from collections.abc import Sequence

import pytest
from sqlmodel import select

from service.delivery.by_hand.brought import Brought, note_brought
from service.delivery.by_hand.packet import NOT_WAITING
from service.delivery.registry import BY_HAND
from service.foundation.errors import Refused
from service.model.delivery import Delivery, DeliveryEvent
from service.model.delivery_file import DeliveryFile
from service.model.states import CampaignState, DeliveryState
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.faults.carried import kill
from tests.faults.decided import End, make_packet, note_it, pack_it, release_it
from tests.stories.test_a_letter_is_brought_by_hand import photo
from tests.stories.test_a_letter_is_entered_into_a_form import FORM
from tests.stories.test_a_statement_is_submitted_to_the_council import CONTACT, UN

WAYS = sorted(BY_HAND)


@pytest.fixture
def approved(coalition: Coalition) -> Coalition:
    """Give a letter that goes every way on which a person brings it, approved and not released."""
    ways = ", ".join(f'"{way}"' for way in WAYS)
    file = letter_file(more='admit = "everyone"' + CONTACT, tables=FORM)
    file = file.replace(b'channels = ["email"]', f"channels = [{ways}]{UN}".encode())
    coalition.open(file).sign_and_confirm("Lake Alliance").close().propose()
    return coalition.approve_all()


def url(coalition: Coalition) -> str:
    return coalition.engine.url.render_as_string(hide_password=False)


def deliveries(coalition: Coalition) -> Sequence[Delivery]:
    with reading(coalition.engine) as session:
        return session.exec(select(Delivery).order_by(Delivery.channel)).all()


def kept_of(coalition: Coalition, delivery: Delivery) -> tuple[DeliveryState, int, int]:
    """Give the state of a copy, how often it was noted as handed over, and how many pictures are kept of it."""
    with reading(coalition.engine) as session:
        events = select(DeliveryEvent).where(
            DeliveryEvent.delivery_id == delivery.id,
            DeliveryEvent.became == DeliveryState.HANDED_OVER.value,
        )
        pictures = select(DeliveryFile).where(DeliveryFile.delivery_id == delivery.id)
        row = session.get_one(Delivery, delivery.id)
        return row.state, len(session.exec(events).all()), len(session.exec(pictures).all())


@pytest.mark.parametrize("end", End)
def test_a_release_is_there_for_every_way_or_for_none(approved: Coalition, end: End) -> None:
    kill(release_it, url(approved), approved.now, end)

    if end is End.IN_COMMIT:
        assert deliveries(approved) == []
        assert approved.campaign().state is not CampaignState.SENT
        approved.release()
    else:
        with pytest.raises(Refused):
            approved.release()
    assert [one.channel for one in deliveries(approved)] == WAYS
    assert {one.state for one in deliveries(approved)} == {DeliveryState.READY}


def note(coalition: Coalition, delivery: Delivery, brought: Brought) -> None:
    with transaction(coalition.engine) as session:
        note_brought(session, coalition.keyring, SLUG, delivery.id, brought, by="test", now=coalition.now)


@pytest.mark.parametrize("end", End)
def test_what_was_brought_is_noted_once_with_its_picture(approved: Coalition, end: End) -> None:
    approved.release()
    day = approved.now.date()
    brought = Brought(on=day, today=day, how="to the porter", number="77", picture=photo())

    for delivery in deliveries(approved):
        kill(note_it, url(approved), approved.now, end, delivery.id, brought)

        if end is End.IN_COMMIT:
            assert kept_of(approved, delivery) == (DeliveryState.READY, 0, 0)
            note(approved, delivery, brought)
        else:
            with pytest.raises(Refused) as refused:
                note(approved, delivery, brought)
            assert str(refused.value) == NOT_WAITING
        assert kept_of(approved, delivery) == (DeliveryState.HANDED_OVER, 1, 1)


def test_a_packet_whose_maker_was_killed_is_made_again_the_same_and_nothing_was_noted(
    approved: Coalition,
) -> None:
    approved.release()

    for delivery in deliveries(approved):
        with reading(approved.engine) as session:
            first = make_packet(session, approved.keyring, delivery.id)
        kill(pack_it, url(approved), delivery.id)
        with reading(approved.engine) as session:
            assert make_packet(session, approved.keyring, delivery.id) == first
        assert kept_of(approved, delivery) == (DeliveryState.READY, 0, 0)
