"""What the desk refuses is told whole: every fault by itself, and nothing that only an English reader understands."""

from collections.abc import Callable

import pytest

from service.campaigns.life import close, freeze
from service.campaigns.state_words import LETTER_STATES
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.model.coordinator import Role
from service.model.states import CampaignState
from service.schedules.plan import settle_late
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, words_of


def test_every_fault_that_keeps_a_text_from_being_final_stands_on_the_page(
    coalition: Coalition, door: Door
) -> None:
    coalition.load(letter_file(more="solo = true").replace(b'emails = ["president@office.example"]', b""))
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.OWNER, name="Olga Owner"))

    answer = olga.send("life", to="life/freeze")

    assert answer.status_code == 422
    said = words_of(answer)
    assert "The text was not made final" in said
    assert said.count("Jane Q. Example is to be written to by e-mail and has no address for it.") == 1
    assert coalition.campaign().state is CampaignState.DRAFT


Refuse = Callable[[Coalition], object]


def close_a_draft(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        close(session, SLUG, by="clock", now=coalition.now)


def freeze_without_an_address(coalition: Coalition) -> None:
    coalition.load(letter_file().replace(b'emails = ["president@office.example"]', b""))
    with transaction(coalition.engine) as session:
        freeze(session, coalition.keyring, SLUG, by="olga", now=coalition.now)


def settle_what_is_not_planned(coalition: Coalition) -> None:
    with transaction(coalition.engine) as session:
        settle_late(session, SLUG, "no-such", fire=True, by="olga", now=coalition.now)


@pytest.mark.parametrize("refuse", [close_a_draft, freeze_without_an_address, settle_what_is_not_planned])
def test_what_is_refused_can_be_said_in_another_language(coalition: Coalition, refuse: Refuse) -> None:
    coalition.load()

    with pytest.raises(Refused) as refusal:
        refuse(coalition)

    for said in (str(refusal.value), *refusal.value.faults):
        assert isinstance(said, Sentence)
        assert catalogue("en").say(said) == said


def test_the_state_of_a_letter_stands_in_a_refusal_in_the_readers_own_words(coalition: Coalition) -> None:
    coalition.load()

    with pytest.raises(Refused) as refusal:
        coalition.propose()

    said = str(refusal.value)
    assert isinstance(said, Sentence)
    assert said.values["state"] is LETTER_STATES[CampaignState.DRAFT]
    assert catalogue("fr").say(said.values["state"]) != "Draft"
