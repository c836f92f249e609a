"""The planned sendings of a letter as its desk lists them: what each is, when it comes, to how many, where it stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.foundation.errors import NotFound
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.own_words import OwnWords
from service.model.schedule import Action, Occurrence, Schedule
from service.model.states import OccurrenceState, ScheduleState
from service.model.update import Update
from service.schedules.built_in import schedules_or_built_in
from service.schedules.due import Due, Timing
from service.schedules.forecast import coming_times
from service.schedules.reach import Reach, Within, reach_of
from service.schedules.sends.mails import are_mails_left
from service.schedules.sends.verbs import LEFT_OUT
from service.schedules.sends.words import Standing, standing_of, title_of
from service.signing.own_words import open_own_words
from service.signing.update_words import open_words
from service.store.keyring import Keyring

NO_SUCH = Sentence("This letter has no such planned sending.")
_LOOKED_BACK = timedelta(days=400)
_ORDER = {standing: number for number, standing in enumerate(Standing)}


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One planned sending; `id` is "" for one that the letter gets only with its opening.

    `due` is its next time, None where none comes. `subject` are the coalition's words, "" where it has none of its own.
    `newest` is the last time that it was due, `left_out` are times still to come that a coordinator left out.
    """

    id: str
    name: str
    action: Action
    title: Sentence
    subject: str
    standing: Standing
    due: Due | None
    by_reader: bool
    reach: Reach | None
    posted: int
    newest: Occurrence | None
    left_out: Sequence[datetime]
    is_built_in: bool
    created_by: str
    approved_by: str


def list_sendings(
    session: Session, keyring: Keyring, campaign: Campaign, *, lead: timedelta, now: datetime
) -> Sequence[Sending]:
    """List what is planned for a letter, and what was: who waits for a person first, then by time."""
    begun = _begun(session, campaign, now=now)
    schedules = schedules_or_built_in(session, campaign, lead=lead, now=now)
    kept = {one.id for one in _kept(session, campaign)}
    found = [
        _sending(session, keyring, campaign, one, begun.get(one.id, ()), is_kept=one.id in kept, now=now)
        for one in schedules
    ]
    return sorted(found, key=lambda one: _place(one, now=now))


def get_schedule(session: Session, campaign_id: str, schedule_id: str) -> Schedule:
    """Get a planned sending of a letter; raises NotFound for any other."""
    row = session.get(Schedule, schedule_id)
    if row is None or row.campaign_id != campaign_id:
        raise NotFound(NO_SUCH)
    return row


def look_at_sending(
    session: Session, keyring: Keyring, campaign: Campaign, schedule: Schedule, *, now: datetime
) -> Sending:
    """Give one planned sending as the list has it."""
    begun = _begun(session, campaign, now=now).get(schedule.id, ())
    return _sending(session, keyring, campaign, schedule, begun, is_kept=True, now=now)


def _place(one: Sending, *, now: datetime) -> tuple[int, datetime, str]:
    waits = one.standing in {Standing.ASKS, Standing.WAITS, Standing.GOING, Standing.PAUSED, Standing.DRAFT}
    if waits:
        return 0, one.due.at if one.due else now, one.name
    if one.due is not None:
        return 1, one.due.at, one.name
    return 2 + _ORDER[one.standing], now, one.name


def _kept(session: Session, campaign: Campaign) -> Iterable[Schedule]:
    return session.exec(select(Schedule).where(Schedule.campaign_id == campaign.id)).all()


def _begun(session: Session, campaign: Campaign, *, now: datetime) -> Mapping[str, Sequence[Occurrence]]:
    found: dict[str, list[Occurrence]] = {}
    rows = select(Occurrence).where(
        Occurrence.campaign_id == campaign.id, Occurrence.began_at > now - _LOOKED_BACK
    )
    for one in session.exec(rows.order_by(col(Occurrence.due_at).desc())):
        found.setdefault(one.schedule_id, []).append(one)
    return found


def _sending(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    schedule: Schedule,
    begun: Sequence[Occurrence],
    *,
    is_kept: bool,
    now: datetime,
) -> Sending:
    keys = keyring.of(session, campaign.id)
    known = {one.due_at for one in begun if one.state is not OccurrenceState.ASKING}
    coming = (
        coming_times(session, keyring, campaign, schedule, now=now)
        if schedule.state is not ScheduleState.CANCELLED
        else iter(())
    )
    due = next((one for one in coming if one.at not in known), None)
    # What was begun and waits for a person or is under way tells more than one that was left out ahead of its time.
    newest = next((one for one in begun if one.due_at <= now), None)
    standing = standing_of(
        schedule.state,
        newest.state if newest else None,
        has_next=due is not None,
        are_mails_left=are_mails_left(session, schedule, newest, now=now),
    )
    return Sending(
        id=schedule.id if is_kept else "",
        name=schedule.name,
        action=schedule.action,
        title=title_of(schedule),
        subject=_subject(session, keys, campaign, schedule),
        standing=standing,
        due=due,
        by_reader=Timing.from_record(schedule.timing).by_reader,
        reach=reach_of(session, keys, campaign, schedule, due, within=Within(session, campaign))
        if due is not None
        else None,
        posted=sum(one.posted for one in begun),
        newest=newest,
        left_out=[one.due_at for one in reversed(begun) if one.due_at > now and one.reason == LEFT_OUT],
        is_built_in=schedule.is_built_in,
        created_by=schedule.created_by,
        approved_by=schedule.approved_by,
    )


def _subject(session: Session, keys: CampaignKeys, campaign: Campaign, schedule: Schedule) -> str:
    if schedule.words_id is not None:
        row = session.get(OwnWords, schedule.words_id)
        words = open_own_words(keys, row) if row is not None else {}
        first = words.get(campaign.language) or next(iter(words.values()), None)
        return first.subject if first is not None else ""
    if schedule.update_id is not None:
        update = session.get(Update, schedule.update_id)
        return open_words(keys, update).subject if update is not None and update.subject else ""
    return ""
