"""As the secretariat I propose the letter, two approve exactly that, two of us have checked where it goes, and it leaves."""

from collections.abc import Mapping

import pytest

from service.campaigns.contents import open_file
from service.delivery.follow import follow_deliveries
from service.delivery.offices.identity import office_key
from service.model.coordinator import Role
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, words_of


@pytest.fixture
def closed(coalition: Coalition) -> Coalition:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance")
    return coalition.sign("Late Riser").deliver_mail().close()


def follow(coalition: Coalition) -> None:
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)


def office(coalition: Coalition) -> str:
    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        file = open_file(session, coalition.keyring, campaign)
        return office_key(coalition.keyring.of(session, campaign.id), file.recipients[0])


def desks(coalition: Coalition, door: Door) -> tuple[AtTheDesk, AtTheDesk]:
    app = door.app()
    olga = AtTheDesk(app, coalition, add_colleague(coalition))
    return olga, AtTheDesk(app, coalition, add_colleague(coalition, Role.SENDER, name="Sam Sender"))


def test_it_leaves_once_two_approved_and_two_checked_and_each_step_is_shown(
    closed: Coalition, door: Door
) -> None:
    olga, sam = desks(closed, door)

    assert "See what would be proposed" in words_of(olga.open("deliveries"))
    looked = words_of(olga.open("propose"))
    assert "Late Riser" in looked
    proposed = olga.send("propose", having="kind")
    edition = proposed.location.split("?")[0]
    assert "Approved by 0 of 2" in words_of(olga.follow(proposed))
    closed.approve_all()
    assert "Check the recipients" in words_of(sam.open("deliveries"))
    assert "Release it for real" not in words_of(sam.open(f"{edition}/release"))
    stopped = sam.post(f"{edition}/release", {"csrf": sam.mark()})
    assert (stopped.status_code, "Jane Q. Example" in words_of(stopped)) == (422, True)

    olga.send(f"recipients/{office(closed)}", having="data")
    sam.send(f"recipients/{office(closed)}", having="data")
    released = words_of(sam.follow(sam.send(f"{edition}/release", having="csrf")))
    assert "1 copy is about to leave" in released
    record = sam.open(f"{edition}/evidence.json").get_json(force=True)
    assert record["recipients_checked_by"] == "two_people"
    assert "About to leave" in released
    assert "It leaves in 60 seconds; until then it can be stopped" in released
    assert "Handed over" not in released

    closed.wait(seconds=59)
    follow(closed)
    assert "Handed over" not in words_of(olga.open(edition))
    closed.wait(seconds=1)
    follow(closed)
    shown = words_of(olga.open(edition))
    assert "Handed over" in shown
    assert "Delivered" not in shown
    assert "Message-ID" in shown
    again = sam.post(f"{edition}/release", {"csrf": sam.mark()})
    assert (again.status_code, len([mail for mail in closed.mails() if "office.example" in mail.to])) == (
        422,
        1,
    )


def test_what_our_relay_would_not_take_is_not_released(closed: Coalition, door: Door) -> None:
    open_meanwhile: list[int] = []

    def sizes() -> Mapping[str, int]:
        open_meanwhile.append(closed.engine.pool.checkedout())
        return {"large.example:25": 50_000_000, "small.example:25": 20_000}

    door.relay_sizes = sizes
    olga, sam = desks(closed, door)
    edition = olga.send("propose", having="kind").location.split("?")[0]
    closed.approve_all()
    for one in (olga, sam):
        one.send(f"recipients/{office(closed)}", having="data")

    tried = words_of(olga.open("preflight"))
    released = sam.post(f"{edition}/release", {"csrf": sam.mark()})

    for shown in (tried, words_of(released)):
        assert "0.1 MB are allowed (small.example:25)" in shown
    assert released.status_code == 422
    assert "Nothing was sent." in words_of(released)
    # The network was asked while no transaction was open.
    assert open_meanwhile == [0, 0]


def test_a_release_asks_who_one_is_and_comes_back(closed: Coalition, door: Door) -> None:
    olga, _ = desks(closed, door)
    edition = olga.send("propose", having="kind").location.split("?")[0]
    closed.wait(minutes=6)

    answer = olga.open(f"{edition}/release")

    assert answer.location == f"/desk/prove?then={edition}/release"


def test_what_was_released_is_stopped_before_it_leaves(closed: Coalition, door: Door) -> None:
    olga, sam = desks(closed, door)
    edition = olga.send("propose", having="kind").location.split("?")[0]
    closed.approve_all()
    for one in (olga, sam):
        one.send(f"recipients/{office(closed)}", having="data")
    sam.post(f"{edition}/release", {"csrf": sam.mark()})

    stopped = words_of(olga.follow(olga.post(f"{edition}/stop", {"csrf": olga.mark()})))

    assert "1 copy was stopped" in stopped
    assert "Stopped: it was never on its way" in stopped
    follow(closed)
    assert not [mail for mail in closed.mails() if "office.example" in mail.to]
    assert "See what would be proposed" in words_of(olga.open("deliveries"))


def test_a_draft_an_edition_and_its_evidence_are_files(closed: Coalition, door: Door) -> None:
    olga, _ = desks(closed, door)
    draft = olga.open("draft.pdf?copy=public")
    edition = olga.send("propose", having="kind").location.split("?")[0]

    saved = olga.send(edition, {"copy": "full", "form": "pdf"}, having="copy")
    assert draft.data[:5] == saved.data[:5] == b"%PDF-"
    record = olga.open(f"{edition}/evidence.json").get_json(force=True)
    assert (record["edition"], record["sendings"], record["approvals"]) == (1, [], [])


def test_a_rehearsal_comes_to_the_coalition(closed: Coalition, door: Door) -> None:
    olga, _ = desks(closed, door)

    olga.send("deliveries", to="rehearse")

    closed.deliver_mail()
    assert "letter@rivers.example" in [mail.to for mail in closed.mails()]
