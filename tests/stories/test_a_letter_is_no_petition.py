"""As the secretariat I read why this letter is no petition to a parliament, by which rule, and what would help."""

from service.model.coordinator import Role
from tests.coalition import Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, words_of

HOUSES = (
    "Petition to the House of Commons of Canada",
    "European Parliament",
    "Bundestag",
    "Australia",
)


def test_each_house_says_why_not_by_which_rule_and_since_when_it_is_known(
    coalition: Coalition, door: Door
) -> None:
    coalition.open().sign_and_confirm("Lake Alliance")
    ann = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.AUDITOR, name="Ann Auditor"))

    link = ann.open("recipients").text
    shown = words_of(ann.open("recipients/petitions"))

    assert 'href="/desk/letters/clean-river/recipients/petitions"' in link
    assert [house for house in HOUSES if house not in shown] == []
    assert shown.count("cannot go this way as it is") >= 4
    assert "On paper at least 25 citizens or residents of Canada sign by hand" in shown
    assert "House of Commons of Canada, Form and Content of Petitions: Guidelines" in shown
    assert "looked at on November 27, 2026" in shown


def test_a_draft_is_held_against_the_same_rules(coalition: Coalition, door: Door) -> None:
    coalition.load()
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    assert olga.open("recipients/petitions").status_code == 200


def test_a_letter_to_the_bundestag_is_not_told_that_it_is_addressed_to_somebody_else(
    coalition: Coalition, door: Door
) -> None:
    file = letter_file().replace(b'office = "The Presidential Office"', b'office = "Deutscher Bundestag"')
    coalition.open(file.replace(b'country = "US"', b'country = "DE"')).sign_and_confirm("Lake Alliance")
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    shown = words_of(olga.open("recipients/petitions"))

    german = shown.partition("Petition to the German Bundestag")[2].partition("Petition to the")[0]
    assert "nobody has signed it by hand" in german
    assert "addressed to somebody else" not in german
    assert "addressed to somebody else" in shown
