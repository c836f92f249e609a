"""To a domain on the list no mail goes, on both databases: who signs from there is found, and reached in another way."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from service.campaigns.queries import get_campaign
from service.coordinators.invitations import Offer
from service.coordinators.invitations import invite as invite_colleague
from service.delivery.follow import follow_deliveries
from service.foundation.errors import Refused
from service.mail.halted import EMERGENCY
from service.mail.no_mail import NO_MAIL, to_no_mail, unwritten_mails
from service.mail.outbox import move_message
from service.model.abuse import Listed
from service.model.delivery import Delivery
from service.model.message import Message, MessageEvent, MessageKind
from service.model.signature import Signature
from service.model.states import GONE_OUT, MessageState
from service.schedules.sends.undelivered import list_undelivered
from service.signing.abuse.lists import forget_rule, read_named, set_rule
from service.signing.invite import send_invitation
from service.signing.invitees.acts import invite_again
from service.signing.invitees.listing import MISSING, Word, list_invitees
from service.signing.listing import list_signatories
from service.signing.secretariat.one import look_at_sign_on
from service.signing.unreachable import change_address, give_code
from service.signing.workplace import Desk
from service.store.engine import make_engine
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.promises.test_look_alikes import invite
from tests.waiting_page import rows, send_form, type_code


@pytest.fixture
def coalition(engine, root, noon) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))


def silence(coalition: Coalition, domain: str = "lakes.example", *, of_all: bool = False) -> bool:
    with transaction(coalition.engine) as session:
        return set_rule(
            session,
            coalition.keyring,
            read_named(domain),
            Listed.NO_MAIL,
            campaign_id="" if of_all else coalition.campaign().id,
            by="t",
            now=coalition.now,
        )


def forget(coalition: Coalition, domain: str = "lakes.example", *, of_all: bool = False) -> bool:
    with transaction(coalition.engine) as session:
        return forget_rule(
            session,
            coalition.keyring,
            read_named(domain),
            campaign_id="" if of_all else coalition.campaign().id,
            by="t",
            now=coalition.now,
        )


def states(coalition: Coalition, kind: MessageKind = MessageKind.CONFIRM) -> Sequence[MessageState]:
    with reading(coalition.engine) as session:
        found = select(Message.state).where(Message.kind == kind).order_by(col(Message.id))
        return session.exec(found).all()


def undelivered(coalition: Coalition):
    with reading(coalition.engine) as session:
        return list_undelivered(session, coalition.keyring, coalition.campaign(), before=None).rows


def sent_to(coalition: Coalition) -> list[str]:
    return [mail.to for mail in coalition.mails()]


@pytest.mark.parametrize(
    ("domain", "of_all", "below"),
    [("lakes.example", False, ""), ("LAKES.example", True, "mail."), ("bücher.example", False, "mail.")],
)
def test_no_mail_goes_to_a_domain_on_the_list_or_one_below_it(coalition, domain, of_all, below) -> None:
    silence(coalition, domain, of_all=of_all)

    coalition.sign("Lake Alliance", email=f"office@{below}{domain}")
    coalition.sign("River Watch", email="office@notlakes.example")
    coalition.deliver_mail()

    assert sent_to(coalition) == ["office@notlakes.example"]
    assert states(coalition) == [MessageState.HELD, MessageState.ACCEPTED]
    [one] = undelivered(coalition)
    assert "no mail of this letter goes to its domain" in one.why
    assert one.may_confirm
    with reading(coalition.engine) as session:
        reasons = session.exec(select(MessageEvent.reason).where(MessageEvent.became == "held")).all()
        assert reasons == [NO_MAIL]
        campaign = coalition.campaign()
        stopped = [row["mail_stopped"] for row in list_signatories(session, coalition.keyring, campaign)]
        row = rows(coalition)[0]
        seen = look_at_sign_on(session, coalition.keyring, campaign, row, now=coalition.now)
    assert stopped == ["no_mail", ""]
    assert [mail.meaning[:9] for mail in seen.mails] == ["Not sent:"]


def test_the_list_of_one_letter_holds_for_no_other(coalition) -> None:
    coalition.load(letter_file().replace(SLUG.encode(), b"other-letter"))
    with transaction(coalition.engine) as session:
        other = get_campaign(session, "other-letter").id
        set_rule(
            session,
            coalition.keyring,
            read_named("lakes.example"),
            Listed.NO_MAIL,
            campaign_id=other,
            by="t",
            now=coalition.now,
        )

    coalition.sign("Lake Alliance", email="office@lakes.example").deliver_mail()

    assert sent_to(coalition) == ["office@lakes.example"]


def test_a_code_read_out_confirms_and_another_address_gets_the_mail(coalition) -> None:
    silence(coalition)
    token = send_form(coalition)
    coalition.deliver_mail()
    [row] = rows(coalition)
    with transaction(coalition.engine) as session:
        code = give_code(session, coalition.keyring, SLUG, row.id, by="desk", now=coalition.now)
    assert type_code(coalition, token, code).confirmed is not None

    coalition.sign("River Watch", email="watch@lakes.example").deliver_mail()
    with transaction(coalition.engine) as session:
        change_address(
            session,
            coalition.keyring,
            SLUG,
            rows(coalition)[1].id,
            "w@rivers.example",
            by="d",
            now=coalition.now,
        )
    coalition.deliver_mail()

    assert [to for to in sent_to(coalition) if "lakes" in to] == []
    assert "w@rivers.example" in sent_to(coalition)


def test_what_waited_goes_once_the_domain_is_off_the_list_and_of_several_only_the_newest(coalition) -> None:
    silence(coalition)
    for _ in range(2):
        coalition.sign("Lake Alliance", email="office@lakes.example").deliver_mail()
        coalition.wait(minutes=20)
    assert states(coalition) == [MessageState.HELD] * 2
    # Longer than a confirming mail lives.
    coalition.wait(hours=30)

    assert forget(coalition)
    coalition.deliver_mail()

    assert states(coalition) == [MessageState.CANCELLED, MessageState.ACCEPTED]
    assert sent_to(coalition) == ["office@lakes.example"]
    assert undelivered(coalition) == []
    coalition.confirm(coalition.newest_token("confirm"))
    assert coalition.counts().signatories == 1


def test_on_postgresql_what_is_taken_off_while_a_mail_is_about_to_be_held_lets_it_go(
    postgresql_url, root, noon, monkeypatch
) -> None:
    """On SQLite nobody takes anything off while a sender writes."""
    engine = make_engine(postgresql_url)
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    silence(coalition)
    coalition.sign("Lake Alliance", email="office@lakes.example")

    def meanwhile(*given: Any, **also: Any) -> list[bool]:
        found = to_no_mail(*given, **also)
        if any(found):
            forget(coalition)
        return found

    monkeypatch.setattr("service.mail.stock.to_no_mail", meanwhile)
    coalition.deliver_mail()

    assert sent_to(coalition) == ["office@lakes.example"]
    engine.dispose()


def test_what_another_line_still_names_is_held_again(coalition) -> None:
    silence(coalition)
    silence(coalition, of_all=True)
    coalition.sign("Lake Alliance", email="office@lakes.example").deliver_mail()

    forget(coalition)
    coalition.deliver_mail()
    assert (sent_to(coalition), states(coalition)) == ([], [MessageState.HELD])

    forget(coalition, of_all=True)
    coalition.deliver_mail()
    assert sent_to(coalition) == ["office@lakes.example"]


def test_a_domain_may_be_blocked_and_be_without_mail_and_both_end_together(coalition) -> None:
    silence(coalition)
    with transaction(coalition.engine) as session:
        assert set_rule(
            session,
            coalition.keyring,
            read_named("lakes.example"),
            Listed.BLOCK,
            campaign_id=coalition.campaign().id,
            by="t",
            now=coalition.now,
        )
    assert not silence(coalition)
    assert forget(coalition)
    assert not forget(coalition)


def desk_of(session, coalition: Coalition) -> Desk:
    campaign = coalition.campaign()
    keys = coalition.keyring.of(session, campaign.id)
    return Desk(session=session, keys=keys, campaign=campaign, now=coalition.now)


def test_only_a_domain_can_be_without_mail(coalition) -> None:
    for what in ("ann@lakes.example", "203.0.113.0/24"):
        with pytest.raises(Refused, match="domain to which no mail"):
            silence(coalition, what)


def test_an_invited_member_there_is_one_whom_mail_does_not_reach(coalition) -> None:
    silence(coalition)
    invite(coalition, "organization,Lake Alliance,office@lakes.example")
    coalition.deliver_mail()

    with reading(coalition.engine) as session:
        campaign = coalition.campaign()
        keys = coalition.keyring.of(session, campaign.id)
        page = list_invitees(session, keys, campaign, words=MISSING)
    assert [row.word for row in page.rows] == [Word.UNWRITTEN]


def test_who_is_asked_often_stands_once_under_undelivered_and_is_not_asked_again(coalition) -> None:
    silence(coalition)
    invite(coalition, "organization,Lake Alliance,office@lakes.example")
    coalition.deliver_mail().wait(hours=2)
    [member] = rows(coalition)
    with transaction(coalition.engine) as session:
        desk = desk_of(session, coalition)
        assert send_invitation(desk, session.get_one(Signature, member.id), occurrence="again")
    coalition.deliver_mail()

    assert states(coalition, MessageKind.INVITATION) == [MessageState.HELD] * 2
    assert [one.sign_on for one in undelivered(coalition)] == [member.id]
    coalition.wait(hours=2)
    with transaction(coalition.engine) as session, pytest.raises(Refused, match="no mail of this letter"):
        invite_again(session, coalition.keyring, SLUG, member.id, by="t", now=coalition.now)

    forget(coalition)
    coalition.deliver_mail()
    assert sent_to(coalition) == ["office@lakes.example"]
    with transaction(coalition.engine) as session:
        invite_again(session, coalition.keyring, SLUG, member.id, by="t", now=coalition.now)


def test_where_no_domain_is_listed_no_held_mail_is_asked_for_its_reason(coalition) -> None:
    """A pause or an emergency may hold a million."""
    coalition.sign("Lake Alliance", email="office@lakes.example")
    with transaction(coalition.engine) as session:
        mail = session.exec(select(Message).where(Message.state == MessageState.QUEUED)).one()
        move_message(session, mail, MessageState.HELD, reason=EMERGENCY, now=coalition.now)
    asked: list[str] = []
    event.listen(coalition.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    assert undelivered(coalition) == []
    with reading(coalition.engine) as session:
        assert unwritten_mails(session, coalition.campaign().id) == frozenset()
    assert not [statement for statement in asked if "ORDER BY message_event.id DESC" in statement]

    silence(coalition)
    undelivered(coalition)
    assert [statement for statement in asked if "ORDER BY message_event.id DESC" in statement]


def test_what_goes_to_a_coordinator_of_no_letter_waits_and_goes_as_well(coalition) -> None:
    silence(coalition, "desk.example", of_all=True)
    with transaction(coalition.engine) as session:
        invite_colleague(
            session,
            coalition.keyring.desk,
            email="olga@desk.example",
            offer=Offer(is_admin=True),
            by="t",
            now=coalition.now,
        )
    coalition.deliver_mail()
    assert sent_to(coalition) == []

    forget(coalition, "desk.example", of_all=True)
    coalition.deliver_mail()
    assert sent_to(coalition) == ["olga@desk.example"]


def test_the_letter_itself_goes_to_its_office_there(coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance", email="ann@office.example")
    silence(coalition, "office.example")
    coalition.close()
    coalition.propose()
    coalition.approve_all()
    [delivery] = coalition.release()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)

    assert "president@office.example" in sent_to(coalition)
    with reading(coalition.engine) as session:
        after = session.get_one(Delivery, delivery.id)
    assert after.state in GONE_OUT
