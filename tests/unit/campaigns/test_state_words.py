"""The states of a letter are called the same in a refusal as on the pages of the desk."""

from service.campaigns.state_words import LETTER_STATES
from service.model.states import CampaignState
from service.templating import TEMPLATES


def test_each_state_has_its_word_and_it_is_the_one_of_the_desk() -> None:
    macro = (TEMPLATES / "parts" / "desk_words.html").read_text()

    assert set(LETTER_STATES) == set(CampaignState)
    assert [
        word for word in LETTER_STATES.values() if f"{{% trans %}}{word}{{% endtrans %}}" not in macro
    ] == []
