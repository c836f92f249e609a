"""As a moderator I want to block, allow and start attack mode where the held forms are, and take a slip back."""

from collections.abc import Sequence

import pytest
from sqlmodel import col, select

from service.model.abuse import AbuseRule
from service.model.audit_event import AuditEvent
from service.model.coordinator import Role
from service.model.intake import Intake
from service.model.quarantine_reason import QuarantineReason
from service.signing.abuse.attack import slug_asks_proof
from service.store.transaction import reading
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.holding import send_form
from tests.stories.visitor import Door

LISTS = f"/desk/letters/{SLUG}/held/lists"


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.open(letter_file(more='admit = "everyone"'))


@pytest.fixture
def moira(coalition: Coalition, door: Door) -> AtTheDesk:
    return AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.MODERATOR, name="Moira Moderator"))


def held(coalition: Coalition) -> Sequence[QuarantineReason | None]:
    with reading(coalition.engine) as session:
        found = select(Intake.reason).where(col(Intake.reason).is_not(None)).order_by(col(Intake.id))
        return session.exec(found).all()


def acts(coalition: Coalition) -> Sequence[str]:
    with reading(coalition.engine) as session:
        found = select(AuditEvent.act).where(col(AuditEvent.act).startswith("abuse."))
        return session.exec(found.order_by(col(AuditEvent.id))).all()


def test_what_is_blocked_at_the_desk_is_held_until_that_is_undone(
    coalition: Coalition, moira: AtTheDesk
) -> None:
    answer = moira.send(LISTS, {"what": "d1.example", "list": "block"}, to=f"{LISTS}/add")
    page = moira.follow(answer)
    assert "Blocked: what comes from there is held" in page.text
    assert "d1.example" in page.text

    send_form(coalition, 1, at="203.0.113.7", trapped=False)
    assert held(coalition) == [QuarantineReason.BLOCKED]

    back = moira.send(answer.location, to=f"{LISTS}/take-off", having="line")
    assert "d1.example" not in moira.follow(back).text
    send_form(coalition, 3, at="203.0.113.7", trapped=False)
    assert len(held(coalition)) == 1

    # And taking off is taken back as well.
    assert "d1.example" in moira.follow(moira.send(back.location, to=f"{LISTS}/put-back")).text
    send_form(coalition, 5, at="203.0.113.7", trapped=False)
    assert held(coalition) == [QuarantineReason.BLOCKED] * 2
    assert acts(coalition) == ["abuse.block", "abuse.forget", "abuse.block"]


def test_what_moves_from_one_list_to_the_other_goes_back_by_its_undo(
    coalition: Coalition, moira: AtTheDesk
) -> None:
    moira.send(LISTS, {"what": "Ann@D1.example", "list": "block"}, to=f"{LISTS}/add")
    answer = moira.send(LISTS, {"what": "ann@d1.example", "list": "allow"}, to=f"{LISTS}/add")
    page = moira.follow(answer)

    # The address is veiled on the page, and in no address that is kept of it.
    assert "ann@" not in page.text + answer.location
    assert page.text.count("Nothing stands on this list.") == 2
    again = moira.follow(moira.send(LISTS, {"what": "ann@d1.example", "list": "allow"}, to=f"{LISTS}/add"))
    assert "It stood there already." in again.text

    moira.send(answer.location, to=f"{LISTS}/put-back")
    assert acts(coalition) == ["abuse.block", "abuse.allow", "abuse.block"]


def test_attack_mode_is_started_and_ended_where_the_forms_are(coalition: Coalition, moira: AtTheDesk) -> None:
    answer = moira.send(LISTS, to=f"{LISTS}/attack")
    assert "End attack mode" in moira.follow(answer).text
    with reading(coalition.engine) as session:
        assert slug_asks_proof(session, SLUG)

    moira.send(answer.location, to=f"{LISTS}/attack")
    with reading(coalition.engine) as session:
        assert not slug_asks_proof(session, SLUG)
    assert acts(coalition) == ["abuse.attack_mode"] * 2


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({"what": "two words", "list": "block"}, "is no e-mail address, no domain"),
        ({"what": "", "list": "block"}, "Write an e-mail address, a domain or a network."),
        ({"what": "d1.example", "list": "grey"}, "Choose a list."),
        ({"what": "ann@d1.example", "list": "no_mail"}, "Write the domain to which no mail is to go"),
    ],
)
def test_what_is_no_line_of_a_list_comes_back_with_the_form(
    moira: AtTheDesk, entries: dict[str, str], sentence: str
) -> None:
    refused = moira.post(f"{LISTS}/add", {**entries, "csrf": moira.mark()})

    assert refused.status_code == 422
    assert sentence in refused.text
    assert f'value="{entries["what"]}"' in refused.text


def test_who_only_looks_sees_the_lists_and_no_button(
    coalition: Coalition, moira: AtTheDesk, door: Door
) -> None:
    moira.send(LISTS, {"what": "d1.example", "list": "block"}, to=f"{LISTS}/add")
    amy = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.AUDITOR, name="Amy Auditor"))
    page = amy.open(LISTS)

    assert "d1.example" in page.text
    assert f'action="{LISTS}' not in page.text
    assert amy.post(
        f"{LISTS}/add", {"csrf": amy.mark(), "what": "d2.example", "list": "block"}
    ).status_code in {403, 404}


def test_a_line_of_another_letter_cannot_be_taken_off(
    coalition: Coalition, moira: AtTheDesk, door: Door
) -> None:
    coalition.load(letter_file().replace(SLUG.encode(), b"other-letter"))
    otto = add_colleague(coalition, Role.OWNER, name="Otto Owner", slug="other-letter")
    moira.send(LISTS, {"what": "d1.example", "list": "block"}, to=f"{LISTS}/add")
    with reading(coalition.engine) as session:
        line = session.exec(select(AbuseRule.id)).one()
    elsewhere = AtTheDesk(door.app(), coalition, otto)
    theirs = LISTS.replace(SLUG, "other-letter")
    refused = elsewhere.post(f"{theirs}/take-off", {"csrf": elsewhere.mark(), "line": line})

    assert "not on the list any more" in refused.text
    assert "d1.example" not in elsewhere.open(theirs).text
    assert "d1.example" in moira.open(LISTS).text
