"""What schedules promise, on each database: what was planned happens once, to whom it was meant, whatever stops in between."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from service.campaigns.archive import archive
from service.campaigns.contents import seal_file
from service.campaigns.file import read_campaign_file
from service.foundation.errors import Refused
from service.foundation.sealing import RootKey
from service.model.anchor import Anchor, Late
from service.model.campaign import Campaign
from service.model.evidence import EvidenceKind
from service.model.link_token import LinkToken, Purpose
from service.model.message import Message, MessageKind
from service.model.schedule import Occurrence, Schedule
from service.model.signature import Kind, Signature
from service.model.states import CampaignState, OccurrenceState, ScheduleState, SignatureState
from service.model.suppression import Suppression, SuppressionReason
from service.schedules import fire
from service.schedules.audience import Audience
from service.schedules.begin import begin_due
from service.schedules.built_in import built_in, keep_built_in
from service.schedules.due import Timing
from service.schedules.fire import fire_part
from service.schedules.forecast import forecast
from service.schedules.looking_up import A_PART, Part, look_up_part
from service.schedules.measures import schedule_measuring
from service.schedules.plan import (
    Plan,
    add_schedule,
    approve_schedule,
    change_schedule,
    make_built_in,
    move_schedule,
    settle_late,
)
from service.schedules.planned import Planned
from service.store.keyring import Keyring
from service.store.links import Link, find_link, link_token
from service.store.transaction import reading, transaction
from service.worker.firing import post_all_parts
from tests.coalition import letter_file
from tests.doubles.house import in_parallel
from tests.make import make_campaign, make_sign_on, make_signature

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LEAD = DAY
PENDING, INVITED, INTENDS = SignatureState.PENDING, SignatureState.INVITED, SignatureState.INTENDS
FIRED, SKIPPED, ASKING = OccurrenceState.FIRED, OccurrenceState.SKIPPED, OccurrenceState.ASKING


class Planner:
    """An open letter of six weeks, its signatories, and a clock that only a test moves."""

    def __init__(self, engine: Engine, root: RootKey, now: datetime, **letter: object) -> None:
        self.engine, self.keyring, self.now = engine, Keyring(root), now
        with transaction(engine) as session:
            letter = {"deadline_at": now + 42 * DAY, **letter}
            self.campaign = make_campaign(session, self.keyring, now=now, **letter)
            self.keys = self.keyring.of(session, self.campaign.id)

    def has(self, state: SignatureState = PENDING, *, number: int = 1, **changed: object) -> list[str]:
        """Let so many sign-ons stand in a state, of somebody who came an hour ago."""
        given = {
            name: changed.pop(name) for name in ("country", "kind", "email", "language") if name in changed
        }
        came = self.now - HOUR
        values = {
            "state": state,
            "confirmed_at": None,
            "accepted_at": None,
            "signed_at": came if state is PENDING else None,
            "created_at": came,
            **changed,
        }
        with transaction(self.engine) as session:
            return [
                make_signature(
                    session, self.keys, self.campaign, now=came, sign_on=make_sign_on(**given), **values
                ).id
                for _ in range(number)
            ]

    def plans(
        self,
        name: str = "remind",
        *,
        to: Audience | None = None,
        late: Late = Late.ANYWAY,
        within: timedelta = timedelta(0),
        approve: bool = True,
        **timing: object,
    ) -> str:
        when = Timing(**{"anchor": Anchor.OPENING, "days": 1, **timing})
        plan = Plan(
            name=name, timing=when, audience=to or Audience(states=(PENDING,)), late=late, late_within=within
        )
        with transaction(self.engine) as session:
            add_schedule(session, self.keyring, self.campaign.slug, plan, by="ada", now=self.now)
            if approve:
                approve_schedule(session, self.keyring, self.campaign.slug, name, by="ben", now=self.now)
        return name

    def moves(self, name: str, there: ScheduleState) -> None:
        with transaction(self.engine) as session:
            move_schedule(session, self.campaign.slug, name, there, by="ada", now=self.now)

    def change(self, **changed: object) -> None:
        with transaction(self.engine) as session:
            campaign = session.get_one(Campaign, self.campaign.id)
            for name, value in changed.items():
                setattr(campaign, name, value)
            session.add(campaign)

    def answer(self, row: str, state: SignatureState) -> None:
        with transaction(self.engine) as session:
            signature = session.get_one(Signature, row)
            signature.state = state
            session.add(signature)

    def begin(self) -> int:
        with transaction(self.engine) as session:
            return begin_due(session, self.keyring, now=self.now)

    def look_up(self, *, after: str, most: int) -> Part | None:
        with reading(self.engine) as session:
            occurrence = session.execute(select(Occurrence)).scalars().one()
            return look_up_part(session, self.keyring, occurrence.id, after=after, now=self.now, most=most)

    def post(self, *, parts: int | None = None, most: int = A_PART, ahead: Part | None = None) -> int:
        """Post so many parts of what has begun, or all; gives how many mails."""
        if parts is None:
            return post_all_parts(self.engine, self.keyring, clock=lambda: self.now, most=most)
        posted = 0
        for _ in range(parts):
            with transaction(self.engine) as session:
                fired = fire_part(session, self.keyring, now=self.now, most=most, ahead=ahead)
            posted += fired.posted if fired is not None else 0
        return posted

    def tick(self, *, after: timedelta = timedelta(0), most: int = A_PART) -> int:
        """Let time pass, and do all that a worker's tick does; gives how many mails were posted."""
        self.now += after
        self.begin()
        return self.post(most=most)

    def messages(self) -> list[Message]:
        with reading(self.engine) as session:
            return list(session.execute(select(Message).order_by(col(Message.id))).scalars())

    def whom(self) -> list[str]:
        return sorted(message.recipient_ref for message in self.messages())

    def states(self) -> list[OccurrenceState]:
        with reading(self.engine) as session:
            found = select(col(Occurrence.state)).order_by(col(Occurrence.due_at))
            return list(session.execute(found).scalars())

    def forecast(self, *, until: timedelta) -> list[Planned]:
        with reading(self.engine) as session:
            campaign = session.get_one(Campaign, self.campaign.id)
            return list(
                forecast(session, self.keyring, campaign, lead=LEAD, until=self.now + until, now=self.now)
            )


@pytest.fixture
def planner(engine: Engine, root: RootKey, noon: datetime) -> Planner:
    return Planner(engine, root, noon)


def number_of_built_in(planner: Planner) -> int:
    """Count the schedules that every letter has."""
    return len(built_in(planner.campaign, lead=LEAD, since=planner.now, now=planner.now))


def test_everybody_meant_gets_it_once_however_often_and_in_whatever_parts_it_is_fired(planner):
    meant = planner.has(number=7)
    planner.plans()

    assert planner.tick(after=DAY - timedelta(seconds=1)) == 0
    assert planner.tick(after=timedelta(seconds=1), most=3) == 7
    assert planner.tick(after=HOUR) == planner.tick(after=30 * DAY) == 0
    assert planner.whom() == sorted(meant)
    assert planner.states() == [FIRED]


def test_what_one_process_left_in_the_middle_another_ends(planner, monkeypatch):
    meant = planner.has(number=7)
    planner.plans()
    planner.now += DAY
    planner.begin()
    planner.post(parts=1, most=3)
    # A process dies after it has posted, and before it has said so.
    posted = fire.post_stretch

    def dies(*given: object, **also: object) -> int:
        posted(*given, **also)
        raise KeyboardInterrupt

    monkeypatch.setattr(fire, "post_stretch", dies)
    with pytest.raises(KeyboardInterrupt):
        planner.post(most=3)
    monkeypatch.undo()

    assert len(planner.whom()) == 3
    assert planner.tick(after=HOUR, most=3) == 4
    assert planner.whom() == sorted(meant)


def test_what_was_looked_up_ahead_is_used_for_that_part_alone(planner):
    meant = planner.has(number=6)
    planner.plans()
    planner.now += DAY
    planner.begin()
    first = planner.look_up(after="", most=2)

    planner.post(parts=1, most=2, ahead=first)
    assert planner.whom() == sorted(meant)[:2]
    # Somebody else has posted that part meanwhile.
    planner.post(parts=1, most=2, ahead=first)
    assert planner.whom() == sorted(meant)[:4]
    # Who has gone after it was looked up is not posted to.
    last = planner.look_up(after=sorted(meant)[3], most=2)
    planner.answer(sorted(meant)[5], SignatureState.WITHDRAWN)
    planner.post(parts=1, most=2, ahead=last)
    assert planner.whom() == sorted(meant)[:5]


def test_what_gets_another_time_in_the_middle_goes_on_once_that_is_approved(planner):
    meant = planner.has(number=7)
    name = planner.plans()
    planner.now += DAY
    planner.begin()
    planner.post(parts=1, most=3)
    with transaction(planner.engine) as session:
        timing = Timing(anchor=Anchor.OPENING, days=3)
        change_schedule(
            session, planner.keyring, planner.campaign.slug, name, timing=timing, by="ada", now=planner.now
        )

    assert planner.tick(most=3) == 0
    with transaction(planner.engine) as session:
        approve_schedule(session, planner.keyring, planner.campaign.slug, name, by="ben", now=planner.now)
    assert planner.tick(most=3) == 4
    assert planner.whom() == sorted(meant)


def test_a_letter_that_is_put_away_ends_what_was_planned(planner):
    planner.has(number=7)
    planner.plans()
    planner.now += DAY
    planner.begin()
    planner.post(parts=1, most=3)
    planner.change(state=CampaignState.CLOSED)

    with transaction(planner.engine) as session:
        campaign = session.get_one(Campaign, planner.campaign.id)
        seal_file(planner.keys, campaign, read_campaign_file(letter_file(), now=planner.now))
        archive(session, planner.keyring, planner.campaign.slug, by="ada", now=planner.now)

    assert planner.tick(after=HOUR, most=3) == 0
    assert planner.states() == [OccurrenceState.CANCELLED]
    with reading(planner.engine) as session:
        assert {one.state for one in session.execute(select(Schedule)).scalars()} == {ScheduleState.CANCELLED}


def test_eight_at_once_fire_it_once(planner):
    meant = planner.has(number=40)
    names = [planner.plans(f"remind-{number}", days=1) for number in range(3)]
    planner.now += DAY

    in_parallel(8, lambda _: (planner.begin(), planner.post(most=7)))

    assert Counter(planner.whom()) == Counter({row: len(names) for row in meant})
    assert planner.states() == [FIRED] * 3


@pytest.mark.parametrize(
    ("late", "within", "asleep", "states", "mails"),
    [
        (Late.ANYWAY, 0 * DAY, 2 * DAY, [FIRED], 1),
        (Late.WITHIN, HOUR, 2 * DAY, [SKIPPED], 0),
        (Late.WITHIN, 3 * DAY, 2 * DAY, [FIRED], 1),
        (Late.ASK, 0 * DAY, 2 * DAY, [ASKING], 0),
        (Late.ASK, 0 * DAY, timedelta(minutes=5), [FIRED], 1),
    ],
)
def test_a_machine_that_slept_does_as_each_schedule_says(planner, late, within, asleep, states, mails):
    planner.has()
    planner.plans(late=late, within=within)

    planner.tick(after=DAY + asleep)
    planner.tick(after=HOUR)

    assert planner.states() == states
    assert len(planner.messages()) == mails


@pytest.mark.parametrize(("fires", "mails", "state"), [(True, 1, FIRED), (False, 0, SKIPPED)])
def test_what_came_late_and_asks_waits_for_a_persons_word(planner, fires, mails, state):
    planner.has()
    planner.plans(late=Late.ASK)
    planner.tick(after=3 * DAY)

    with transaction(planner.engine) as session:
        settle_late(session, planner.campaign.slug, "remind", fire=fires, by="ada", now=planner.now)
    planner.tick()

    assert len(planner.messages()) == mails
    assert planner.states() == [state]
    with transaction(planner.engine) as session, pytest.raises(Refused, match="Nothing of “remind”"):
        settle_late(session, planner.campaign.slug, "remind", fire=fires, by="ada", now=planner.now)


def test_a_clock_that_jumps_by_years_and_back_repeats_nothing(planner):
    planner.has()
    planner.plans(anchor=Anchor.OPENING, clock="09:00", days=0, every_days=7, times=3)
    planner.tick(after=7 * DAY)
    planner.tick(after=-6 * DAY)
    planner.tick(after=timedelta(hours=-1))
    planner.tick(after=13 * DAY)
    first = len(planner.messages())
    # The deadline is long over: nobody is reminded of it.
    planner.tick(after=3_000 * DAY)

    assert first == 2 == len(planner.messages())
    assert planner.states() == [FIRED, FIRED]


@pytest.mark.parametrize(
    ("audience", "row", "is_meant"),
    [
        (Audience(states=(PENDING,)), {}, True),
        (Audience(states=(PENDING,)), {"state": INVITED}, False),
        (Audience(states=(PENDING,)), {"state": SignatureState.CONFIRMED}, False),
        (Audience(states=(INVITED, INTENDS)), {"state": INTENDS}, True),
        (Audience(states=(PENDING,)), {"email": ""}, False),
        (Audience(states=(PENDING,), kinds=(Kind.PERSON,)), {}, False),
        (Audience(states=(PENDING,), kinds=(Kind.PERSON,)), {"kind": Kind.PERSON}, True),
        (Audience(states=(PENDING,), languages=("fr", "es")), {"language": "fr"}, True),
        (Audience(states=(PENDING,), languages=("fr", "es")), {"language": "en"}, False),
        (Audience(states=(PENDING,), countries=("NP", "CN")), {"country": "NP"}, True),
        (Audience(states=(PENDING,), countries=("NP", "CN")), {"country": "US"}, False),
        (Audience(states=(PENDING,), revision=1), {}, True),
        (Audience(states=(PENDING,), revision=2), {}, False),
        (Audience(states=(INTENDS,), decides_today=True), {"state": INTENDS, "decision_by": date(2026, 11, 25)}, True),
        (Audience(states=(INTENDS,), decides_today=True), {"state": INTENDS, "decision_by": date(2026, 11, 26)}, False),
        (Audience(states=(INTENDS,), decides_today=True), {"state": INTENDS}, False),
        (Audience(states=(PENDING,), evidence=(EvidenceKind.DNS,)), {}, False),
    ],
)  # fmt: skip
def test_an_audience_is_whom_it_says_when_it_is_due(planner, audience, row, is_meant):
    row = dict(row)
    ids = planner.has(row.pop("state", PENDING), **row)
    planner.plans(to=audience)

    planner.tick(after=DAY)

    assert planner.whom() == (ids if is_meant else [])


def test_who_has_answered_since_it_was_planned_or_asked_to_be_left_alone_is_not_written_to(planner):
    left, answered, stays = planner.has(number=3)
    planner.plans()
    planner.answer(answered, SignatureState.CONFIRMED)
    with transaction(planner.engine) as session:
        mailbox = session.get_one(Signature, left).email_index
        session.add(
            Suppression(
                campaign_id=planner.campaign.id,
                email_index=mailbox,
                reason=SuppressionReason.UNSUBSCRIBED,
                created_at=planner.now,
            )
        )

    planner.tick(after=DAY)

    assert planner.whom() == [stays]


def test_who_signed_or_was_written_to_a_moment_ago_is_spared(planner):
    (before,) = planner.has()
    planner.plans("first", days=1)
    planner.plans("second", days=2, to=Audience(states=(PENDING,), spare_hours=36))
    planner.plans("third", days=3, to=Audience(states=(PENDING,), spare_hours=48))
    planner.tick(after=DAY)
    planner.now += HOUR
    (after,) = planner.has(created_at=planner.now, signed_at=planner.now)
    planner.tick(after=23 * HOUR)
    planner.tick(after=DAY)

    written = Counter(planner.whom())
    assert written == {before: 2, after: 1}


def test_a_repeated_reminder_that_spares_a_day_comes_each_day(planner):
    planner.has()
    planner.plans(clock="09:00", every_days=1, times=5, to=Audience(states=(PENDING,), spare_hours=24))

    for _ in range(5):
        planner.tick(after=timedelta(hours=21, seconds=1))
        planner.tick(after=timedelta(hours=3, seconds=-1))

    assert len(planner.messages()) == 5


@pytest.mark.parametrize(
    ("state", "kind", "purpose"),
    [
        (PENDING, MessageKind.REMINDER, Purpose.CONFIRM),
        (INVITED, MessageKind.INVITATION, Purpose.INVITATION),
        (INTENDS, MessageKind.INVITATION, Purpose.INVITATION),
    ],
)
def test_each_gets_the_mail_that_it_can_answer_with_links_that_open_until_then(planner, state, kind, purpose):
    (row,) = planner.has(state)
    planner.plans(to=Audience(states=(state,)))

    planner.tick(after=DAY)

    (message,) = planner.messages()
    assert (message.kind, message.recipient_ref) == (kind, row)
    assert message.expires_at <= planner.campaign.deadline_at
    with reading(planner.engine) as session:
        links = {link.purpose: link for link in session.execute(select(LinkToken)).scalars()}
    assert links[purpose].expires_at >= planner.campaign.deadline_at
    assert Purpose.UNSUBSCRIBE in links


@pytest.mark.parametrize("generation", [1, 2], ids=["all of one generation", "of two"])
@pytest.mark.parametrize("between", [0, 9], ids=["close together", "far apart"])
def test_each_is_reminded_with_links_that_open_wherever_they_lie(planner, between, generation):
    (first,) = planner.has()
    planner.has(SignatureState.CONFIRMED, number=between)
    (second,) = planner.has(generation=generation)
    (spared,) = planner.has()
    planner.plans("early", to=Audience(states=(PENDING,)))
    planner.tick(after=DAY)
    assert planner.whom() == sorted([first, second, spared])
    links = [
        Link(purpose=Purpose.CONFIRM, row_id=first),
        Link(purpose=Purpose.CONFIRM, row_id=second, generation=generation),
        Link(purpose=Purpose.UNSUBSCRIBE, row_id=second),
    ]
    with reading(planner.engine) as session:
        for link in links:
            assert find_link(session, link_token(planner.keys, link), link.purpose).row_id == link.row_id

    with transaction(planner.engine) as session:
        for message in session.execute(select(Message)).scalars():
            if message.recipient_ref != spared:
                session.delete(message)
    planner.plans("late", days=2, to=Audience(states=(PENDING,), spare_hours=48))
    planner.tick(after=DAY)
    assert planner.whom() == sorted([first, second, spared])


def test_each_reader_gets_it_by_the_own_clock(planner):
    nepal, samoa, many, nowhere = (planner.has(country=code)[0] for code in ("NP", "WS", "US", ""))
    planner.plans(anchor=Anchor.AT, local="2026-11-27T09:00", by_reader=True)

    planner.tick(after=2 * DAY + 7 * HOUR)

    due = {message.recipient_ref: f"{message.due_at:%dT%H:%M}" for message in planner.messages()}
    assert due[nepal] == "27T03:15"
    assert due[samoa] == "26T20:00"
    # A country of several zones reads the letter's, as does who said no country.
    assert due[many] == due[nowhere] == "27T09:00"


def test_who_has_slept_through_the_own_time_is_written_to_all_the_same(planner):
    ids = [planner.has(country=code)[0] for code in ("NP", "WS", "FR", "")]
    planner.plans(anchor=Anchor.AT, local="2026-11-27T09:00", by_reader=True)

    planner.tick(after=5 * DAY)

    assert planner.whom() == sorted(ids)
    assert {message.due_at for message in planner.messages()} == {planner.now}


def test_who_reads_the_time_only_after_the_deadline_gets_it_before_and_not_never(planner):
    # The clock of American Samoa shows four in the afternoon at three in the night (UTC), five hours too late.
    samoa, nepal = (planner.has(country=code)[0] for code in ("AS", "NP"))
    planner.change(deadline_at=planner.now + 2 * DAY + 10 * HOUR)
    planner.plans(anchor=Anchor.DEADLINE, days=0, clock="16:00", by_reader=True)
    foretold = planner.forecast(until=3 * DAY)

    planner.tick(after=DAY + 14 * HOUR)

    due = {message.recipient_ref: f"{message.due_at:%dT%H:%M}" for message in planner.messages()}
    assert due == {samoa: "26T02:00", nepal: "26T10:15"}
    assert all(message.due_at < message.expires_at for message in planner.messages())
    assert [one.whom for one in foretold if one.name == "remind"] == [sorted((samoa, nepal))]


@pytest.mark.parametrize("name", ["digest", "proof"])
def test_what_goes_to_all_at_once_gets_no_time_of_each_reader(planner, name):
    with transaction(planner.engine) as session:
        make_built_in(session, planner.campaign.slug, lead=LEAD, now=planner.now)
    by_reader = Timing(anchor=Anchor.AT, local="2026-12-02T09:00:00", by_reader=True)

    with (
        transaction(planner.engine) as session,
        pytest.raises(Refused, match="not at a time of each reader"),
    ):
        change_schedule(
            session,
            planner.keyring,
            planner.campaign.slug,
            name,
            timing=by_reader,
            by="ada",
            now=planner.now,
        )


def test_a_pause_holds_what_is_due_and_what_is_being_posted(planner):
    planner.has(number=5)
    planner.plans()
    planner.now += DAY
    planner.begin()
    planner.post(parts=1, most=2)
    planner.moves("remind", ScheduleState.PAUSED)
    assert planner.tick(after=HOUR) == 0

    planner.moves("remind", ScheduleState.ACTIVE)

    assert planner.tick(after=HOUR) == 3
    assert len(set(planner.whom())) == 5


def test_what_is_cancelled_goes_no_further(planner):
    planner.has(number=5)
    planner.plans()
    planner.now += DAY
    planner.begin()
    planner.post(parts=1, most=2)
    planner.moves("remind", ScheduleState.CANCELLED)

    assert planner.tick(after=HOUR) == 0
    assert planner.states() == [OccurrenceState.CANCELLED]
    with pytest.raises(Refused, match="cannot become"):
        planner.moves("remind", ScheduleState.ACTIVE)


def test_nobody_is_asked_about_what_is_cancelled_or_over(planner):
    planner.has()
    for name in ("cancelled", "over"):
        planner.plans(name, late=Late.ASK)
    planner.tick(after=3 * DAY)
    assert {one.waits_for for one in planner.forecast(until=DAY) if one.name == "over"} == {"your word"}

    planner.moves("cancelled", ScheduleState.CANCELLED)
    assert sorted(planner.states()) == [ASKING, OccurrenceState.CANCELLED]
    planner.change(state=CampaignState.CLOSED)
    planner.tick()

    assert planner.states() == [OccurrenceState.CANCELLED] * 2


@pytest.mark.parametrize("state", [CampaignState.CLOSED, CampaignState.SENT, CampaignState.FROZEN])
def test_nobody_is_reminded_of_a_letter_that_takes_no_sign_ons(planner, state):
    planner.has()
    planner.plans()
    planner.now += DAY
    planner.begin()
    planner.change(state=state)

    assert planner.post() == 0
    assert planner.states() == [OccurrenceState.CANCELLED]


def test_a_plan_waits_for_somebody_elses_approval(planner):
    planner.has()
    planner.plans(approve=False)
    assert planner.tick(after=DAY - HOUR) == 0
    with transaction(planner.engine) as session, pytest.raises(Refused, match="somebody else"):
        approve_schedule(session, planner.keyring, planner.campaign.slug, "remind", by="ada", now=planner.now)
    with pytest.raises(Refused, match="waits for an approval"):
        planner.moves("remind", ScheduleState.ACTIVE)

    with transaction(planner.engine) as session:
        approve_schedule(session, planner.keyring, planner.campaign.slug, "remind", by="ben", now=planner.now)

    # A day from the opening, whenever it was approved.
    assert planner.tick(after=HOUR) == 1


@pytest.mark.parametrize(
    ("timing", "audience", "sentence"),
    [
        ({"anchor": Anchor.AT, "local": "2026-11-20T09:00"}, None, "never come"),
        ({"anchor": Anchor.DEADLINE, "days": 1}, None, "never come"),
        ({"anchor": Anchor.SENDING, "days": -1}, None, "never come"),
        ({}, Audience(), "to whom"),
    ],
)
def test_what_can_never_happen_is_refused(planner, timing, audience, sentence):
    with pytest.raises(Refused, match=sentence):
        planner.plans(to=audience, **timing)
    with pytest.raises(Refused, match="lower-case"):
        planner.plans("No Such Name")
    planner.plans("twice")
    with pytest.raises(Refused, match="already"):
        planner.plans("twice")


def test_a_time_that_was_changed_is_the_one_that_counts(planner):
    planner.has()
    planner.plans()
    planner.now += HOUR

    with transaction(planner.engine) as session:
        change_schedule(
            session,
            planner.keyring,
            planner.campaign.slug,
            "remind",
            timing=Timing(anchor=Anchor.OPENING, days=3),
            by="ada",
            now=planner.now,
        )

    # Another time needs another approval.
    with transaction(planner.engine) as session:
        approve_schedule(session, planner.keyring, planner.campaign.slug, "remind", by="ben", now=planner.now)
    assert planner.tick(after=2 * DAY) == 0
    assert planner.tick(after=DAY) == 1


def test_what_is_past_by_now_is_not_approved(planner):
    planner.plans(approve=False, anchor=Anchor.AT, local="2026-11-25T09:00")
    planner.now += DAY

    with transaction(planner.engine) as session, pytest.raises(Refused, match="never come"):
        approve_schedule(session, planner.keyring, planner.campaign.slug, "remind", by="ben", now=planner.now)


def test_every_open_letter_has_its_own_schedules_and_another_deadline_moves_them(planner):
    planner.has()
    planner.has(INVITED)

    def keep() -> int:
        with transaction(planner.engine) as session:
            return keep_built_in(session, lead=LEAD, now=planner.now)

    assert (keep(), keep()) == (number_of_built_in(planner), 0)
    planner.moves("digest", ScheduleState.CANCELLED)
    # The first third of six weeks: the unconfirmed, not those who were only invited.
    assert planner.tick(after=14 * DAY) == 1
    planner.change(deadline_at=planner.now + 6 * DAY)
    assert keep() == number_of_built_in(planner)
    assert planner.tick(after=2 * DAY) == 1
    # The last day is for all who are missing.
    assert planner.tick(after=3 * DAY) == 2
    assert planner.tick(after=DAY - timedelta(seconds=1)) == 0


def test_a_letter_that_is_reopened_for_a_few_hours_reminds_nobody_at_their_thirds(planner):
    planner.has()
    with transaction(planner.engine) as session:
        keep_built_in(session, lead=HOUR, now=planner.now)
    planner.change(deadline_at=planner.now + 6 * HOUR)
    with transaction(planner.engine) as session:
        keep_built_in(session, lead=HOUR, now=planner.now)

    assert planner.tick(after=5 * HOUR - timedelta(seconds=1)) == 0
    assert planner.tick(after=timedelta(seconds=1)) == 1


def test_what_was_changed_before_the_opening_is_reckoned_from_it(planner):
    planner.has(INTENDS, decision_by=date(2026, 11, 30))
    planner.change(state=CampaignState.FROZEN)
    with transaction(planner.engine) as session:
        make_built_in(session, planner.campaign.slug, lead=LEAD, now=planner.now)
    planner.moves("invitation", ScheduleState.CANCELLED)
    planner.now += 10 * DAY
    planner.change(state=CampaignState.OPEN)
    with transaction(planner.engine) as session:
        # And that of the invitations.
        assert keep_built_in(session, lead=LEAD, now=planner.now) == number_of_built_in(planner) + 1

    # The decision was before it; the first third of what is left comes on the morning of its day.
    assert planner.tick() == 0
    assert planner.tick(after=10 * DAY) == 0
    assert planner.tick(after=DAY) == 1


def test_several_that_look_at_once_make_the_schedules_of_a_letter_once(planner):
    made: list[int] = []

    def keep(_: int) -> None:
        with transaction(planner.engine) as session:
            made.append(keep_built_in(session, lead=LEAD, now=planner.now))

    in_parallel(4, keep)

    assert sum(made) == number_of_built_in(planner)


def test_a_forecast_says_what_is_planned_before_the_letter_opens(planner):
    planner.has(INTENDS, number=2, decision_by=date(2026, 12, 1), language="fr")
    planner.has(INVITED)
    planner.change(state=CampaignState.FROZEN)

    said = [
        (f"{one.due.clock:%m-%dT%H:%M}", one.name, len(one.whom), dict(one.languages))
        for one in planner.forecast(until=60 * DAY)
        if one.whom
    ]

    assert said == [
        ("11-24T12:00", "invitation", 3, {"fr": 2, "": 1}),
        ("12-01T09:00", "decision-day", 2, {"fr": 2}),
        ("12-08T12:00", "reminder-1", 2, {"fr": 2}),
        ("12-22T12:00", "reminder-2", 2, {"fr": 2}),
        ("01-04T12:00", "last-day", 3, {"fr": 2, "": 1}),
    ]
    with reading(planner.engine) as session:
        assert session.execute(select(Schedule)).first() is None


def test_a_monitor_is_told_how_far_behind_it_is(planner):
    planner.has(number=2)
    planner.plans()
    planner.plans("asks", late=Late.ASK)
    planner.now += DAY + HOUR

    def told() -> dict[str, list[float]]:
        with reading(planner.engine) as session:
            return {
                one.name: [value for _, value in one.values]
                for one in schedule_measuring(planner.keyring)(session, planner.now)
            }

    def telling(*, occurrences: list[int], lag: int, late: list[int]) -> dict[str, list[int]]:
        return {
            "undersigned_occurrences": occurrences,
            "undersigned_schedule_lag_seconds": [lag],
            "undersigned_late_schedules": late,
        }

    # Nobody has looked for an hour: no worker lives, or none is at the queue of letters.
    assert told() == telling(occurrences=[0, 0, 2], lag=3600, late=[0, 2, 0])
    planner.begin()
    assert told() == telling(occurrences=[1, 1, 0], lag=3600, late=[1, 0, 0])
    planner.post()
    assert told() == telling(occurrences=[0, 1, 0], lag=0, late=[1, 0, 0])
    planner.moves("asks", ScheduleState.PAUSED)
    assert told() == telling(occurrences=[0, 0, 0], lag=0, late=[0, 0, 0])
