"""As one who administers the service I see who can come in and by what, and shut out or let in; letters are not mine to see."""

import pytest
from sqlmodel import select

from service.coordinators.accounts import check_admin, find_coordinator
from service.foundation.errors import NotFound
from service.model.audit_event import AuditEvent
from service.model.coordinator import Coordinator, Role
from service.model.sign_in import CoordinatorInvitation
from service.store.transaction import reading, transaction
from tests.coalition import Coalition
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.stories.visitor import Door, words_of

HERE = "/desk/coordinators"


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.open()


@pytest.fixture
def ada(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, None, name="Ada Admin", is_admin=True))


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def press(ada: AtTheDesk, what: str, who: AtTheDesk) -> str:
    """Press a button about somebody, and give what the page says then."""
    mark = {"csrf": ada.mark(), "coordinator": who.colleague.id}
    return words_of(ada.follow(ada.post(f"{HERE}/{what}", mark)))


def test_it_lists_accounts_and_names_no_letter(ada: AtTheDesk, olga: AtTheDesk, coalition: Coalition) -> None:
    page = words_of(ada.open(HERE))

    assert "Olga Owner" in page
    assert "olga@secretariat.example" in page
    assert "signed in, in 1 browser" in page
    assert "the only owner of 1" in page
    with reading(coalition.engine) as session:
        assert session.exec(select(Coordinator)).all()
    assert coalition.campaign().slug not in ada.open(HERE).text
    assert olga.open(HERE).status_code == 404
    assert HERE not in olga.open("/desk/").text
    assert HERE in ada.open("/desk/").text


def test_who_is_shut_out_is_out_at_once_and_can_be_let_in_again(
    ada: AtTheDesk, olga: AtTheDesk, coalition: Coalition
) -> None:
    assert olga.open("").status_code == 200

    assert "every session of that account has ended" in press(ada, "shut-out", olga)

    assert olga.open("").status_code == 303
    assert "shut out" in words_of(ada.open(HERE))
    assert "can sign in again" in press(ada, "let-in", olga)
    # The session that ended stays ended.
    assert olga.open("").status_code == 303
    with reading(coalition.engine) as session:
        acts = [
            (one.act, one.actor)
            for one in session.exec(select(AuditEvent)).all()
            if "coordinator." in one.act
        ]
        row = find_coordinator(session, coalition.keyring.desk, olga.colleague.email)
    assert acts == [("coordinator.disable", ada.colleague.by), ("coordinator.enable", ada.colleague.by)]
    assert row is not None
    assert row.disabled_at is None


def test_a_shutting_out_is_undone_by_one_button(
    ada: AtTheDesk, olga: AtTheDesk, coalition: Coalition
) -> None:
    told = ada.follow(ada.post(f"{HERE}/shut-out", {"csrf": ada.mark(), "coordinator": olga.colleague.id}))

    undo = form_of(told, to=f"{HERE}/let-in")
    ada.post(f"{HERE}/let-in", dict(undo.filled({})))

    assert "shut out" not in words_of(ada.open(HERE)).split("Comes in by")[1].split("Every session ends")[0]


def test_who_has_lost_a_device_is_invited_anew(ada: AtTheDesk, olga: AtTheDesk, coalition: Coalition) -> None:
    assert "begin anew is on its way" in press(ada, "anew", olga)

    assert olga.open("").status_code == 303
    [mail] = [one for one in coalition.deliver_mail().mails() if one.to == olga.colleague.email]
    assert "/desk/invitation/" in mail.text
    page = words_of(ada.open(HERE))
    assert "Invited, not here yet" in page
    assert "nothing yet" in page


@pytest.mark.parametrize("how", ["shut-out", "anew"])
def test_nobody_comes_back_by_an_invitation_of_its_own(
    ada: AtTheDesk, coalition: Coalition, door: Door, how: str
) -> None:
    mallory = AtTheDesk(
        door.app(), coalition, add_colleague(coalition, Role.OWNER, name="Mallory Both", is_admin=True)
    )
    mallory.send(HERE, {"email": "second@elsewhere.example", "admin": "yes"}, to=HERE)
    team = f"/desk/letters/{coalition.campaign().slug}/team"
    mallory.send(team, {"email": "third@elsewhere.example", "role": "owner"}, to=team)

    press(ada, how, mallory)

    with reading(coalition.engine) as session:
        rows = session.exec(select(CoordinatorInvitation)).all()
    ended = [row.ended_at is not None for row in rows if row.invited_by == mallory.colleague.by]
    assert ended == [True, True]


def test_nobody_shuts_oneself_out(ada: AtTheDesk) -> None:
    for what in ("shut-out", "anew", "let-in"):
        mark = {"csrf": ada.mark(), "coordinator": ada.colleague.id}
        assert ada.post(f"{HERE}/{what}", mark).status_code == 422
    assert ada.open(HERE).status_code == 200


def test_somebody_is_invited_and_the_invitation_taken_back(ada: AtTheDesk, coalition: Coalition) -> None:
    wrong = ada.send(HERE, {"email": "nobody"}, to=HERE)
    assert (wrong.status_code, 'id="email-error"' in wrong.text) == (422, True)

    told = ada.follow(ada.send(HERE, {"email": "bea@secretariat.example", "admin": "yes"}, to=HERE))
    assert "on its way" in words_of(told)
    assert "bea@secretariat.example" in words_of(told)
    back = ada.follow(ada.send(HERE, to=f"{HERE}/uninvite"))

    assert "was taken back" in words_of(back)
    with reading(coalition.engine) as session:
        row = session.exec(select(CoordinatorInvitation)).one()
    assert (row.is_admin, row.campaign_id, row.ended_at) == (True, None, coalition.now)


def test_the_first_owner_of_a_letter_is_invited_only_where_it_has_none(
    ada: AtTheDesk, coalition: Coalition
) -> None:
    ada.send(HERE, {"email": "olga@secretariat.example", "owner": "yes"}, to=HERE)
    with reading(coalition.engine) as session:
        row = session.exec(select(CoordinatorInvitation)).one()
    assert (row.campaign_id, row.role) == (coalition.campaign().id, Role.OWNER)

    add_colleague(coalition, name="Own Er")

    assert 'name="owner"' not in ada.open(HERE).text


def test_who_administers_no_longer_does_nothing_more(
    ada: AtTheDesk, olga: AtTheDesk, coalition: Coalition
) -> None:
    mark = ada.mark()
    with transaction(coalition.engine) as session:
        check_admin(session, ada.colleague.id)
        session.get_one(Coordinator, ada.colleague.id).is_admin = False
    # It is looked up once more in the transaction of the act: whoever lost it a moment ago is too late.
    with reading(coalition.engine) as session, pytest.raises(NotFound):
        check_admin(session, ada.colleague.id)

    answer = ada.post(f"{HERE}/shut-out", {"csrf": mark, "coordinator": olga.colleague.id})

    assert answer.status_code == 404
    assert olga.open("").status_code == 200
