"""As the secretariat I join a chapter to its whole: every page and copy prints it once and counts it once, or again twice."""

import json

import pytest

from service.letter.copy import make_copy
from service.letter.document import copy_json, make_document
from service.letter.edition import Audience
from service.letter.render_text import render_text
from service.model.signature import Visibility
from service.signing.roll import letter_as_it_stands
from service.store.transaction import reading
from tests.coalition import SLUG, Coalition, letter_file
from tests.promises.test_look_alikes import another, same
from tests.stories.visitor import Visitor, form_of, letter_page, words_of

WHOLE, CHAPTER = "Lake Alliance", "Northern Shore Committee"
OPEN = 'admit = "everyone"\nnames_shown = "live"'


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    """Give a letter that shows its names, signed by an organization, its chapter and one other."""
    coalition.open(letter_file(more=OPEN))
    coalition.sign_and_confirm(WHOLE, email="a@lakes.example").deliver_mail()
    coalition.sign_and_confirm("River Watch", visibility=Visibility.RECIPIENT)
    return coalition.sign_and_confirm(CHAPTER, email="n@lakes.example").deliver_mail()


def told(coalition: Coalition, visitor: Visitor) -> dict[str, tuple[object, bool]]:
    """Give, of every output, how many organizations it counts and whether it prints the chapter."""
    page = visitor.open(letter_page(coalition))
    roll = page.text.partition('id="signatories"')[2]
    counted = json.loads(visitor.open(f"/letters/{SLUG}/count.json?k={coalition.key()}").text)
    found: dict[str, tuple[object, bool]] = {"page": (counted["organizations"], CHAPTER in roll)}
    with reading(coalition.engine) as session:
        letter = letter_as_it_stands(session, coalition.keyring, coalition.campaign(), now=coalition.now)
    audiences: tuple[Audience, ...] = ("full", "public")
    for audience in audiences:
        copy = make_copy(letter, audience=audience, office=None)
        record, text = json.loads(copy_json(copy)), render_text(make_document(copy))
        assert (
            f"{record['numbers']['organizations']} organization" in text
            or "undersigned organization:" in text
        )
        found[f"{audience} json"] = (
            record["numbers"]["organizations"],
            CHAPTER in [line["name"] for line in record["lines"]],
        )
        found[f"{audience} text"] = (record["numbers"]["organizations"], CHAPTER in text)
    return found


def test_a_chapter_is_printed_and_counted_once_and_by_itself_again(
    coalition: Coalition, visitor: Visitor
) -> None:
    assert set(told(coalition, visitor).values()) == {(3, True)}

    same(coalition, CHAPTER, WHOLE)
    assert set(told(coalition, visitor).values()) == {(2, False)}
    assert set(told(coalition, visitor)) == {"page", "full json", "full text", "public json", "public text"}

    another(coalition, CHAPTER)
    assert set(told(coalition, visitor).values()) == {(3, True)}


def test_the_chapter_is_told_that_it_stands_with_its_whole_and_sees_no_line_of_its_own(
    coalition: Coalition, visitor: Visitor
) -> None:
    own = f"/manage/{coalition.newest_token('manage')}"
    assert "Printed as" in words_of(visitor.open(own))

    same(coalition, CHAPTER, WHOLE)

    page = words_of(visitor.open(own))
    assert "counted and printed once, with another sign-on of the same organization" in page
    assert "Printed as" not in page
    assert "Your line:" not in words_of(visitor.open(f"{own}/text"))

    another(coalition, CHAPTER)
    assert "Printed as" in words_of(visitor.open(own))


def test_a_whole_that_leaves_and_comes_back_is_counted_once_and_its_chapter_looked_at(
    coalition: Coalition, visitor: Visitor
) -> None:
    whole = f"/manage/{coalition.tokens('manage')[0]}"
    same(coalition, CHAPTER, WHOLE)

    left = visitor.send(whole, {}, answer="withdraw")
    assert told(coalition, visitor)["full json"] == (1, False)
    visitor.post(whole, dict(form_of(left, answer="undo").filled({})))

    assert set(told(coalition, visitor).values()) == {(2, False)}
    same(coalition, CHAPTER, WHOLE)
    another(coalition, CHAPTER)
    assert set(told(coalition, visitor).values()) == {(3, True)}
