"""As a sender of a letter that is not open yet I find where its sendings are changed, and look at the invitation before it goes."""

import pytest
from sqlmodel import select

from service.model.coordinator import Role
from service.model.schedule import Action, Schedule
from service.signing.invite import import_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, words_of

MEMBERS = b"kind,name,email,status\norganization,Lake Alliance,office@lakes.example,invited\norganization,River Watch,office@rivers.example,intends\n"
AGAIN = "We wrote to you about this letter before"


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    coalition.load(letter_file())
    with transaction(coalition.engine) as session:
        rows = read_signatories(MEMBERS, attested=False)
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
    return coalition


@pytest.fixture
def sena(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.SENDER, name="Sena Sender"))


def invitations(coalition: Coalition, who: AtTheDesk) -> str:
    """Let the letter have its sendings, and give the address of the page of its invitations."""
    assert who.send("sends", to="sends/made").status_code == 303
    with reading(coalition.engine) as session:
        return f"sends/{session.exec(select(Schedule.id).where(Schedule.action == Action.INVITE)).one()}"


def test_each_name_in_the_list_leads_to_where_it_can_be_changed(
    coalition: Coalition, sena: AtTheDesk, door: Door
) -> None:
    listed = sena.open("sends").text

    assert '<a href="#before-it-opens">Invitations</a>' in listed
    assert 'id="before-it-opens"' in listed
    page = invitations(coalition, sena)
    assert f'/{page}">Invitations</a>' in sena.open("sends").text
    assert "before-it-opens" not in sena.open("sends").text


def test_who_may_not_send_is_led_nowhere(coalition: Coalition, door: Door) -> None:
    audra = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.AUDITOR, name="Audra Auditor"))

    assert "before-it-opens" not in audra.open("sends").text


def test_the_invitation_is_shown_as_its_reader_gets_it(coalition: Coalition, sena: AtTheDesk) -> None:
    page = invitations(coalition, sena)

    shown = {words_of(sena.open(f"{page}?row={row}")) for row in (0, 1)}

    for name in ("Lake Alliance", "River Watch"):
        assert any(f"As {name} would get it" in seen for seen in shown)
    for seen in shown:
        assert "invites" in seen
        assert "https://…" in seen
        # To who said that they decide later too: nobody was written to yet.
        assert AGAIN not in seen
        assert "You told us that you intend" not in seen
    html = sena.open(f"{page}/mail?row=0")
    assert html.status_code == 200
    assert "invites" in html.text


def test_a_test_of_it_goes_to_me_alone(coalition: Coalition, sena: AtTheDesk) -> None:
    page = invitations(coalition, sena)

    assert sena.send(page, to=f"{page}/test").status_code == 303

    [mail] = coalition.deliver_mail().mails()
    assert mail.to == sena.colleague.email
    assert mail.subject.startswith("[Test] Will you sign?")
    assert AGAIN not in mail.text
