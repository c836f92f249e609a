"""Whoever says "this was not me" ends the sign-on and is left alone, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from service.foundation.errors import Refused
from service.model.audit_event import AuditEvent
from service.model.message import Message
from service.model.signature import HeldReason, Signature
from service.model.states import MessageState, SignatureState
from service.model.suppression import Suppression, SuppressionReason
from service.signing.not_me import end_as_not_me, look_at_not_me
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file


@pytest.fixture
def coalition(engine, root, noon) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))


def not_me(coalition: Coalition, token: str) -> bool:
    with transaction(coalition.engine) as session:
        return end_as_not_me(session, coalition.keyring, token=token, now=coalition.now).done


def standing(coalition: Coalition) -> list[tuple[SignatureState, HeldReason | None]]:
    with reading(coalition.engine) as session:
        return [(row.state, row.held_reason) for row in session.exec(select(Signature)).all()]


def reasons(coalition: Coalition) -> list[SuppressionReason]:
    with reading(coalition.engine) as session:
        return list(session.exec(select(Suppression.reason)).all())


def test_it_ends_the_sign_on_and_all_mail_to_the_address(coalition) -> None:
    coalition.sign().deliver_mail()
    token, confirm = coalition.newest_token("not-me"), coalition.newest_token("confirm")
    with reading(coalition.engine) as session:
        assert not look_at_not_me(session, coalition.keyring, token=token, now=coalition.now).done
    assert standing(coalition) == [(SignatureState.PENDING, None)]

    assert not_me(coalition, token)

    assert standing(coalition) == [(SignatureState.WITHDRAWN, HeldReason.NOT_ME)]
    assert reasons(coalition) == [SuppressionReason.NOT_ME]
    with pytest.raises(Refused):
        coalition.confirm(confirm)
    before = len(coalition.mails())
    coalition.wait(hours=1).sign().deliver_mail()
    assert len(coalition.mails()) == before
    with reading(coalition.engine) as session:
        assert MessageState.SUPPRESSED in session.exec(select(Message.state)).all()
        [event] = session.exec(select(AuditEvent).where(AuditEvent.act == "signature.not_me")).all()
        assert "@" not in event.thing


def test_it_ends_what_somebody_else_confirmed(coalition) -> None:
    coalition.sign_and_confirm("Lake Alliance")
    assert coalition.counts().signatories == 1

    assert not_me(coalition, coalition.newest_token("not-me"))

    assert coalition.counts().signatories == 0


def test_many_clicks_do_it_once(coalition) -> None:
    coalition.sign().deliver_mail()
    token = coalition.newest_token("not-me")

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(lambda _: not_me(coalition, token), range(8)))

    assert reasons(coalition) == [SuppressionReason.NOT_ME]
    with reading(coalition.engine) as session:
        assert len(session.exec(select(AuditEvent).where(AuditEvent.act == "signature.not_me")).all()) == 1


def test_a_sign_on_of_another_is_not_touched(coalition) -> None:
    coalition.sign_and_confirm("River Watch").sign("Lake Alliance").deliver_mail()

    not_me(coalition, coalition.newest_token("not-me"))

    assert coalition.counts().signatories == 1
