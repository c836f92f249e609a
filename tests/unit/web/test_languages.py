"""Languages are chosen by what they call themselves; one that a list lacks is given by its tag."""

import pytest

from service.i18n.own_names import listed_name
from service.web.desk.settings_fields import read_fields
from service.web.desk.settings_sections import FIELDS
from service.web.languages import letter_languages, mail_languages, with_others

LANGUAGE = [field for field in FIELDS if field.key == "language"]


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("fr", "Français"),
        ("de", "Deutsch"),
        ("en-GB", "English (United Kingdom)"),
        ("pt-BR", "Português (Brasil)"),
        ("ug", "ئۇيغۇرچە"),
        ("zh-Hans", "简体中文"),
        ("no-such-tag-at-all", "no-such-tag-at-all"),
        ("", ""),
    ],
)
def test_a_language_calls_itself_by_its_own_name(tag: str, name: str) -> None:
    assert listed_name(tag) == name


def test_no_language_is_offered_by_its_tag_and_none_twice() -> None:
    for options in (letter_languages(), mail_languages()):
        names = [name for _, name in options]
        assert len(set(names)) == len(names)
        assert not [name for tag, name in options if name == tag]


def test_what_is_there_already_is_not_offered_again() -> None:
    assert {"fr", "de"} & {tag for tag, _ in letter_languages(but={"fr"})} == {"de"}


def test_a_tag_that_was_written_takes_the_place_of_the_choice() -> None:
    assert with_others({"language": "en", "language__other": " gsw "})["language"] == "gsw"
    assert with_others({"language": "en", "language__other": " "})["language"] == "en"


def test_a_tag_is_read_though_the_list_was_not_touched() -> None:
    entries = {"language__was": "en", "language": "en", "language__other": "am"}

    assert read_fields(LANGUAGE, entries) == {"language": "am"}
    assert read_fields(LANGUAGE, {**entries, "language__other": ""}) == {}
