"""Compose a sending: its words and rule are kept as a draft, looked at, and then planned for now or for later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from service.campaigns.contents import open_file
from service.campaigns.queries import lock_campaign, lock_campaign_of
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.i18n.languages import mail_language
from service.mail.compose import Rendered
from service.model.campaign import Campaign
from service.model.own_words import OwnWords, Purpose
from service.model.schedule import Action, Occurrence, Schedule
from service.model.signature import Signature
from service.model.states import PUT_AWAY, SCHEDULE, CampaignState, ScheduleState, SignatureState
from service.schedules.audience import is_meant
from service.schedules.due import Due, Timing
from service.schedules.plan import refuse_what_never_comes
from service.schedules.reach import (
    ALONE,
    Reach,
    Within,
    reach_of_audience,
    reached,
    some_of,
    until_of,
)
from service.schedules.sends import verbs
from service.schedules.sends.composed import TO, Composed, What, composed_of
from service.signing.example_mail import write_asking_example, write_update_example
from service.signing.own_words import keep_own_words
from service.signing.party import read_party
from service.signing.update_words import UpdateText, UpdateWords
from service.signing.updates import count_would_reach, keep_update, sample_reader
from service.store.keyring import Keyring

MOST_ALONE = 5
"""So many sendings to a few one coordinator plans alone within a day: by rule after rule all could be written to."""
ALONE_WITHIN = timedelta(days=1)
EVERYBODY = 5_000_000
"""More than any letter has sign-ons."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The mail as one reader would get it: whom (a name, opened for this page only), in which language, its words."""

    to: str
    language: str
    mail: Rendered


_NAMES = {What.REMINDER: "reminder", What.UPDATE: "update", What.NEWS: "news"}
_NOT_OPEN = Sentence("The letter is not open for sign-ons, so there is nobody to send this to.")
_NO_DRAFT = Sentence("This is planned already; look at where it stands now.")
_NOBODY = Sentence("By this rule it goes to nobody just now. Choose more, or wait until somebody is meant.")
_NO_WORDS = Sentence("Write the mail in the letter's own language: who reads no other gets that.")


def keep_draft(
    session: Session, keyring: Keyring, slug: str, composed: Composed, *, by: str, now: datetime
) -> Schedule:
    """Keep what was composed as a draft: nothing of it goes before it is planned. Raises Refused where the letter takes none."""
    campaign = lock_campaign(session, slug)
    if campaign.state in PUT_AWAY:
        raise Refused(_NOT_OPEN)
    _refuse_wordless(campaign, composed)
    keys = keyring.of(session, campaign.id)
    words = (
        keep_own_words(session, keys, composed.text, purpose=Purpose.SENDING, now=now)
        if composed.text
        else None
    )
    schedule = Schedule(
        campaign_id=campaign.id,
        name=_free_name(session, campaign, composed.what, now=now),
        action=Action.REMIND if composed.what is What.REMINDER else Action.UPDATE,
        state=ScheduleState.DRAFT,
        timing={"anchor": "at", "local": f"{now:%Y-%m-%dT%H:%M:%S}"},
        audience=_record(composed),
        words_id=words.id if words is not None else None,
        since=now,
        created_at=now,
        created_by=by,
    )
    session.add(schedule)
    session.flush()
    audit.record(session, by=by, act="schedule.draft", campaign_id=campaign.id, thing=schedule.id, now=now)
    return schedule


def change_draft(
    session: Session, keyring: Keyring, schedule: Schedule, composed: Composed, *, by: str, now: datetime
) -> None:
    """Put other words and another rule in the place of a draft's; raises Refused where it is a draft no more."""
    campaign = lock_campaign_of(session, schedule.campaign_id)
    session.refresh(schedule)
    if schedule.state is not ScheduleState.DRAFT:
        raise Refused(_NO_DRAFT)
    _refuse_wordless(campaign, composed)
    row = session.get(OwnWords, schedule.words_id) if schedule.words_id else None
    if composed.text:
        keys = keyring.of(session, campaign.id)
        kept = keep_own_words(session, keys, composed.text, purpose=Purpose.SENDING, now=now, row=row)
        schedule.words_id = kept.id
    elif row is not None:
        schedule.words_id = None
        session.delete(row)
    schedule.audience, schedule.created_by = _record(composed), by
    session.add(schedule)
    audit.record(session, by=by, act="schedule.draft", campaign_id=campaign.id, thing=schedule.id, now=now)


def plan_draft(
    session: Session,
    keyring: Keyring,
    slug: str,
    schedule: Schedule,
    timing: Timing,
    *,
    by: str,
    now: datetime,
) -> Schedule:
    """Plan a draft: up to so many as one coordinator may write to alone it is settled by that, a few times a day, else another approves it.

    Raises Refused where it would go to nobody, or at that time never.
    """
    campaign = lock_campaign(session, slug)
    session.refresh(schedule)
    if schedule.state is not ScheduleState.DRAFT:
        raise Refused(_NO_DRAFT)
    if campaign.state in PUT_AWAY or campaign.state in {CampaignState.DRAFT, CampaignState.FROZEN}:
        raise Refused(_NOT_OPEN)
    keys = keyring.of(session, campaign.id)
    reach = reach_of_draft(session, keys, campaign, schedule, now=now)
    if not reach.number:
        raise Refused(_NOBODY)
    if schedule.action is Action.UPDATE:
        schedule.update_id = _keep_update(session, keyring, campaign, schedule, now=now)
    is_for_few = reach.number <= ALONE and not reach.is_more and not reach.at_most
    is_alone = campaign.solo or (is_for_few and not _was_often_alone(session, campaign, by=by, now=now))
    schedule.timing, schedule.since, schedule.created_by = timing.as_record(), now, by
    SCHEDULE.move(schedule, ScheduleState.ACTIVE if is_alone else ScheduleState.PROPOSED)
    if is_alone:
        schedule.approved_at, schedule.approved_by = now, by
    refuse_what_never_comes(session, keyring, campaign, schedule, now=now)
    session.add(schedule)
    audit.record(session, by=by, act="schedule.add", campaign_id=campaign.id, thing=schedule.id, now=now)
    return schedule


def take_back_plan(
    session: Session, keyring: Keyring, slug: str, schedule: Schedule, *, by: str, now: datetime
) -> Schedule | None:
    """Cancel what was planned of a draft, and keep what it was made of as a draft once more; None where there is none to give back.

    Of what has begun to go, or was cancelled before, it is not given back: it would go to the same readers twice.
    """
    lock_campaign(session, slug)
    session.refresh(schedule)
    begun = select(Occurrence.id).where(Occurrence.schedule_id == schedule.id).limit(1)
    is_whole = schedule.state is not ScheduleState.CANCELLED and session.exec(begun).first() is None
    campaign = session.get_one(Campaign, schedule.campaign_id)
    composed = composed_of(session, keyring.of(session, campaign.id), schedule)
    verbs.cancel_sending(session, campaign, schedule, by=by, now=now)
    return keep_draft(session, keyring, slug, composed, by=by, now=now) if is_whole else None


def _was_often_alone(session: Session, campaign: Campaign, *, by: str, now: datetime) -> bool:
    """Tell whether a coordinator has planned so much alone within a day that one more would be a mail to many, by parts.

    What was cancelled since counts too: it may have gone before.
    """
    mine = select(func.count()).where(
        col(Schedule.campaign_id) == campaign.id,
        col(Schedule.created_by) == by,
        col(Schedule.approved_by) == by,
        col(Schedule.approved_at) > now - ALONE_WITHIN,
    )
    return session.exec(mine).one() >= MOST_ALONE


def reach_of_draft(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    schedule: Schedule,
    *,
    now: datetime,
    most: int = EVERYBODY,
    within: Within | None = None,
) -> Reach:
    """Count to how many a draft would go if it went now: exactly, unless `most` are enough or so many are looked through."""
    composed = composed_of(session, keys, schedule)
    if composed.what is What.REMINDER:
        return reach_of_audience(
            session, keys, campaign, composed.audience, _due(now), most=most, within=within
        )
    to, until = TO[composed.what], until_of(within, (SignatureState.CONFIRMED,))
    number = count_would_reach(session, keys, to, composed.rule, at=now, most=most + 1, until=until)
    return reached(number, most, until)


def preview_of(
    session: Session, keyring: Keyring, campaign: Campaign, schedule: Schedule, *, number: int, now: datetime
) -> Preview:
    """Write the mail as the `number`th of those it would go to gets it, or the last of fewer, with blanks for personal links; with nobody, for an example."""
    keys = keyring.of(session, campaign.id)
    composed = composed_of(session, keys, schedule)
    within = Within(session, campaign)
    if composed.what is What.REMINDER:
        meant = is_meant(composed.audience, campaign, keys, due_at=now, day=now.date())
        some = some_of(session, keys, composed.audience, meant, within=within, most=number + 1).rows
        row = some[-1] if some else None
    else:
        to, until = TO[composed.what], within.until((SignatureState.CONFIRMED,))
        row = sample_reader(session, keys, to, composed.rule, number=number, at=now, until=until)
    return _preview(session, keyring, campaign, schedule, composed, row)


def example_of(session: Session, keyring: Keyring, campaign: Campaign, schedule: Schedule) -> Preview:
    """Write the mail for nobody in particular, in the letter's language."""
    composed = composed_of(session, keyring.of(session, campaign.id), schedule)
    return _preview(session, keyring, campaign, schedule, composed, None)


def _preview(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    schedule: Schedule,
    composed: Composed,
    row: Signature | None,
) -> Preview:
    keys = keyring.of(session, campaign.id)
    language = mail_language(reader=row.language if row is not None else "", letter=campaign.language)
    name = read_party(keys, row).name if row is not None else ""
    file = open_file(session, keyring, campaign)
    if composed.what in TO:
        to = TO[composed.what]
        mail = write_update_example(file, campaign, text=composed.text, audience=to, language=language)
    else:
        mail = write_asking_example(
            file,
            campaign,
            text=composed.text,
            state=row.state if row is not None else None,
            again=schedule.action is not Action.INVITE,
            name=name,
            language=language,
        )
    return Preview(to=name, language=language, mail=mail)


def _due(now: datetime) -> Due:
    return Due(at=now, clock=now, zone="UTC")


def _record(composed: Composed) -> dict[str, object]:
    if composed.what is What.REMINDER:
        return composed.audience.as_record()
    return {"update": TO[composed.what].value, **composed.rule.as_record()}


def _refuse_wordless(campaign: Campaign, composed: Composed) -> None:
    is_needed = composed.what is not What.REMINDER or composed.text
    if is_needed and campaign.language not in composed.text:
        raise Refused(_NO_WORDS)


def _free_name(session: Session, campaign: Campaign, what: What, *, now: datetime) -> str:
    begin = f"{_NAMES[what]}-{now:%Y-%m-%d}"
    taken = set(
        session.exec(
            select(Schedule.name).where(
                Schedule.campaign_id == campaign.id, col(Schedule.name).startswith(begin)
            )
        )
    )
    return next(name for n in range(1, len(taken) + 2) if (name := f"{begin}-{n}") not in taken)


def _keep_update(
    session: Session, keyring: Keyring, campaign: Campaign, schedule: Schedule, *, now: datetime
) -> str:
    composed = composed_of(session, keyring.of(session, campaign.id), schedule)
    others: Mapping[str, UpdateWords] = {
        tag: words for tag, words in composed.text.items() if tag != campaign.language
    }
    text = UpdateText(words=composed.text[campaign.language], translations=others, rule=composed.rule)
    return keep_update(session, keyring, campaign.slug, text, audience=TO[composed.what], now=now)
