"""As the secretariat I want to let one late organization in, and close the letter again, before it goes out."""

import sys
import time
from datetime import timedelta

import pytest

from service.campaigns import life
from service.campaigns.queries import get_campaign
from service.delivery.follow import follow_deliveries
from service.foundation.errors import Refused
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.letter.fonts import Fonts
from service.model.states import CampaignState
from service.schedules.opening import invite_at_opening
from service.signing.decide import decide
from service.signing.expire import expire_unconfirmed
from service.signing.invite import import_signatories
from service.signing.late_link import let_in_late
from service.signing.listing import list_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, letter_file
from tests.letters.pdf_reader import read_letter
from tests.make import make_sign_on, make_signature
from tests.stories.visitor import ORGANIZATION

A_MINUTE = 60


def accept_all(coalition):
    with transaction(coalition.engine) as session:
        decide(session, coalition.keyring, SLUG, None, act="accept", by="test", now=coalition.now)


def reopen(coalition):
    until = coalition.now + timedelta(minutes=10)
    with transaction(coalition.engine) as session:
        life.reopen(session, SLUG, until=until, by="test", now=coalition.now)


def printed(letter):
    """Read what stands in the letter's PDF, as one line."""
    full = make_copy(letter, audience="full", office=None)
    return read_letter(compile_copy(full, form="pdf", fonts=Fonts()).data).text


def as_plain_text(letter):
    """Read what stands in the letter's plain text, as one line."""
    full = make_copy(letter, audience="full", office=None)
    return " ".join(compile_copy(full, form="txt").data.decode().split())


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
    for words in (printed(second.letter), as_plain_text(second.letter)):
        assert "On behalf of 2 organizations we write to you" in words
        assert "The undersigned 2 organizations:" in words
        assert words.count("Brook Alliance") == words.count("Meadow Union") == 1
        assert words.index("Brook Alliance") < words.index("Meadow Union")
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


@pytest.mark.soak
def test_it_takes_less_than_a_minute_with_six_hundred_names(coalition):
    coalition.open()
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = coalition.keyring.of(session, campaign.id)
        for number in range(600):
            given = make_sign_on(name=f"Member {number}", email=f"n{number}@names.example")
            make_signature(session, keys, campaign, now=coalition.now, sign_on=given)
    coalition.close().propose()
    coalition.deliver_mail()
    began = time.perf_counter()

    reopen(coalition)
    coalition.sign_and_confirm("The Brook Alliance")
    accept_all(coalition)
    coalition.close()
    words = printed(coalition.propose().letter)

    took = time.perf_counter() - began
    sys.stdout.write(
        f"\nopen, signed, closed and printed again after {took:.1f} s on {coalition.engine.dialect.name}\n"
    )
    assert "On behalf of 601 organizations we write to you" in words
    assert words.index("Brook Alliance") < words.index("Member 0")
    assert took < A_MINUTE


def test_the_text_says_one_organization_before_the_late_one_came(coalition):
    coalition.open().sign_and_confirm("Meadow Union")
    accept_all(coalition)
    coalition.close()

    letter = coalition.propose().letter

    for words in (printed(letter), as_plain_text(letter)):
        assert "On behalf of 1 organization we write to you" in words
        assert "The undersigned organization:" in words
        assert "Brook Alliance" not in words


def test_reopening_a_letter_that_nobody_was_asked_to_approve_tells_nobody(coalition):
    coalition.open().sign_and_confirm("Meadow Union").close()
    reopen(coalition)
    coalition.close().deliver_mail()

    assert mails_about_a_void_edition(coalition) == []


# Its name and its mailbox stand on the list.
FORM = {key: ORGANIZATION[key] for key in ("representative_name", "representative_title", "authority")}
INVITED = "kind,name,email,visibility\norganization,The Brook Alliance,brook@members.example,public\n"


@pytest.fixture
def closed(coalition):
    """Give a letter that was proposed, with one on its list who never answered."""
    coalition.load(letter_file())
    with transaction(coalition.engine) as session:
        rows = read_signatories(INVITED.encode(), attested=False)
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
        life.freeze(session, coalition.keyring, SLUG, by="test", now=coalition.now)
        opened = life.open_for_signing(session, SLUG, by="test", now=coalition.now)
        invite_at_opening(session, coalition.keyring, opened, now=coalition.now)
    coalition.sign_and_confirm("Meadow Union")
    accept_all(coalition)
    coalition.wait(days=20).close().propose()
    return coalition.wait(days=1)


def id_of(coalition, name):
    with reading(coalition.engine) as session:
        rows = list_signatories(session, coalition.keyring, coalition.campaign())
    return next(row["id"] for row in rows if row["name"] == name)


def let_in(coalition, name="The Brook Alliance", **given):
    with transaction(coalition.engine) as session:
        late = let_in_late(
            session, coalition.keyring, SLUG, id_of(coalition, name), by="test", now=coalition.now, **given
        )
    coalition.deliver_mail()
    return late


def answer(coalition, visitor):
    """Sign by the newest invitation, and confirm."""
    path = f"/invitation/{coalition.newest_token('invitation')}"
    sent = visitor.send(path, FORM, answer="sign")
    assert sent.status_code == 303
    coalition.deliver_mail().confirm(coalition.newest_token("confirm"))


def test_one_late_organization_signs_by_one_command_while_the_letter_stays_closed(closed, visitor):
    late = let_in(closed)
    mail = closed.mails()[-1]
    assert closed.propose().may_still_sign == ("The Brook Alliance",)
    let_in(closed.wait(minutes=1))
    page = visitor.open(f"/invitation/{closed.newest_token('invitation')}")
    for_all = visitor.open(f"/letters/{SLUG}/sign?k={closed.key()}")

    answer(closed, visitor)

    assert (late.name, late.void) == ("The Brook Alliance", 1)
    assert mail.to == "brook@members.example"
    assert "For you alone the letter can still be signed until" in " ".join(mail.text.split())
    assert 'value="sign"' in page.text
    assert 'name="nonce"' not in for_all.text
    assert closed.campaign().state is CampaignState.CLOSED
    second = closed.propose()
    words = printed(second.letter)
    assert second.edition.number == 3
    assert "On behalf of 2 organizations we write to you" in words
    assert words.index("Brook Alliance") < words.index("Meadow Union")
    closed.approve_all().release()


def test_a_late_link_ends_and_can_be_given_anew(closed, visitor):
    let_in(closed, until=closed.now + timedelta(hours=1))
    first = closed.newest_token("invitation")
    closed.wait(hours=2)

    over = visitor.open(f"/invitation/{first}")
    assert 'value="sign"' not in over.text
    assert "The time for sign-ons to this letter is over." in over.text
    let_in(closed)
    answer(closed, visitor)
    assert closed.counts().signatories == 2


def test_a_late_sign_on_does_not_lapse_with_those_of_the_deadline(closed, visitor):
    let_in(closed)
    path = f"/invitation/{closed.newest_token('invitation')}"
    visitor.send(path, FORM, answer="sign")
    closed.deliver_mail().wait(hours=30)
    with transaction(closed.engine) as session:
        expire_unconfirmed(session, now=closed.now)

    closed.confirm(closed.newest_token("confirm"))

    assert closed.counts().signatories == 2


def test_nobody_is_let_in_late_where_it_would_come_to_nothing(closed):
    with pytest.raises(Refused, match="has signed already"):
        let_in(closed, "Meadow Union")
    with pytest.raises(Refused, match="in the future"):
        let_in(closed, until=closed.now)
    closed.propose()
    closed.approve_all().release()
    with pytest.raises(Refused, match="is leaving"):
        let_in(closed)
    closed.deliver_mail()
    with transaction(closed.engine) as session:
        follow_deliveries(session, now=closed.now)
    with pytest.raises(Refused, match="for an addendum"):
        let_in(closed)


def test_a_late_link_opens_nothing_once_the_letter_leaves(closed, visitor):
    let_in(closed)
    closed.propose()
    closed.approve_all().release()

    page = visitor.open(f"/invitation/{closed.newest_token('invitation')}")

    assert 'value="sign"' not in page.text
    assert "The time for sign-ons to this letter is over." in page.text
