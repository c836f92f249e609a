"""What the daily digest promises, on each database: each morning once, nothing where nothing happened, and no names."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlmodel import select

from service.campaigns.archive import archive
from service.coordinators import audit
from service.coordinators.chain import Head, chain_events, head_of_letter, verify_chain
from service.coordinators.team import change_role
from service.model.audit_event import AuditEvent
from service.model.coordinator import Role
from service.model.message import Message, MessageKind
from service.model.proof_answer import ProofAnswer
from service.model.schedule import Occurrence, Schedule
from service.model.signature import Signature
from service.model.states import MessageState, OccurrenceState, ScheduleState
from service.schedules.due import Timing
from service.schedules.heads import post_heads
from service.schedules.plan import move_schedule
from service.schedules.sends.moving import at_clock
from service.signing.decide import decide
from service.store.transaction import reading, transaction
from service.upkeep.purge import ask_for_purge, purge_at_once
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import add_colleague
from tests.reminding import pass_time

LEAD, HOUR, DAY = timedelta(days=1), timedelta(hours=1), timedelta(days=1)
SECRETARIAT = "letter@rivers.example"
# The letter is of New York: 08:00 there.
MORNING = datetime(2026, 11, 25, 13, tzinfo=UTC)
DEADLINE = datetime(2026, 12, 5, 22, tzinfo=UTC)


class Mornings(Coalition):
    """A coalition whose worker looks at what is due when a test says."""

    def at(self, moment: datetime) -> list[str]:
        """Let a moment come; gives the digests that came since the last one."""
        known, self.now = len(self.digests()), moment
        pass_time(self.engine, self.keyring, lead=LEAD, now=self.now)
        self.deliver_mail()
        return self.digests()[known:]

    def digests(self) -> list[str]:
        return [
            " ".join(mail.text.split())
            for mail in self.mails()
            if mail.to == SECRETARIAT and "Unconfirmed" in mail.text
        ]


@pytest.fixture
def letter(engine, root, noon):
    """Give a letter that was opened yesterday at noon, and whose schedules were seen to."""
    letter = Mornings(engine=engine, root=root, now=noon).open(letter_file(more='admit = "each"'))
    letter.at(noon)
    return letter


def test_it_comes_in_the_morning_with_numbers_a_next_step_and_no_name(letter):
    letter.sign_and_confirm("Lake Alliance").sign("Second House")
    assert letter.at(MORNING - HOUR) == []
    with transaction(letter.engine) as session:
        chain_events(session)
    (told,) = letter.at(MORNING)

    for words in (
        *("Signed: +1", "Mailboxes that bounced: 0", "Decisions pending: 1", "Unconfirmed: 1"),
        "Days left for sign-ons: 10",
    ):
        assert words in told
    assert f'undersigned signatories list {SLUG} --standing "awaiting acceptance"' in told
    assert f"undersigned schedule pause {SLUG} digest" in told
    # The head of the history, by which a change of it is found.
    assert re.search(r"\b\d+:[0-9a-f]{64}\b", told)
    assert "Lake" not in told
    assert "Second" not in told
    assert letter.at(MORNING + HOUR) == []


def test_it_counts_as_every_page_does(letter):
    members = ("Hill Union", "Dale Union")
    letter.sign_and_confirm("Lakes Network", signs_for="members", members=members)
    with transaction(letter.engine) as session:
        decide(session, letter.keyring, SLUG, None, act="accept", by="cli", now=letter.now)

    (told,) = letter.at(MORNING)

    assert letter.counts().signatories == 3
    assert "Counted in all: 3" in told


def test_it_counts_the_printed_lines_that_were_changed_in_a_proof_round(letter):
    letter.sign_and_confirm("Lake Alliance")
    letter.at(MORNING)
    with transaction(letter.engine) as session:
        proof = session.exec(select(Schedule).where(Schedule.name == "proof")).one()
        signed = session.exec(select(Signature)).one()
        came = {"campaign_id": proof.campaign_id, "due_at": letter.now, "local": "", "began_at": letter.now}
        asked = Occurrence(schedule_id=proof.id, state=OccurrenceState.FIRED, **came)
        session.add(asked)
        session.flush()
        ids = {"campaign_id": proof.campaign_id, "occurrence_id": asked.id, "signature_id": signed.id}
        session.add(ProofAnswer(**ids, fixed_at=letter.now + HOUR))

    (told,) = letter.at(MORNING + DAY)

    assert "changed in the proof round: 1" in told


def test_where_nothing_happened_it_is_quiet_but_for_the_last_three_days(letter):
    letter.sign_and_confirm("Lake Alliance")
    letter.at(MORNING)

    quiet = [letter.at(MORNING + days * DAY) for days in range(1, 7)]
    near = [letter.at(MORNING + days * DAY) for days in range(7, 11)]

    assert quiet == [[]] * 6
    assert [len(some) for some in near] == [0, 1, 1, 1]
    assert "Hours left for sign-ons: " in near[1][0]


def test_one_that_would_come_more_than_six_hours_late_is_left_out_and_loses_no_number(letter):
    letter.sign_and_confirm("Lake Alliance")
    assert letter.at(MORNING + 7 * HOUR) == []
    (told,) = letter.at(MORNING + DAY)
    assert "Signed: +1" in told

    letter.sign_and_confirm("Second House")
    (told,) = letter.at(MORNING + 2 * DAY + 5 * HOUR)
    assert "Signed: +1" in told


def test_it_may_be_paused_and_goes_on_until_the_letter_is_long_over(letter):
    with transaction(letter.engine) as session:
        move_schedule(session, SLUG, "digest", ScheduleState.PAUSED, by="ada", now=letter.now)
    letter.sign_and_confirm("Lake Alliance")
    assert letter.at(MORNING) == []
    with transaction(letter.engine) as session:
        move_schedule(session, SLUG, "digest", ScheduleState.ACTIVE, by="ada", now=letter.now)
    letter.sign_and_confirm("Second House")
    assert len(letter.at(MORNING + DAY)) == 1

    letter.now = DEADLINE
    letter.close()
    assert len(letter.at(DEADLINE + 15 * HOUR)) == 0
    with reading(letter.engine) as session:
        found = session.exec(
            select(Occurrence).join(Schedule).where(Schedule.name == "digest").order_by(Occurrence.due_at)
        ).all()
    assert found[-1].state is OccurrenceState.FIRED


def test_a_letter_that_was_open_before_there_were_digests_gets_its_own_once(letter):
    with transaction(letter.engine) as session:
        session.delete(session.exec(select(Schedule).where(Schedule.name == "digest")).one())
    letter.at(letter.now + HOUR)
    letter.at(letter.now + HOUR)

    with reading(letter.engine) as session:
        names = session.exec(select(Schedule.name).order_by(Schedule.name)).all()
        kinds = session.exec(select(Message.kind).where(Message.kind == MessageKind.DIGEST)).all()
    assert names == ["decision-day", "digest", "last-day", "proof", "reminder-1", "reminder-2"]
    assert kinds == []


def test_each_owner_and_only_an_owner_is_told_the_end_of_the_letters_history(letter):
    olga = add_colleague(letter)
    otto = add_colleague(letter, name="Otto Other")
    add_colleague(letter, Role.MODERATOR, name="Mo Derator")
    letter.sign_and_confirm("Lake Alliance")
    with transaction(letter.engine) as session:
        chain_events(session)
        audit.record(session, by="test", act="of.another", campaign_id=None, now=letter.now)
        chain_events(session)
    letter.at(MORNING)

    digests = {mail.to: mail.text for mail in letter.mails() if "Unconfirmed" in mail.text}
    assert set(digests) == {SECRETARIAT, olga.email, otto.email}
    found = {to: re.findall(r"\b\d+:[0-9a-f]{64}\b", text) for to, text in digests.items()}
    assert found[SECRETARIAT] == []
    assert found[olga.email] == found[otto.email]
    (head,) = found[olga.email]
    number, _, told = head.partition(":")
    with reading(letter.engine) as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.number == int(number))).one()
        assert event.campaign_id == letter.campaign().id
        assert verify_chain(session, heads=[Head(number=int(number), hash=told)]).faults == ()
        other = Head(number=int(number), hash="0" * 64)
        assert verify_chain(session, heads=[other]).faults != ()


def test_who_is_no_owner_any_more_gets_none(letter):
    add_colleague(letter)
    otto = add_colleague(letter, name="Otto Other")
    letter.sign_and_confirm("Lake Alliance")
    pass_time(letter.engine, letter.keyring, lead=LEAD, now=MORNING)
    with transaction(letter.engine) as session:
        change_role(
            session,
            campaign_id=letter.campaign().id,
            coordinator_id=otto.id,
            role=Role.EDITOR,
            by="test",
            now=MORNING,
        )
    letter.now = MORNING
    letter.deliver_mail()

    assert otto.email not in {mail.to for mail in letter.mails() if "Unconfirmed" in mail.text}


def heads_of(letter: Mornings, moment: datetime) -> list[tuple[str, str]]:
    """Let a moment come as the hourly job does; gives to whom the end of the history went alone since, and which."""
    known, letter.now = len(letter.mails()), moment
    with transaction(letter.engine) as session:
        chain_events(session)
        post_heads(session, letter.keyring, now=moment)
    letter.deliver_mail()
    return [
        (mail.to, re.findall(r"\b\d+:[0-9a-f]{64}\b", mail.text)[0])
        for mail in letter.mails()[known:]
        if "To an owner of this letter" in mail.text
    ]


@pytest.fixture
def drafted(engine, root, noon):
    return Mornings(engine=engine, root=root, now=noon).load(letter_file(more='admit = "each"'))


def test_an_owner_is_told_the_end_of_the_history_from_its_first_day_on_where_it_has_moved(drafted):
    olga = add_colleague(drafted)
    add_colleague(drafted, Role.AUDITOR, name="Ada Auditor")
    assert heads_of(drafted, MORNING) == [], "the digest comes first"

    ((to, head),) = heads_of(drafted, MORNING + HOUR)

    assert to == olga.email
    with reading(drafted.engine) as session:
        assert head == str(head_of_letter(session, drafted.campaign().id))
    assert heads_of(drafted, MORNING + 2 * HOUR) == []
    assert heads_of(drafted, MORNING + DAY + HOUR) == [], "nothing was done"
    drafted.load(letter_file(more='admit = "everyone"'))
    ((_, later),) = heads_of(drafted, MORNING + 2 * DAY + HOUR)
    assert later != head


def test_one_that_never_left_is_made_up_for_on_the_next_day(drafted):
    olga = add_colleague(drafted)
    drafted.now = MORNING + HOUR
    with transaction(drafted.engine) as session:
        audit.record(session, by="test", act="of.it", campaign_id=drafted.campaign().id, now=MORNING)
        chain_events(session)
        assert post_heads(session, drafted.keyring, now=drafted.now) == 1
        session.exec(
            select(Message).where(Message.kind == MessageKind.DIGEST)
        ).one().state = MessageState.EXPIRED

    assert [to for to, _ in heads_of(drafted, MORNING + DAY + HOUR)] == [olga.email]


def test_it_waits_for_a_digest_that_was_moved_to_the_evening_and_not_for_ever(letter):
    olga = add_colleague(letter)
    with transaction(letter.engine) as session:
        row = session.exec(select(Schedule).where(Schedule.name == "digest")).one()
        row.timing = at_clock(Timing.from_record(row.timing), time(17)).as_record()
    evening = MORNING + 9 * HOUR
    letter.sign_and_confirm("Lake Alliance")
    assert len(letter.at(evening)) == 1, "the digest, which has it"
    with transaction(letter.engine) as session:
        audit.record(session, by="test", act="of.it", campaign_id=letter.campaign().id, now=evening + HOUR)

    assert heads_of(letter, MORNING + DAY + HOUR) == []
    assert [to for to, _ in heads_of(letter, MORNING + 2 * DAY + HOUR)] == [olga.email], "no digest came"


def test_it_goes_on_after_the_digests_until_the_purge(letter):
    olga = add_colleague(letter)
    letter.sign_and_confirm("Lake Alliance")
    letter.at(MORNING)
    assert heads_of(letter, MORNING + 2 * HOUR) == [], "the digest had it"
    letter.now = DEADLINE + 30 * DAY
    letter.close()
    with transaction(letter.engine) as session:
        archive(session, letter.keyring, SLUG, by="ada", now=letter.now)
    assert [to for to, _ in heads_of(letter, letter.now)] == [olga.email]
    letter.now += DAY
    with transaction(letter.engine) as session:
        ask_for_purge(session, SLUG, by="ada", now=letter.now)
    assert [to for to, _ in heads_of(letter, letter.now + HOUR)] == [olga.email]
    letter.now += DAY
    with transaction(letter.engine) as session:
        purge_at_once(session, letter.keyring, SLUG, by="ben", now=letter.now)

    assert heads_of(letter, letter.now + DAY) == []
