"""What did not arrive for sure is found with its reader, on both databases: a page tells to ask them."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from service.foundation.sealing import RootKey
from service.model.message import AfterState, Message, MessageEvent
from service.model.states import MessageState
from service.schedules.sends.undelivered import list_undelivered
from service.store.transaction import reading, transaction
from tests.coalition import Coalition


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon).open()


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (MessageState.UNCERTAIN, "May have arrived"),
        (MessageState.REFUSED, "Their mail server did not take it."),
        (MessageState.ACCEPTED, ""),
        (MessageState.QUEUED, ""),
    ],
)
def test_whose_mail_may_not_have_arrived_is_named(
    coalition: Coalition, state: MessageState, why: str
) -> None:
    coalition.sign("Lake Alliance")
    with transaction(coalition.engine) as session:
        mail = session.exec(select(Message)).one()
        mail.state = state
        session.add(mail)

    with reading(coalition.engine) as session:
        found = list_undelivered(session, coalition.keyring, coalition.campaign(), before=None).rows

    assert [str(one.why) for one in found] == ([why] if why else [])
    assert all(one.sign_on and one.may_confirm for one in found)


@pytest.mark.parametrize(
    ("heard", "why"),
    [
        (AfterState.BOUNCED, "There is no such mailbox; the address may be misspelt, or its owner has left."),
        (AfterState.COMPLAINED, "It was marked as spam, so that mailbox is left alone from now on."),
        (AfterState.DELIVERED, ""),
        (AfterState.DELAYED, "May have arrived"),
    ],
)
def test_what_was_heard_afterwards_says_more_than_that_nobody_knew(
    coalition: Coalition, heard: AfterState, why: str
) -> None:
    coalition.sign("Lake Alliance")
    with transaction(coalition.engine) as session:
        mail = session.exec(select(Message)).one()
        mail.state = MessageState.UNCERTAIN
        session.add(mail)
        told = MessageEvent(
            message_id=mail.id,
            at=coalition.now,
            was=mail.state.value,
            became=heard.value,
            attempt=1,
            reason="5.1.1",
        )
        session.add(told)

    with reading(coalition.engine) as session:
        found = list_undelivered(session, coalition.keyring, coalition.campaign(), before=None).rows

    assert [str(one.why) for one in found] == ([why] if why else [])


# PostgreSQL chooses its plan by what it has counted, and in an empty table it counts nothing.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_came_back_is_found_without_a_look_at_all_mails(coalition: Coalition) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_: object, __: object, words: str, values: Any, *___: object) -> None:
        asked.append((words, values))

    event.listen(coalition.engine, "before_cursor_execute", note)
    with reading(coalition.engine) as session:
        list_undelivered(session, coalition.keyring, coalition.campaign(), before=None)
        [(words, values)] = [one for one in asked if "UNION" in one[0]]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values).all()

    assert [step[3] for step in plan if step[3] == "SCAN message"] == []
