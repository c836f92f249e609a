"""As the secretariat I want to let one late organization in, and close the letter again, before it goes out."""

from datetime import timedelta

import pytest

from service.campaigns import life
from service.delivery.follow import follow_deliveries
from service.foundation.errors import Refused
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.letter.fonts import Fonts
from service.model.states import CampaignState
from service.signing.decide import decide
from service.store.transaction import transaction
from tests.coalition import SLUG


def accept_all(coalition):
    with transaction(coalition.engine) as session:
        decide(session, coalition.keyring, SLUG, None, act="accept", by="test", now=coalition.now)


def reopen(coalition):
    until = coalition.now + timedelta(minutes=10)
    with transaction(coalition.engine) as session:
        life.reopen(session, SLUG, until=until, by="test", now=coalition.now)


def mails_about_a_void_edition(coalition):
    return [
        mail.to for mail in coalition.mails() if "will not be sent as it was" in " ".join(mail.text.split())
    ]


def test_a_closed_letter_takes_one_more_and_closes_again_in_three_steps(coalition):
    coalition.open().sign_and_confirm("Meadow Union")
    accept_all(coalition)
    coalition.close()
    first = coalition.propose()
    coalition.approve_all()
    old = coalition.tokens("approve")

    reopen(coalition)
    coalition.sign_and_confirm("The Brook Alliance")
    accept_all(coalition)
    coalition.close()
    second = coalition.propose()

    assert [first.edition.number, second.edition.number] == [1, 2]
    full = make_copy(second.letter, audience="full", office=None)
    words = " ".join(compile_copy(full, form="txt").data.decode().split())
    assert "On behalf of 2 organizations we write" in words
    assert "The undersigned 2 organizations:" in words
    assert words.index("The Brook Alliance") < words.index("Meadow Union")
    assert compile_copy(full, form="pdf", fonts=Fonts()).data.startswith(b"%PDF")
    for token in old:
        with pytest.raises(Refused):
            coalition.approve(token)
    with pytest.raises(Refused, match="approved by 0 of 2"):
        coalition.release()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    assert coalition.campaign().state is CampaignState.SENT
    assert sorted(mails_about_a_void_edition(coalition)) == ["ada@lakes.example", "ben@rivers.example"]


def test_the_text_says_one_organization_before_the_late_one_came(coalition):
    coalition.open().sign_and_confirm("Meadow Union")
    accept_all(coalition)
    coalition.close()

    letter = coalition.propose().letter

    words = compile_copy(make_copy(letter, audience="full", office=None), form="txt").data.decode()
    assert "On behalf of 1 organization we write" in " ".join(words.split())


def test_reopening_a_letter_that_nobody_was_asked_to_approve_tells_nobody(coalition):
    coalition.open().sign_and_confirm("Meadow Union").close()
    reopen(coalition)
    coalition.close().deliver_mail()

    assert mails_about_a_void_edition(coalition) == []
