"""As an owner I open a letter ahead of its time: nobody is invited before the form takes sign-ons, and I see when that is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from service.campaigns import life
from service.campaigns.queries import get_campaign
from service.model.states import CampaignState
from service.schedules.calendar import Entry, calendar
from service.schedules.forecast import forecast
from service.schedules.planned import Planned
from service.signing.invite import import_signatories
from service.signing.roll_file import read_signatories
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.reminding import pass_time
from tests.stories.visitor import Door, words_of

DAY = timedelta(days=1)
# Nine in the morning in New York, three days after noon.
OPENS = datetime(2026, 11, 27, 14, tzinfo=UTC)
INVITED = b"kind,name,email,status\norganization,Lake Alliance,office@lakes.example,invited\norganization,River Watch,office@rivers.example,intends\n"
MAILBOXES = ["office@lakes.example", "office@rivers.example"]


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    coalition.load(letter_file().replace(b"2026-11-20T09:00:00", b"2026-11-27T09:00:00"))
    with transaction(coalition.engine) as session:
        life.freeze(session, coalition.keyring, SLUG, by="test", now=coalition.now)
    invite(coalition, INVITED)
    return coalition


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    olga.send("team", to="team/sheet")
    return olga


def invite(coalition: Coalition, rows: bytes) -> None:
    with transaction(coalition.engine) as session:
        import_signatories(
            session,
            coalition.keyring,
            SLUG,
            read_signatories(rows, attested=False),
            attest="",
            by="test",
            now=coalition.now,
        )


def opened(coalition: Coalition, who: AtTheDesk) -> str:
    """Open the letter at the desk, and give what is said then."""
    answer = who.send("life", to="life/open")
    return words_of(who.follow(answer))


def foretold(coalition: Coalition) -> Sequence[Planned]:
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        return forecast(
            session,
            coalition.keyring,
            campaign,
            lead=DAY,
            until=coalition.now + 60 * DAY,
            now=coalition.now,
        )


def entries(coalition: Coalition) -> Sequence[Entry]:
    with reading(coalition.engine) as session:
        return calendar(
            session, coalition.keyring, lead=DAY, until=coalition.now + 60 * DAY, now=coalition.now
        )


def worked(coalition: Coalition) -> int:
    """Let a worker do what is due now; gives how many mails are new."""
    return pass_time(coalition.engine, coalition.keyring, lead=DAY, now=coalition.now)


def test_invitations_wait_for_the_opening_and_go_as_foretold(coalition: Coalition, olga: AtTheDesk) -> None:
    said = opened(coalition, olga)
    assert "takes sign-ons from November 27, 2026 at 9:00 AM" in said
    assert "2 invitations go out then" in said
    assert coalition.deliver_mail().mails() == []

    (planned,) = [one for one in foretold(coalition) if one.name == "invitation"]
    assert (planned.due.at, len(planned.whom), planned.waits_for) == (OPENS, 2, "")
    whats = {one.what: (one.at, one.mails) for one in entries(coalition)}
    assert whats["opens for sign-ons"] == (OPENS, None)
    assert whats["invitation"] == (OPENS, 2)
    page = words_of(olga.open("forecast"))
    assert "Opens for sign-ons" in page
    assert "Invitations, to 2 readers" in page
    # Who comes onto the list meanwhile waits as well.
    invite(
        coalition,
        INVITED.splitlines(keepends=True)[0] + b"organization,Delta,delta@members.example,invited\n",
    )
    assert coalition.deliver_mail().mails() == []

    coalition.now = OPENS - timedelta(seconds=1)
    assert worked(coalition) == 0
    assert coalition.deliver_mail().mails() == []
    coalition.now = OPENS
    assert (worked(coalition), worked(coalition)) == (3, 0)
    assert sorted(mail.to for mail in coalition.deliver_mail().mails()) == [
        "delta@members.example",
        *MAILBOXES,
    ]
    assert [one for one in foretold(coalition) if one.name == "invitation"] == []


def test_before_it_is_opened_it_says_that_it_does_not_open_by_itself(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    (planned,) = [one for one in foretold(coalition) if one.name == "invitation"]
    assert (len(planned.whom), planned.waits_for) == (2, "somebody to open the letter")
    assert "planned to open, which somebody does by hand" in {one.what for one in entries(coalition)}
    page = words_of(olga.open("forecast"))
    assert "Planned to open for sign-ons (a coordinator opens it; it does not open by itself)" in page
    step = words_of(olga.open("life"))
    assert "The letter does not open by itself" in step
    assert "from November 27, 2026 at 9:00 AM" in step

    coalition.now = OPENS + timedelta(hours=1)
    assert pass_time(coalition.engine, coalition.keyring, lead=DAY, now=coalition.now) == 0
    assert coalition.deliver_mail().mails() == []
    assert coalition.campaign().state is CampaignState.FROZEN


def test_who_was_to_be_invited_to_a_letter_that_was_closed_before_is_not(
    coalition: Coalition, olga: AtTheDesk
) -> None:
    opened(coalition, olga)
    coalition.close()

    coalition.now = OPENS
    assert worked(coalition) == 0
    assert coalition.deliver_mail().mails() == []
