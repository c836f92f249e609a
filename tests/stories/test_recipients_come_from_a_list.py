"""As the secretariat I take members of Congress from a list that I have: I see first what is new and what differs."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from service.campaigns import life
from service.campaigns.contents import open_file
from service.campaigns.file_tables import Recipient
from service.delivery.offices.edit import change_office, version_of
from service.delivery.offices.identity import office_key
from service.model.coordinator import Role
from service.model.office import OfficeImport
from service.store.transaction import reading, transaction
from service.worker.retention import forget_old
from tests.coalition import SLUG, Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.desk_objects_deliveries import CONGRESS
from tests.promises.test_retention import services
from tests.stories.visitor import Door, words_of

ADA, BEN = "Ada Example", "Ben Example"


def at_desk(coalition: Coalition, door: Door, role: Role = Role.OWNER, name: str = "Olga Owner") -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, role, name=name))


def upload(olga: AtTheDesk, data: bytes = CONGRESS, *, day: str = "2026-11-20") -> TestResponse:
    return olga.send("recipients/import", {"file": (io.BytesIO(data), "list.csv"), "day": day}, having="day")


def listed(olga: AtTheDesk, data: bytes = CONGRESS) -> str:
    return upload(olga, data).location


def take(olga: AtTheDesk, path: str, *ids: str, **more: str) -> TestResponse:
    """Tick these members on the list's page, and send it."""
    page = olga.open(path)
    values = [part.partition('"')[0] for part in page.text.split('name="member" value="')[1:]]
    chosen = [value for value in values if value.partition(":")[0] in ids]
    assert len(chosen) == len(ids), values
    return olga.post(path, {"csrf": olga.mark(), "role": "cc", "member": chosen, **more})


def offices(coalition: Coalition) -> dict[str, Recipient]:
    with reading(coalition.engine) as session:
        file = open_file(session, coalition.keyring, coalition.campaign())
        return {one.name: one for one in file.recipients}


def change(coalition: Coalition, name: str, **parts: object) -> str:
    """Change what the letter has of an office, as somebody at the desk would; gives its key."""
    was = offices(coalition)[name]
    with transaction(coalition.engine) as session:
        campaign = coalition.campaign()
        key = office_key(coalition.keyring.of(session, campaign.id), was)
        return change_office(
            session,
            coalition.keyring,
            SLUG,
            key,
            replace(was, **parts),
            seen=version_of(was),
            by="test",
            now=coalition.now,
        )


def test_only_who_is_chosen_is_taken_and_then_checked_by_two(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    path = listed(olga)
    page = words_of(olga.open(path))
    assert ADA in page
    assert BEN in page
    assert list(offices(coalition)) == ["Jane Q. Example"]

    answer = take(olga, path, "X000001", by_post="yes")

    assert list(offices(coalition)) == ["Jane Q. Example", ADA]
    found = offices(coalition)[ADA]
    assert (found.role, found.copy_kind, found.channels) == ("cc", "public", ("post",))
    assert found.phone == "202-224-0001"
    shown = olga.follow(answer)
    assert "added: 1; changed: 0" in words_of(shown)
    assert "Not checked" in words_of(shown)
    own = words_of(olga.open(f"recipients/{key_of(coalition, ADA)}"))
    assert "202-224-0001" in own
    assert "list of 2026-11-20" in own
    assert 'href="https://www.ada.senate.example"' in olga.open(f"recipients/{key_of(coalition, ADA)}").text
    assert "in the letter, and the same" in words_of(olga.open(path))


def key_of(coalition: Coalition, name: str) -> str:
    with reading(coalition.engine) as session:
        keys = coalition.keyring.of(session, coalition.campaign().id)
    return office_key(keys, offices(coalition)[name])


def test_what_differs_is_shown_and_changed_only_by_a_press(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    path = listed(olga)
    take(olga, path, "X000001", role="to")
    change(coalition, ADA, phone="202-000-0000", cover_note="Dear Ada")

    page = words_of(olga.open(path))
    assert "differs from the letter" in page
    assert "202-000-0000" in page
    take(olga, path, "X000001")

    found = offices(coalition)[ADA]
    assert (found.phone, found.role, found.cover_note) == ("202-224-0001", "to", "Dear Ada")


def test_what_somebody_has_checked_is_never_overwritten(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    path = listed(olga)
    take(olga, path, "X000001")
    key = change(coalition, ADA, phone="202-000-0000")
    seen = olga.open(path).text.partition('value="X000001:')[2].partition('"')[0]
    olga.send(f"recipients/{key}", having="data")

    page = olga.open(path)
    assert "differs, and is checked" in words_of(page)
    assert 'value="X000001' not in page.text
    forced = olga.post(path, {"csrf": olga.mark(), "role": "cc", "member": [f"X000001:{seen}"]})

    assert forced.status_code == 422
    assert offices(coalition)[ADA].phone == "202-000-0000"


def test_nothing_is_taken_where_it_changed_since_it_was_seen(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    path = listed(olga)
    take(olga, path, "X000001")
    change(coalition, ADA, phone="202-000-0000")
    seen = olga.open(path).text.partition('value="X000001:')[2].partition('"')[0]
    change(coalition, ADA, phone="202-111-1111")

    late = olga.post(path, {"csrf": olga.mark(), "role": "cc", "member": [f"X000001:{seen}"]})

    assert late.status_code == 422
    assert "changed meanwhile" in words_of(late)
    assert offices(coalition)[ADA].phone == "202-111-1111"


def test_a_final_text_takes_nobody_new_and_lets_data_change(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    olga.send("team", to="team/sheet")
    path = listed(olga)
    take(olga, path, "X000001", role="to")
    change(coalition, ADA, phone="202-000-0000", channels=("post",))
    with transaction(coalition.engine) as session:
        life.freeze(session, coalition.keyring, SLUG, by="test", now=coalition.now)
        life.open_for_signing(session, SLUG, by="test", now=coalition.now)

    page = olga.open(path)
    assert 'value="X000001' in page.text
    assert 'value="X000002' not in page.text
    assert "Take those who are chosen" in words_of(page)
    take(olga, path, "X000001")

    assert offices(coalition)[ADA].phone == "202-224-0001"
    # Nobody is left who could be taken, so nothing offers it.
    assert "Take those who are chosen" not in words_of(olga.open(path))


@pytest.mark.parametrize(
    ("data", "day", "told"),
    [
        (b"", "2026-11-20", "Choose the file"),
        (CONGRESS, "", "Give the day like"),
        (CONGRESS, "2027-11-20", "still to come"),
        (b"name,email\nAnna,a@lakes.example\n", "2026-11-20", "no list of members of Congress"),
        (b"PK\x03\x04 no archive", "2026-11-20", "cannot be read as a spreadsheet"),
    ],
)
def test_what_is_no_list_is_told_in_a_sentence(
    coalition: Coalition, door: Door, data: bytes, day: str, told: str
) -> None:
    olga = at_desk(coalition.load(), door)

    answer = upload(olga, data, day=day)

    assert answer.status_code == 422
    assert told in words_of(answer)


def test_an_old_list_is_called_old(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)

    page = words_of(olga.open(upload(olga, day="2026-06-15").location))

    assert "older than 90 days" in page


def test_members_are_found_by_state_and_name(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    path = listed(olga)

    for search, found in (("WA", [ADA]), ("alaska", [BEN]), ("ben exa", [BEN]), ("nobody", [])):
        page = words_of(olga.open(f"{path}?find={search}"))
        assert [name for name in (ADA, BEN) if name in page] == found, search


def test_a_list_is_sealed_and_gone_after_a_day(coalition: Coalition, door: Door) -> None:
    olga = at_desk(coalition.load(), door)
    path = listed(olga)
    with reading(coalition.engine) as session:
        row = session.exec(select(OfficeImport)).one()
    assert b"Example" not in row.data
    coalition.now += timedelta(days=1)

    assert AtTheDesk(door.app(), coalition, olga.colleague).open(path).status_code == 404
    forget_old(services(coalition), "test")
    with reading(coalition.engine) as session:
        assert session.exec(select(OfficeImport)).all() == []
