"""An organization says anew for whom it signs, and everybody where they live: as on the form, and undone as it was."""

from datetime import datetime

import pytest
from sqlalchemy import Engine

from service.foundation.errors import Refused
from service.foundation.sealing import RootKey
from service.model.signature import HeldReason, Kind, Standing, Visibility, standing
from service.signing.line import LineChange, change_line, undo_line
from service.signing.own_sign_on import ManageView
from tests.coalition import Coalition, letter_file
from tests.promises.holder import Holder, holder_of
from tests.promises.test_look_alikes import decided, invite, printed
from tests.promises.test_managing import send

VILLAGES = ("Upper Village", "Lower Village")


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    """Give an open letter that accepts everyone who speaks for nobody else."""
    return Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))


@pytest.fixture
def lake(coalition: Coalition) -> Holder:
    coalition.sign_and_confirm("Lake Alliance")
    return holder_of(coalition, "Lake Alliance")


def undo(holder: Holder) -> ManageView:
    return holder.act(undo_line)


def stands(holder: Holder) -> Standing:
    return standing(holder.row(), holder.coalition.campaign())


def with_members(holder: Holder, *members: str) -> LineChange:
    return holder.change(signs_for="members" if members else "itself", members=members)


def test_added_members_wait_with_their_organization_until_they_are_accepted(
    coalition: Coalition, lake: Holder
) -> None:
    change = with_members(lake, *VILLAGES)

    assert (change.awaits_acceptance, change.members) == (True, 2)
    assert change.after.splitlines() == [
        "Lake Alliance",
        *(f"· {village}, represented by Lake Alliance" for village in VILLAGES),
    ]
    assert stands(lake) is Standing.AWAITING_ACCEPTANCE
    assert coalition.counts().organizations == 0

    decided(coalition, "accept", "Lake Alliance")

    assert coalition.counts().organizations == 3
    assert printed(coalition) == ["Lake Alliance", "Lower Village", "Upper Village"]


def test_members_taken_out_are_gone_at_once_and_nobody_looks(coalition: Coalition, lake: Holder) -> None:
    with_members(lake, *VILLAGES)
    decided(coalition, "accept", "Lake Alliance")

    change = with_members(lake, "Upper Village")

    assert not change.awaits_acceptance
    assert coalition.counts().organizations == 2
    assert printed(coalition) == ["Lake Alliance", "Upper Village"]
    assert not with_members(lake).awaits_acceptance
    assert coalition.counts().organizations == 1


def test_whoever_was_invited_adds_members_as_on_the_form(
    engine: Engine, root: RootKey, noon: datetime
) -> None:
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file())
    invite(coalition, "organization,Lake Alliance,office@lake.example")
    coalition.sign_and_confirm("Lake Alliance", email="office@lake.example")
    lake = holder_of(coalition, "Lake Alliance")
    assert not lake.look().members_wait

    assert not with_members(lake, *VILLAGES).awaits_acceptance
    assert coalition.counts().organizations == 3


def test_what_is_undone_stands_as_it_stood(coalition: Coalition, lake: Holder) -> None:
    before = lake.row()
    with_members(lake, *VILLAGES)
    assert lake.look().may_undo_line

    undo(lake)

    assert coalition.counts().organizations == 1
    assert printed(coalition) == ["Lake Alliance"]
    assert lake.row().accepted_at == before.accepted_at
    assert lake.look().party.members == ()


def test_whoever_writes_the_old_line_again_needs_nobodys_look(coalition: Coalition, lake: Holder) -> None:
    lake.change(name="Ocean Alliance")
    assert lake.row().held_reason is HeldReason.CHANGED_NAME

    change = lake.change(name="Lake Alliance")

    assert change.stands_as_before
    assert not change.goes_to_review
    assert lake.row().held_reason is None
    assert coalition.counts().organizations == 1


def test_nobody_undoes_what_the_coalition_has_said_since(coalition: Coalition, lake: Holder) -> None:
    lake.change(name="Ocean Alliance")
    decided(coalition, "release", "Ocean Alliance")
    decided(coalition, "hold", "Ocean Alliance")

    undo(lake)

    assert lake.look().party.name == "Lake Alliance"
    assert lake.row().held_reason is HeldReason.SECRETARIAT
    assert coalition.counts().organizations == 0


def test_nothing_is_undone_that_was_never_changed_or_once_the_letter_has_gone(
    coalition: Coalition, lake: Holder
) -> None:
    with pytest.raises(Refused, match="nothing to undo"):
        undo(lake)
    lake.change(acronym="LA")
    send(coalition)

    assert not lake.look().may_undo_line
    with pytest.raises(Refused, match="gone out"):
        undo(lake)
    view = lake.look()
    with pytest.raises(Refused, match="gone out"):
        lake.act(change_line, given=view.party, seen=view.seen)


def test_a_network_is_printed_so_and_a_person_says_where_it_lives(coalition: Coalition, lake: Holder) -> None:
    person = {"kind": Kind.PERSON, "visibility": Visibility.PUBLIC, "email": "tenzin@valley.example"}
    coalition.sign_and_confirm("Tenzin Example", **person)

    network = lake.change(signs_for="network")
    place = holder_of(coalition, "Tenzin Example").change(place="in exile")

    assert network.after != network.before
    assert not network.awaits_acceptance
    assert place.after == "Tenzin Example, in exile"
    assert coalition.counts().signatories == 2
