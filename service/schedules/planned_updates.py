"""Updates that are planned: their words are kept sealed, and at their time the same verbs send them as by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, select

from service.campaigns.queries import get_campaign
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.mail.compose import Rendered
from service.model.campaign import Campaign
from service.model.schedule import Action, Occurrence, Schedule
from service.model.update import Update, UpdateAudience
from service.schedules.plan import Plan, add_schedule
from service.signing.update_rule import WHOLE, UpdateRule
from service.signing.update_words import UpdateText as KeptText
from service.signing.update_words import UpdateWords
from service.signing.updates import (
    UpdateStart,
    go_on_with_update,
    keep_update,
    keep_update_links,
    post_update,
    show_update,
    start_kept_update,
    update_goes_to,
)
from service.store.keyring import Keyring

_LINKS, _STARTED = "0", "00"
"""Where an occurrence is while the links of its mails are still kept: before every id of a sign-on."""
_STARTS_ANEW = timedelta(hours=1)
"""Whoever paused for longer than this in the middle starts the rest from then: it has its own time to go."""


@dataclass(frozen=True, kw_only=True)
class UpdateText:
    """What is to be told, and to whom."""

    words: UpdateWords
    audience: UpdateAudience
    translations: Mapping[str, UpdateWords] = field(default_factory=dict)
    rule: UpdateRule = WHOLE


@dataclass(frozen=True, kw_only=True)
class PlannedUpdate:
    """An update that is planned: its schedule, the mail that it will be, and to how many it would go now."""

    schedule: Schedule
    audience: UpdateAudience
    mail: Rendered
    recipients: int


def plan_update(
    session: Session, keyring: Keyring, slug: str, plan: Plan, text: UpdateText, *, by: str, now: datetime
) -> Schedule:
    """Keep the words of an update, and plan it; somebody else approves it, as add_schedule() says.

    Raises Refused as that does, and where this very update was stopped.
    """
    kept = KeptText(words=text.words, translations=text.translations, rule=text.rule)
    update = keep_update(session, keyring, slug, kept, audience=text.audience, now=now)
    return add_schedule(session, keyring, slug, plan, update_id=update, by=by, now=now)


def look_at_planned(
    session: Session, keyring: Keyring, slug: str, name: str, *, public_url: str
) -> PlannedUpdate:
    """Show what a planned update will be, and change nothing; raises Refused where there is none of this name."""
    campaign = get_campaign(session, slug)
    found = select(Schedule).where(Schedule.campaign_id == campaign.id, Schedule.name == name)
    schedule = session.exec(found).one_or_none()
    if schedule is None or schedule.action is not Action.UPDATE or schedule.update_id is None:
        raise Refused(
            Sentence("This letter has no planned update called {name}.", name=repr(name)),
            command=f"undersigned schedule list {slug}",
        )
    keys, update = keyring.of(session, campaign.id), _update_of(session, schedule)
    return PlannedUpdate(
        schedule=schedule,
        audience=update.audience,
        mail=show_update(session, keyring, campaign, update, public_url=public_url),
        recipients=len(update_goes_to(session, keys, update)),
    )


def is_stopped(session: Session, schedule: Schedule) -> bool:
    """Tell whether a schedule sends an update that was stopped for good, so that it never goes."""
    return schedule.action is Action.UPDATE and _update_of(session, schedule).stopped_at is not None


def whom_update_reaches(
    session: Session, keys: CampaignKeys, schedule: Schedule, *, at: datetime
) -> list[tuple[str, str]]:
    """List to which sign-ons a planned update would go at a moment, each with the language of its mail."""
    return update_goes_to(session, keys, _update_of(session, schedule), at=at)


def post_planned_update(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    schedule: Schedule,
    occurrence: Occurrence,
    *,
    now: datetime,
) -> tuple[int, str | None]:
    """Do the next part of sending a planned update; gives how many mails are new, and where it goes on, None at its end.

    First its links are kept, then it is started, and then posted, each in a transaction of its own, for whoever starts
    one holds the letter, and people sign: with its canary, or held for a minute, as if by hand.
    Raises Refused where the letter does not fit, nobody is there to be told, or the update was stopped.
    """
    update = _update_of(session, schedule)
    is_posting = occurrence.cursor not in {"", _LINKS}
    if is_posting and now - occurrence.began_at < _STARTS_ANEW:
        start = go_on_with_update(
            session, keyring, update.id, posted=occurrence.posted, at=occurrence.began_at
        )
        after = occurrence.cursor if occurrence.cursor != _STARTED else None
        posted = post_update(session, keyring, start, after=after, now=now)
        return posted.new, posted.last
    is_to_go = update.stopped_at is None and not is_posting
    if is_to_go and keep_update_links(session, keyring, update.id, now=now):
        return 0, _LINKS
    _start(session, keyring, campaign, schedule, update, now=now)
    occurrence.began_at = now
    return 0, occurrence.cursor if is_posting else _STARTED


def _start(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    schedule: Schedule,
    update: Update,
    *,
    now: datetime,
) -> UpdateStart:
    by = schedule.approved_by or schedule.created_by
    return start_kept_update(session, keyring, campaign.slug, update.id, by=by, now=now)


def _update_of(session: Session, schedule: Schedule) -> Update:
    return session.get_one(Update, schedule.update_id)
