"""Whatever changes what a letter's page shows moves its stamp, whoever does it, and in the same transaction."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, event, update
from sqlmodel import col

from service.campaigns.sight import Lookout
from service.delivery.follow import follow_deliveries
from service.foundation.errors import NotFound
from service.model.agreement import Agreement
from service.model.campaign import Campaign
from service.model.edition import Edition
from service.model.member import Member
from service.model.resemblance import LikenessIndex
from service.model.signature import HeldReason, Kind, Signature
from service.model.states import SignatureState
from service.signing.manage import withdraw
from service.store.transaction import transaction, trial
from service.web.kept import KeptLetters
from tests.coalition import SLUG, Coalition, letter_file
from tests.make import make_sign_on, make_signature

LIVE = 'admit = "everyone"\naccess = "public"\nnames_shown = "live"'
# What a page reads besides: what never changes once it is there, and the keys.
NEVER_CHANGES = {"letter_revision", "campaign_key", "page_stamp"}
WATCHED = {"campaign", "signature", "member", "edition", "delivery", "office_reply"}


@pytest.fixture
def coalition(engine, root, noon):
    """Give a letter whose names anyone may see, with one of them."""
    return (
        Coalition(engine=engine, root=root, now=noon)
        .open(letter_file(more=LIVE))
        .sign_and_confirm("Lake Alliance")
    )


@pytest.fixture
def lookout(coalition):
    return Lookout(coalition.engine, coalition.root)


def stamp(lookout):
    return int(lookout.see(slug=SLUG, key="").stamp)


def change(coalition, *statements):
    with transaction(coalition.engine) as session:
        for statement in statements:
            session.execute(statement)


MINE = col(Signature.state) == SignatureState.CONFIRMED
CHANGES = {
    "withdrawn": update(Signature).where(MINE).values(state=SignatureState.WITHDRAWN),
    "held": update(Signature).where(MINE).values(held_reason=HeldReason.SECRETARIAT),
    "another name": update(Signature).where(MINE).values(name=b"sealed"),
    "another visibility": update(Signature).where(MINE).values(visibility="counted"),
    "published": update(Campaign).values(count_shown_from=7),
    "another deadline": update(Campaign).values(deadline_at=Campaign.deadline_at),
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_every_change_to_what_is_shown_moves_the_stamp(coalition, lookout, statement):
    before = stamp(lookout)

    change(coalition, statement)

    assert stamp(lookout) > before


def test_a_signature_that_is_gone_moves_it(coalition, lookout):
    before = stamp(lookout)

    change(coalition, delete(Agreement), delete(LikenessIndex), delete(Signature).where(MINE))

    assert stamp(lookout) > before


@pytest.mark.parametrize("statement", [update(Member).values(name=b"sealed"), delete(Member)])
def test_a_change_to_the_members_it_signs_for_moves_it(coalition, lookout, statement):
    coalition.sign("Delta Network", signs_for="members", members=("Delta Friends", "Source Keepers"))
    before = stamp(lookout)

    change(coalition, statement)

    assert stamp(lookout) > before


def test_a_confirmation_an_added_sign_on_and_an_edition_move_it(coalition, lookout):
    seen = [stamp(lookout)]
    coalition.sign_and_confirm("River Watch")
    seen.append(stamp(lookout))
    with transaction(coalition.engine) as session:
        campaign = session.get_one(Campaign, coalition.campaign().id)
        make_signature(session, coalition.keyring.of(session, campaign.id), campaign, now=coalition.now)
    seen.append(stamp(lookout))
    coalition.close()
    seen.append(stamp(lookout))
    coalition.propose()
    seen.append(stamp(lookout))
    change(coalition, update(Edition).values(voided_at=coalition.now))
    seen.append(stamp(lookout))

    assert seen == sorted(set(seen))


def test_who_has_not_confirmed_moves_nothing(coalition, lookout):
    before = stamp(lookout)

    coalition.sign("River Watch").deliver_mail()

    assert stamp(lookout) == before


def test_what_is_taken_back_moves_nothing(coalition, lookout):
    before = stamp(lookout)

    with trial(coalition.engine) as session:
        session.execute(CHANGES["withdrawn"])

    assert stamp(lookout) == before


def test_a_thousand_rows_in_one_transaction_are_quickly_told(coalition, lookout):
    with transaction(coalition.engine) as session:
        campaign = session.get_one(Campaign, coalition.campaign().id)
        keys = coalition.keyring.of(session, campaign.id)
        for _ in range(60):
            make_signature(session, keys, campaign, now=coalition.now, sign_on=make_sign_on(kind=Kind.PERSON))
    before = stamp(lookout)

    change(coalition, update(Signature).values(keeps_on_change=True))

    assert stamp(lookout) > before


def test_a_page_reads_nothing_that_could_change_unnoticed(coalition):
    """A table that a page begins to read needs its triggers too (migrations 0017, 0022), or its changes show late."""
    read: set[str] = set()

    def note(_connection, _cursor, statement, *_):
        read.update(re.findall(r"(?:FROM|JOIN) \"?([a-z_]+)", statement))

    event.listen(coalition.engine, "before_cursor_execute", note)
    letters = KeptLetters(coalition.engine, coalition.keyring)
    look = letters.look(slug=SLUG, key="", now=coalition.now)
    assert letters.view(look).letter_html
    assert letters.counts(look)

    assert read - NEVER_CHANGES <= WATCHED


def test_a_name_that_left_is_gone_at_the_next_request_in_every_process(coalition):
    # Each keeps its own, as two processes do.
    here, there = (KeptLetters(coalition.engine, coalition.keyring) for _ in range(2))
    coalition.deliver_mail()

    def shown(letters):
        return letters.view(letters.look(slug=SLUG, key="", now=coalition.now)).letter_html

    assert "Lake Alliance" in shown(here)
    assert "Lake Alliance" in shown(there)

    with transaction(coalition.engine) as session:
        withdraw(session, coalition.keyring, token=coalition.newest_token("manage"), now=coalition.now)

    assert "Lake Alliance" not in shown(here)
    assert "Lake Alliance" not in shown(there)


def test_time_alone_changes_what_it_must(coalition):
    letters = KeptLetters(coalition.engine, coalition.keyring)

    def view():
        return letters.view(letters.look(slug=SLUG, key="", now=coalition.now))

    first = view()
    assert first.can_sign
    coalition.wait(hours=1)
    assert view() is first
    coalition.now = coalition.campaign().deadline_at - timedelta(seconds=1)
    assert view().can_sign
    coalition.wait(seconds=1)
    assert not view().can_sign


def test_who_may_see_it_is_asked_at_every_look(coalition, lookout):
    change(coalition, update(Campaign).values(access="link"))
    with pytest.raises(NotFound):
        lookout.see(slug=SLUG, key="")

    key = coalition.key()
    assert lookout.see(slug=SLUG, key=key)
    change(coalition, update(Campaign).values(link_generation=2))

    with pytest.raises(NotFound):
        lookout.see(slug=SLUG, key=key)
    with pytest.raises(NotFound):
        lookout.see(slug="never-was", key=key)


def test_a_database_that_was_away_is_reached_again(coalition, lookout):
    assert stamp(lookout)

    # As after a restart of the server: every connection that rested is gone.
    for line in lookout._glance._idle:
        line.close()

    assert stamp(lookout)


def test_a_published_letter_shows_its_edition_less_those_who_left(coalition):
    coalition.close()
    coalition.propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    coalition.publish()
    letters = KeptLetters(coalition.engine, coalition.keyring)

    view = letters.view(letters.look(slug=SLUG, key="", now=coalition.now))

    assert [word for word, _ in view.happened] == ["opened", "closed", "sent", "published"]
    assert view.counts.signatories == 1
    change(coalition, CHANGES["withdrawn"])
    assert letters.counts(letters.look(slug=SLUG, key="", now=coalition.now)).signatories == 0
