"""An approver sees the exact letter, approves it or asks for changes."""

import pytest

from tests.coalition import Coalition, letter_file
from tests.stories.visitor import Visitor, words_of


@pytest.fixture
def paths(coalition: Coalition) -> list[str]:
    """Give the approvers' paths for an edition with a name that only the addressee may see."""
    coalition.open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm("Lake Alliance").sign_and_confirm("Hidden Spring", visibility="recipient")
    coalition.sign("Late Riser").close()
    coalition.propose()
    coalition.deliver_mail()
    return [coalition.approval(token) for token in coalition.tokens("approve")]


def test_an_approver_sees_the_full_letter_its_recipients_and_who_is_left_out(
    paths: list[str], visitor: Visitor
) -> None:
    words = words_of(visitor.open(paths[0]))

    for wanted in (
        "Lake Alliance",
        "Hidden Spring",
        "Jane Q. Example",
        "2 organizations",
        "1 that filled in",
    ):
        assert wanted in words
    assert "Late Riser" not in words


def test_two_approvals_release_the_letter(paths: list[str], coalition: Coalition, visitor: Visitor) -> None:
    for path in paths:
        answer = visitor.send(path, {"decision": "approved"})
        assert answer.status_code == 200
        assert "You approved this edition" in words_of(answer)

    assert len(coalition.release()) == 1
    assert "This edition was released" in words_of(visitor.open(paths[0]))


def test_a_decision_that_was_not_made_is_asked_for(paths: list[str], visitor: Visitor) -> None:
    answer = visitor.send(paths[0], {"note": "The second ask is weak."})

    assert answer.status_code == 422
    assert "Choose whether you approve this letter." in words_of(answer)
    assert "The second ask is weak." in answer.text


def test_changes_can_be_asked_for_and_thought_better_of(paths: list[str], visitor: Visitor) -> None:
    assert "You asked for changes" in words_of(
        visitor.send(paths[0], {"decision": "changes", "note": "The second ask is weak."})
    )
    assert "You approved this edition" in words_of(visitor.send(paths[0], {"decision": "approved"}))


def test_a_decision_after_the_release_is_refused_with_its_sentence(
    paths: list[str], coalition: Coalition, visitor: Visitor
) -> None:
    page = visitor.open(paths[0])
    coalition.approve_all().release()

    nonce = page.text.split('name="nonce" value="')[1].split('"')[0]
    answer = visitor.post(paths[0], {"decision": "changes", "nonce": nonce})

    assert answer.status_code == 422
    assert "This edition was released" in words_of(answer)
