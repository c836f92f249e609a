"""The numbers of a letter: of few sign-ons always as it stands, of many as the worker counted them, and when, on both databases."""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.foundation.sealing import RootKey
from service.model.letter_figures import LetterFigures
from service.model.letter_revision import LetterRevision
from service.model.schedule import Action, Schedule
from service.model.signature import HeldReason, Kind, Provenance, Signature, Standing, standing
from service.model.states import CampaignState, ScheduleState, SignatureState
from service.schedules.reach import Within
from service.schedules.sends import draft_reach
from service.signing.queries import counts
from service.signing.secretariat import kept_figures
from service.signing.secretariat.figures import Figures
from service.signing.secretariat.kept_figures import KnownFigures, KnownTally, known_figures, known_tally
from service.signing.secretariat.table import waiting_numbers
from service.store.transaction import reading, transaction
from service.worker.secretariat import count_figures
from tests.coalition import SLUG, Coalition
from tests.make import make_sign_on, make_signature

MINUTE = timedelta(minutes=1)


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    return Coalition(engine=engine, root=root, now=noon).open()


@pytest.fixture
def large(coalition: Coalition, monkeypatch: pytest.MonkeyPatch) -> Coalition:
    """Open a letter whose three sign-ons are many."""
    monkeypatch.setattr(kept_figures, "MANY", 3)
    join(coalition, *(f"Member {number}" for number in range(3)))
    return coalition


def join(coalition: Coalition, *names: str, **changed: object) -> None:
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = coalition.keyring.of(session, campaign.id)
        for name in names:
            email = f"{name.replace(' ', '').lower()}@members.example"
            sign_on = make_sign_on(name=name, email=email, kind=changed.get("kind", Kind.ORGANIZATION))
            kept = {key: value for key, value in changed.items() if key != "kind"}
            make_signature(session, keys, campaign, now=coalition.now, sign_on=sign_on, **kept)


def work(coalition: Coalition) -> int:
    worker = SimpleNamespace(
        engine=coalition.engine,
        keyring=coalition.keyring,
        clock=lambda: coalition.now,
        wake=SimpleNamespace(is_stopping=lambda: False),
    )
    return count_figures(worker, "test")


def tally(coalition: Coalition) -> KnownTally:
    with reading(coalition.engine) as session:
        return known_tally(session, coalition.keyring, get_campaign(session, SLUG))


def figures(coalition: Coalition) -> KnownFigures:
    with reading(coalition.engine) as session:
        return known_figures(session, coalition.keyring, get_campaign(session, SLUG))


def test_a_letter_of_few_is_counted_for_each_page_and_by_no_worker(coalition: Coalition) -> None:
    join(coalition, "Lake Alliance")
    assert work(coalition) == 0

    assert (tally(coalition).tally.signatories, tally(coalition).as_of) == (1, None)
    join(coalition, "River Watch")
    assert tally(coalition).tally.signatories == 2


def test_a_letter_of_many_shows_what_the_worker_counted_and_when(large: Coalition) -> None:
    assert work(large) == 1
    counted_at = large.now
    join(large, "River Watch")
    large.wait(minutes=0.5)

    assert work(large) == 0
    assert (tally(large).tally.signatories, tally(large).as_of) == (3, counted_at)

    large.wait(minutes=1)
    assert work(large) == 1
    assert (tally(large).tally.signatories, tally(large).as_of) == (4, large.now)
    assert figures(large).as_of == large.now


def test_a_letter_of_many_that_nobody_has_counted_yet_is_counted_for_the_page(large: Coalition) -> None:
    assert (tally(large).tally.signatories, tally(large).as_of) == (3, None)


def test_what_rests_is_counted_seldom_and_not_forgotten(large: Coalition) -> None:
    work(large)
    large.wait(minutes=2)
    assert work(large) == 0

    with transaction(large.engine) as session:
        session.execute(text("UPDATE signature SET language = 'fr'"))
    large.wait(minutes=1)
    assert work(large) == 1, "a change that moved the stamp"

    large.wait(minutes=9)
    assert work(large) == 0
    large.wait(minutes=2)
    assert work(large) == 1, "what no stamp tells of"


def test_what_takes_long_to_count_is_counted_seldom(large: Coalition) -> None:
    work(large)
    with transaction(large.engine) as session:
        session.execute(text("UPDATE letter_figures SET took_ms = 30000"))
    join(large, "River Watch")
    large.wait(minutes=9)
    assert work(large) == 0
    large.wait(minutes=2)
    assert work(large) == 1


def test_a_letter_that_is_put_away_is_counted_once_more_and_then_rests(large: Coalition) -> None:
    work(large)
    with transaction(large.engine) as session:
        get_campaign(session, SLUG).state = CampaignState.ARCHIVED
    large.wait(minutes=2)
    assert work(large) == 1
    large.wait(minutes=60)
    assert work(large) == 0


def test_a_letter_whose_personal_data_is_gone_is_not_counted(large: Coalition) -> None:
    with transaction(large.engine) as session:
        get_campaign(session, SLUG).state = CampaignState.PURGED
    assert work(large) == 0


def test_the_numbers_lie_sealed(large: Coalition) -> None:
    work(large)
    with reading(large.engine) as session:
        numbers = session.exec(select(LetterFigures.numbers)).one()
    assert b"confirmed" not in numbers
    assert b"countries" not in numbers


def test_what_is_kept_is_what_was_counted(large: Coalition) -> None:
    before = figures(large).figures
    work(large)
    kept = figures(large).figures
    assert kept == before
    assert Figures.from_record(kept.as_record()) == kept


def test_each_number_is_that_of_the_sign_ons_as_they_stand(coalition: Coalition) -> None:
    join(coalition, "Lake Alliance", "River Watch")
    join(coalition, "Ada Lake", kind=Kind.PERSON)
    join(coalition, "Ben Lake", kind=Kind.PERSON, provenance=Provenance.ATTESTED)
    join(coalition, "Held", held_reason=HeldReason.NOT_ME)
    join(coalition, "Waiting", accepted_at=None)
    join(coalition, "Conditional", condition=b"sealed")
    join(coalition, "Joined", joined_to="0" * 32)
    join(coalition, "Earlier", revision_id=earlier_version(coalition))
    join(coalition, "Asked", "Asked too", state=SignatureState.INVITED, invited=True, confirmed_at=None)
    join(coalition, "Agreed", invited=True, provenance=Provenance.INVITATION)
    join(coalition, "Pending", state=SignatureState.PENDING, confirmed_at=None)
    join(coalition, "Expired", state=SignatureState.EXPIRED, confirmed_at=None)
    join(coalition, "Left", state=SignatureState.WITHDRAWN)
    join(coalition, "Yesterday", confirmed_at=coalition.now - timedelta(days=1))

    found, campaign = tally(coalition).tally, coalition.campaign()
    with reading(coalition.engine) as session:
        rows = session.exec(select(Signature)).all()
        stand = Counter(standing(row, campaign) for row in rows)
        assert found.signatories == counts(session, campaign).signatories == stand[Standing.COUNTED]
    assert (found.organizations, found.individuals) == (4, 2)
    assert found.channels == {"form": 4, "attested": 1, "invitation": 1}
    assert found.states == Counter(row.state.value for row in rows)
    assert (found.asked, found.of_asked) == (3, 1)
    assert (found.held, found.to_accept, found.conditional, found.earlier) == (1, 1, 1, 1)
    assert found.never_confirmed == 2
    assert found.signed == len(rows) - 2
    assert sorted(found.days.values()) == [
        1,
        len([row for row in rows if row.state.value == "confirmed"]) - 1,
    ]


def test_what_waits_is_counted_as_the_table_lists_it(coalition: Coalition) -> None:
    join(coalition, "Waiting", accepted_at=None)
    join(coalition, "Conditional, not accepted", condition=b"sealed", accepted_at=None)
    join(coalition, "Joined, not accepted", joined_to="0" * 32, accepted_at=None)
    join(coalition, "Joined, conditional", joined_to="0" * 32, condition=b"sealed")
    join(coalition, "Earlier, not accepted", revision_id=earlier_version(coalition), accepted_at=None)
    join(coalition, "Held, not accepted", held_reason=HeldReason.NOT_ME, accepted_at=None)

    found = tally(coalition).tally

    with reading(coalition.engine) as session:
        listed = waiting_numbers(session, coalition.campaign())
    assert (found.held, found.to_accept, found.conditional) == (1, 1, 1)
    assert (listed.held, listed.awaiting, listed.conditional) == (1, 1, 1)


def earlier_version(coalition: Coalition) -> str:
    """Give the id of a version of the text that is not the present one."""
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        row = LetterRevision(
            campaign_id=campaign.id, number=99, sha256="0" * 64, content=b"", frozen_at=coalition.now
        )
        session.add(row)
    return row.id


def keep_draft(coalition: Coalition, **audience: object) -> None:
    with transaction(coalition.engine) as session:
        session.add(
            Schedule(
                campaign_id=get_campaign(session, SLUG).id,
                name="draft",
                action=Action.REMIND,
                state=ScheduleState.DRAFT,
                timing={"anchor": "at", "local": "2026-12-01T09:00:00"},
                audience={"states": ["confirmed"], **audience},
                since=coalition.now,
                created_at=coalition.now,
                created_by="test",
            )
        )
    coalition.wait(minutes=1)


def reach_of_draft(coalition: Coalition) -> tuple[int, bool, datetime | None]:
    with reading(coalition.engine) as session:
        draft = session.exec(select(Schedule).where(Schedule.name == "draft")).one()
        campaign = get_campaign(session, SLUG)
        found = draft_reach.known_reach(session, coalition.keyring, campaign, draft, now=coalition.now)
    return found.number, found.is_more, found.as_of


def test_to_how_many_a_draft_goes_is_counted_by_the_worker_too(
    large: Coalition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_reach, "MOST", 2)
    keep_draft(large)

    assert reach_of_draft(large) == (2, True, None)
    assert work(large) == 1
    assert reach_of_draft(large) == (3, False, large.now)


def test_a_rule_that_means_few_of_many_is_not_said_to_mean_only_those_that_were_looked_at(
    large: Coalition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_reach, "Within", partial(Within, number=1))
    keep_draft(large, kinds=["person"])

    assert reach_of_draft(large) == (0, True, None)
    work(large)
    assert reach_of_draft(large) == (0, False, large.now)


def test_a_draft_whose_rule_was_changed_is_not_said_to_go_to_those_of_the_old_one(
    large: Coalition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_reach, "MOST", 1)
    keep_draft(large)
    work(large)
    with transaction(large.engine) as session:
        draft = session.exec(select(Schedule).where(Schedule.name == "draft")).one()
        draft.audience = {"states": ["confirmed"], "kinds": ["organization"]}
        session.add(draft)

    assert reach_of_draft(large) == (1, True, None)
    large.wait(minutes=1)
    assert work(large) == 1
    assert reach_of_draft(large) == (3, False, large.now)
