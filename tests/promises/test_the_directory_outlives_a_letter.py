"""Before a letter's data goes, members who asked to hear of later letters are kept in the directory, and nobody else."""

import pytest
from sqlmodel import select

from service.campaigns.archive import archive
from service.coordinators.accounts import give_role, make_coordinator
from service.foundation.errors import NotFound
from service.model.coordinator import Role
from service.model.directory_entry import DirectoryEntry
from service.model.signature import Signature
from service.model.suppression import Suppression, SuppressionReason
from service.signing.invitees.directory import (
    forget_entry,
    keep_all_willing,
    keep_willing,
)
from service.signing.invitees.directory_pages import list_directory
from service.store.sealed import open_record
from service.store.transaction import reading, transaction
from service.upkeep.purge import ask_for_purge, purge_at_once
from tests.coalition import SLUG, Coalition, letter_file


@pytest.fixture
def coalition(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm("River Friends", wants_news=True, email="friends@rivers.example")
    coalition.sign_and_confirm("Silent Shore")
    coalition.sign("Never Confirmed", wants_news=True)
    return coalition.sign_and_confirm("Left Alone", wants_news=True)


def stop_mail(coalition, number, reason):
    """Have the mailbox of a sign-on, by its place, left alone."""
    with transaction(coalition.engine) as session:
        row = session.exec(select(Signature).order_by(Signature.id)).all()[number]
        session.add(
            Suppression(
                campaign_id=row.campaign_id,
                email_index=row.email_index,
                reason=reason,
                created_at=coalition.now,
            )
        )


def purge(coalition):
    coalition.close()
    with transaction(coalition.engine) as session:
        archive(session, coalition.keyring, SLUG, by="ada", now=coalition.now)
        ask_for_purge(session, SLUG, by="ada", now=coalition.now)
        purge_at_once(session, coalition.keyring, SLUG, by="ben", now=coalition.now)


def names(coalition):
    with reading(coalition.engine) as session:
        rows = session.exec(select(DirectoryEntry)).all()
        return {open_record(coalition.keyring.directory, row, "details")["name"] for row in rows}


def test_who_asked_for_it_is_kept_and_nobody_else(coalition):
    stop_mail(coalition, 3, SuppressionReason.UNSUBSCRIBED)

    purge(coalition)

    assert names(coalition) == {"River Friends"}


def test_a_mailbox_that_only_bounced_may_be_another_one_by_then(coalition):
    stop_mail(coalition, 3, SuppressionReason.BOUNCED)

    purge(coalition)

    assert names(coalition) == {"River Friends", "Left Alone"}


def test_its_team_still_finds_them_and_can_delete_them(coalition):
    with transaction(coalition.engine) as session:
        olga = make_coordinator(
            session, coalition.keyring.desk, name="Olga", email="olga@secretariat.example", now=coalition.now
        ).id
        campaign = coalition.campaign().id
        give_role(session, coordinator_id=olga, campaign_id=campaign, role=Role.OWNER, now=coalition.now)
    purge(coalition)

    with transaction(coalition.engine) as session:
        kept = list_directory(session, coalition.keyring, olga).rows
        assert {one.name for one in kept} == {"River Friends", "Left Alone"}
        with pytest.raises(NotFound):
            forget_entry(session, SLUG, "0" * 32, by="test", now=coalition.now)
        for one in kept:
            forget_entry(session, SLUG, one.id, by="test", now=coalition.now)
        assert list_directory(session, coalition.keyring, olga).rows == []


def test_the_directory_is_read_by_pages_and_found_by_part_of_a_name_or_an_address(coalition):
    with transaction(coalition.engine) as session:
        olga = make_coordinator(
            session, coalition.keyring.desk, name="Olga", email="olga@secretariat.example", now=coalition.now
        ).id
        campaign = coalition.campaign()
        give_role(session, coordinator_id=olga, campaign_id=campaign.id, role=Role.OWNER, now=coalition.now)
        keep_all_willing(session, coalition.keyring, campaign, by="ada", now=coalition.now)

    def found(**asked):
        with reading(coalition.engine) as session:
            page = list_directory(session, coalition.keyring, olga, **asked)
        return [one.name for one in page.rows], page

    names, first = found(most=1)
    assert (names, first.is_cut) == (["Left Alone"], False)
    names, last = found(most=1, before=first.before)
    assert (names, last.before) == (["River Friends"], "")
    assert found(words="river fr")[0] == ["River Friends"]
    assert found(words="Friends@Rivers.example")[0] == ["River Friends"]
    assert found(words="rivers.example")[0] == found(words="friends@elsewhere.example")[0] == []
    names, part = found(words="river", looked=1)
    assert (names, part.is_cut) == ([], True)
    assert found(words="river", looked=1, before=part.before)[0] == ["River Friends"]


def test_whoever_agreed_is_kept_however_many_signed_before_them(coalition):
    with transaction(coalition.engine) as session:
        campaign, keyring = coalition.campaign(), coalition.keyring
        keep_all_willing(session, keyring, campaign, at_once=1, by="ada", now=coalition.now)

    assert names(coalition) == {"River Friends", "Left Alone"}


def test_a_part_begins_where_the_one_before_it_ended(coalition):
    kept = []
    after = ""
    while after is not None:
        with transaction(coalition.engine) as session:
            part = keep_willing(
                session,
                coalition.keyring,
                coalition.campaign(),
                after=after,
                most=1,
                by="ada",
                now=coalition.now,
            )
        kept.append(part.new)
        after = part.last

    assert kept == [1, 1, 0]
    assert names(coalition) == {"River Friends", "Left Alone"}
