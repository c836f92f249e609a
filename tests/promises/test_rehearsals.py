"""A rehearsal shows the letter that would leave now, never one that is void."""

from datetime import timedelta

import pytest

from service.campaigns.life import reopen
from service.delivery.rehearse import rehearse
from service.store.transaction import transaction
from tests.changing import NEW_WORDS, TAKES_ALL, file_of, revised
from tests.coalition import SLUG, Coalition, letter_file

OURSELVES = "letter@rivers.example"
FIRST = """
[[recipients]]
role = "cc"
name = "The Embassy"
copy = "public"
emails = ["embassy@office.example"]
"""


@pytest.fixture
def proposed(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more=TAKES_ALL, tables=FIRST))
    coalition.sign_and_confirm("Lake Alliance").close().propose()
    coalition.deliver_mail()
    return coalition


def opened_again(coalition):
    with transaction(coalition.engine) as session:
        reopen(session, SLUG, until=coalition.now + timedelta(days=1), by="test", now=coalition.now)
    return coalition


def rehearsed(coalition):
    """Give the texts of the rehearsals that come now, once their mails have left."""
    with transaction(coalition.engine) as session:
        rehearse(session, coalition.keyring, SLUG, by="test", now=coalition.now)
    return come(coalition)


def come(coalition):
    before = len(coalition.mails())
    coalition.deliver_mail()
    mails = coalition.mails()[before:]
    return [
        " ".join(mail.text.split())
        for mail in mails
        if mail.to == OURSELVES and "rehears" in mail.text.casefold()
    ]


def test_what_is_proposed_is_rehearsed(proposed):
    mails = rehearsed(proposed)

    assert len(mails) == 2
    assert all("we write to you about the river." in text and "Lake Alliance" in text for text in mails)


def test_after_it_was_reopened_the_names_of_today_are_rehearsed(proposed):
    opened_again(proposed).sign_and_confirm("Hill Union")

    assert [("Lake Alliance" in text, "Hill Union" in text) for text in rehearsed(proposed)] == [
        (True, True),
        (True, True),
    ]


def test_after_a_change_of_the_text_the_new_one_is_rehearsed_to_the_offices_of_today(proposed):
    revised(proposed, file_of(NEW_WORDS, tables=""), asking=False)
    opened_again(proposed).sign_and_confirm("Hill Union")

    (text,) = rehearsed(proposed)

    assert "about the old river and its mouth." in text


def test_a_rehearsal_that_waits_while_the_text_is_changed_never_comes(proposed):
    with transaction(proposed.engine) as session:
        rehearse(session, proposed.keyring, SLUG, by="test", now=proposed.now)

    revised(proposed, file_of(NEW_WORDS, tables=""), asking=False)

    assert come(proposed) == []
