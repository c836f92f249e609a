"""As an editor I write the letter at the desk: checked like a file, kept while I type, and never lost."""

import io
from datetime import timedelta

import pytest

from service.campaigns.contents import open_file
from service.model.coordinator import Role
from service.store.transaction import reading
from tests.coalition import Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, words_of


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load()


def saved(coalition: Coalition):
    with reading(coalition.engine) as session:
        return open_file(session, coalition.keyring, coalition.campaign()).letter


def press(who: AtTheDesk, do: str, values=None, *, path: str = "text"):
    """Fill in the form of the text and press one of its buttons."""
    return who.send(path, {**(values or {}), "do": do}, having="body")


def test_an_editor_saves_the_text(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.EDITOR))

    answer = press(olga, "save", {"title": "Protect the river", "body": "We are ((signatories)).\r\n\r\nStop."})

    assert "The text is saved." in words_of(olga.follow(answer))
    assert saved(coalition).title == "Protect the river"
    assert saved(coalition).body == "We are ((signatories)).\n\nStop."
