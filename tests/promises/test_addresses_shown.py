"""The address that the outbox shows of a mail is the one it goes to, for every kind of mail."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from service.delivery.messages import delivery_addresses, delivery_composers
from service.delivery.rehearse import rehearse
from service.foundation.sealing import RootKey
from service.letter.fonts import Fonts
from service.mail.view.listing import list_messages
from service.mail.view.which import Which
from service.model.campaign import CampaignKey
from service.model.message import Message, MessageKind
from service.schedules.digest_mail import schedule_addresses, schedule_composers
from service.signing.messages import signing_addresses, signing_composers
from service.store.keyring import Keyring
from service.store.transaction import reading, transaction
from tests.coalition import PUBLIC_URL, SLUG, Coalition, letter_file
from tests.reminding import remind_due


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon)


def addresses(coalition: Coalition, keyring: Keyring | None = None):
    keyring = keyring or coalition.keyring
    return {**signing_addresses(keyring), **delivery_addresses(keyring), **schedule_addresses(keyring)}


def test_every_kind_that_is_written_has_a_way_to_its_address(coalition: Coalition) -> None:
    written = {
        *signing_composers(coalition.keyring, public_url=PUBLIC_URL),
        *delivery_composers(coalition.keyring, public_url=PUBLIC_URL, fonts=Fonts()),
        *schedule_composers(coalition.keyring, public_url=PUBLIC_URL, lead=timedelta(days=1)),
    }

    assert set(addresses(coalition)) >= written


def test_the_address_shown_is_the_one_it_went_to(coalition: Coalition) -> None:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm(
        "Lake Alliance", approver_email="board@lakes.example"
    )
    coalition.sign("River Watch").deliver_mail().wait(days=10, hours=12)
    with transaction(coalition.engine) as session:
        assert remind_due(
            session,
            coalition.keyring,
            lead=coalition.campaign().deadline_at - coalition.now,
            now=coalition.now,
        )
    coalition.deliver_mail().wait(days=2).close()
    with transaction(coalition.engine) as session:
        rehearse(session, coalition.keyring, SLUG, by="test", now=coalition.now)
    coalition.propose()
    coalition.approve_all()
    coalition.release()
    coalition.deliver_mail()

    went_to = {kept.message_id: kept.rcpt_to for kept in coalition.postbox.kept}
    with reading(coalition.engine) as session:
        rows = session.exec(select(Message).where(col(Message.message_id).in_(went_to))).all()
        shown = {row.message_id: addresses(coalition)[row.kind](session, row) for row in rows}

    assert shown == went_to
    assert {row.kind for row in rows} >= {
        MessageKind.CONFIRM,
        MessageKind.THANKS,
        MessageKind.REMINDER,
        MessageKind.REHEARSAL,
        MessageKind.APPROVAL,
        MessageKind.DELIVERY,
    }


def test_of_a_purged_letter_no_address_is_shown(coalition: Coalition) -> None:
    coalition.open().sign("Lake Alliance")
    with transaction(coalition.engine) as session:
        session.delete(session.exec(select(CampaignKey)).one())

    with reading(coalition.engine) as session:
        page = list_messages(
            session,
            Which(),
            addresses=addresses(coalition, Keyring(coalition.root)),
            after=None,
            most=5,
            now=coalition.now,
        )

    assert [listed.to for listed in page.messages] == [""]
