"""As the secretariat I bring a copy another way when the first has failed; nothing goes a second way by itself."""

from collections.abc import Mapping

import pytest
from sqlmodel import select

from service.delivery.follow import follow_deliveries
from service.delivery.otherwise import Otherwise, other_ways, send_otherwise
from service.delivery.way_settings import set_way
from service.foundation.errors import Refused
from service.mail.transport import Stage
from service.model.coordinator import Role
from service.model.delivery import Delivery, DeliveryEvent
from service.model.states import CampaignState, DeliveryState
from service.store.transaction import reading, transaction
from tests.coalition import OUTWARD, SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.doubles.postbox import Fault
from tests.stories.visitor import Door, words_of
from tests.ways import GOOD

REFUSED = Fault(stage=Stage.RCPT, code=550, enhanced="5.1.1")


def follow(coalition: Coalition) -> None:
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)


def states(coalition: Coalition) -> Mapping[str, DeliveryState]:
    with reading(coalition.engine) as session:
        return {row.channel: row.state for row in session.exec(select(Delivery)).all()}


def sending(coalition: Coalition, channel: str = "email") -> Delivery:
    with reading(coalition.engine) as session:
        return session.exec(select(Delivery).where(Delivery.channel == channel)).one()


@pytest.fixture
def failed(coalition: Coalition) -> Coalition:
    """Give a letter whose one copy was refused by the relay."""
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    coalition.postbox.fail_next(REFUSED)
    follow(coalition)
    assert states(coalition) == {"email": DeliveryState.FAILED}
    return coalition


def test_a_failed_copy_goes_another_way_only_by_a_press(failed: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), failed, add_colleague(failed))
    there = f"editions/{sending(failed).edition_id}"
    page = olga.open(there)
    assert "Bring it another way" in words_of(page)
    assert 'value="email"' not in page.text
    follow(failed)
    assert list(states(failed)) == ["email"]

    answer = olga.send(there, {"way": "post"}, having="way")

    assert "goes another way" in words_of(olga.follow(answer))
    assert states(failed) == {"email": DeliveryState.FAILED, "post": DeliveryState.READY}
    with reading(failed.engine) as session:
        told = session.exec(
            select(DeliveryEvent.evidence).where(DeliveryEvent.delivery_id == sending(failed).id)
        ).all()
    assert told[-1] == "goes another way: post"
    olga.send(f"sendings/{sending(failed, 'post').id}/by-hand", {"how": "RR 1"}, having="how")
    follow(failed)
    assert failed.campaign().state is CampaignState.SENT


def test_one_way_is_taken_once_and_none_that_cannot(failed: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), failed, add_colleague(failed))
    path = f"sendings/{sending(failed).id}/otherwise"
    olga.post(path, {"csrf": olga.mark(), "way": "post"})

    for way in ("post", "email", "lob", "", "nonsense"):
        assert olga.post(path, {"csrf": olga.mark(), "way": way}).status_code == 422, way

    assert states(failed).keys() == {"email", "post"}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MODERATOR])
def test_who_may_not_deliver_is_offered_nothing(failed: Coalition, door: Door, role: Role) -> None:
    ben = AtTheDesk(door.app(), failed, add_colleague(failed, role, name="Ben Other"))

    page = ben.open(f"editions/{sending(failed).edition_id}")

    assert "Bring it another way" not in words_of(page)


def test_what_has_left_goes_no_second_way(coalition: Coalition) -> None:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    follow(coalition)

    with transaction(coalition.engine) as session:
        row = session.get_one(Delivery, sending(coalition).id)
        assert other_ways(session, coalition.keyring, coalition.campaign(), row, OUTWARD) == []
        with pytest.raises(Refused, match="Only a copy that failed"):
            send_otherwise(
                session,
                coalition.keyring,
                SLUG,
                Otherwise(sending=row.id, way="post"),
                OUTWARD,
                by="test",
                now=coalition.now,
            )
    assert list(states(coalition)) == ["email"]


def test_of_a_copy_in_doubt_it_is_said_that_there_may_be_two(coalition: Coalition, door: Door) -> None:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    coalition.postbox.fail_next(Fault(stage=Stage.END))
    follow(coalition)
    assert states(coalition) == {"email": DeliveryState.UNCERTAIN}
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    page = words_of(olga.open(f"editions/{sending(coalition).edition_id}"))

    assert "the office may then have two" in page


def test_before_the_release_each_recipient_has_its_fall_backs(coalition: Coalition, door: Door) -> None:
    file = letter_file(more='admit = "everyone"').replace(b'["email"]', b'["email", "post"]')
    coalition.open(file).sign_and_confirm("Lake Alliance").close()
    edition = coalition.propose().edition.id
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    page = words_of(olga.open(f"editions/{edition}/release"))

    after = page.partition("If a way fails")[2].partition("Leaves")[0]
    assert "Jane Q. Example, President of the Republic" in after
    assert "handed over in person" in after
    assert "e-mail" not in after


def test_what_goes_another_way_already_is_not_sent_again_beside_it(failed: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), failed, add_colleague(failed))
    first = sending(failed).id
    failed.wait(minutes=5)
    olga.post(f"sendings/{first}/otherwise", {"csrf": olga.mark(), "way": "post"})

    again = olga.post(f"sendings/{first}/again", {"csrf": olga.mark()})
    third = olga.post(f"sendings/{first}/otherwise", {"csrf": olga.mark(), "way": "hand_over"})

    assert [again.status_code, third.status_code] == [422, 422]
    assert "already goes another way" in words_of(again)
    assert states(failed) == {"email": DeliveryState.FAILED, "post": DeliveryState.READY}


def test_a_way_that_the_letter_has_set_up_is_offered_too(failed: Coalition) -> None:
    with transaction(failed.engine) as session:
        set_way(session, failed.keyring, SLUG, "lob", GOOD["lob"], by="ada", now=failed.now)
    with reading(failed.engine) as session:
        ways = other_ways(session, failed.keyring, failed.campaign(), sending(failed), OUTWARD)

    assert {"lob", "post"} <= set(ways)
    assert not {"cwc", "soapbox"} & set(ways)


PLANNED = b'channels = ["email"]\notherwise = ["lob", "hand_over", "post"]'


def planned_file() -> bytes:
    """Write a letter with a plan, of which the first way is not set up."""
    return letter_file(more='admit = "everyone"').replace(b'channels = ["email"]', PLANNED)


def test_what_was_planned_is_offered_first_and_goes_only_by_a_press(coalition: Coalition, door: Door) -> None:
    coalition.open(planned_file()).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    coalition.postbox.fail_next(REFUSED)
    follow(coalition)
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    there = f"editions/{sending(coalition).edition_id}"

    page = olga.open(there)

    after = words_of(page).partition("Bring it another way")[2]
    assert after.index("as planned: handed over in person") < after.index("as planned: post")
    assert after.index("as planned: post") < after.index("from your own mailbox")
    assert "Lob" not in after
    assert list(states(coalition)) == ["email"]
    # The first is chosen already.
    olga.send(there, {}, having="way")
    assert states(coalition) == {"email": DeliveryState.FAILED, "hand_over": DeliveryState.READY}


def test_the_plan_is_read_before_anything_leaves(coalition: Coalition, door: Door) -> None:
    coalition.open(planned_file()).sign_and_confirm("Lake Alliance").close()
    edition = coalition.propose().edition.id
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    tried, release = words_of(olga.open("preflight")), words_of(olga.open(f"editions/{edition}/release"))

    assert "If it fails, as planned: handed over in person" in tried
    assert "cannot be used now: printed and posted by Lob" in tried
    assert "as planned: handed over in person, as planned: post" in release
    assert "planned, and cannot be used now: printed and posted by Lob" in release
