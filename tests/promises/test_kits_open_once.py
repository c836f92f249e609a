"""Kits for many members are made of a letter that is opened once, however many they are."""

import pytest
from sqlmodel import select

from service.foundation.sealing import CampaignKeys, Place
from service.kit.messages import kit_composers
from service.kit.send import send_kits
from service.model.message import Message, MessageKind
from service.store.keyring import Keyring
from service.store.transaction import reading, transaction
from tests.coalition import PUBLIC_URL, SLUG, Coalition, letter_file

MORE = 'admit = "everyone"\npublish_at = 2026-12-08T10:00:00\n'
NAMES = ("Lake", "Meadow", "Harbour", "Glacier", "Orchard", "Village", "Ferry", "Willow")
MEMBERS = len(NAMES)


class Counting(Keyring):
    """A keyring whose keys note of which places they open what is sealed."""

    def __init__(self, keyring):
        super().__init__(keyring.root)
        self.opened = []

    def of(self, session, campaign_id):
        keys = super().of(session, campaign_id)
        return Noting(
            campaign=keys.campaign, data=keys.data, index=keys.index, token=keys.token, opened=self.opened
        )


class Noting(CampaignKeys):
    """Keys that note what they open."""

    def __init__(self, *, opened, **keys):
        super().__init__(**keys)
        object.__setattr__(self, "_opened", opened)

    def open(self, sealed: bytes, *, place: Place) -> str:
        self._opened.append(place)
        return super().open(sealed, place=place)


@pytest.fixture
def letter(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more=MORE))
    for name in NAMES:
        coalition.sign_and_confirm(name)
    coalition.close().propose()
    return coalition


def opened_for(coalition, *, most):
    """Make so many of the kits' mails in one session, as the sender does, and give what was opened for them."""
    keyring = Counting(coalition.keyring)
    compose = kit_composers(keyring, public_url=PUBLIC_URL)[MessageKind.KIT]
    with reading(coalition.engine) as session:
        found = select(Message).where(Message.kind == MessageKind.KIT).order_by(Message.id).limit(most)
        drafts = [compose(session, message) for message in session.exec(found).all()]
    assert len({draft.to for draft in drafts}) == most
    return keyring.opened


@pytest.mark.parametrize("is_released", [False, True])
def test_each_mail_more_opens_no_roll_again(letter, is_released):
    if is_released:
        letter.approve_all().release()
    with transaction(letter.engine) as session:
        send_kits(session, letter.keyring, SLUG, under_embargo=True, by="test", now=letter.now)

    one, all_of_them = opened_for(letter, most=1), opened_for(letter, most=MEMBERS)

    rolls = [place for place in all_of_them if place.table == "edition"]
    assert len(rolls) == sum(place.table == "edition" for place in one)
    # What a mail opens is its own member's, and the campaign file.
    assert len(all_of_them) - len(one) <= (MEMBERS - 1) * 8
