"""What a sending is made of: its words by language and the rule of who gets it, whoever planned it and how."""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.own_words import OwnWords
from service.model.schedule import Action, Schedule
from service.model.update import Update, UpdateAudience
from service.schedules.audience import Audience
from service.signing.own_words import OwnText, open_own_words
from service.signing.update_rule import WHOLE, UpdateRule
from service.signing.update_words import open_translations, open_words


class What(StrEnum):
    """What may be composed."""

    REMINDER = "reminder"
    UPDATE = "update"
    NEWS = "news"


NOBODY = Audience()


@dataclass(frozen=True, kw_only=True)
class Composed:
    """What was composed: its words by language (a reminder may have none of its own), and to whom it goes.

    `audience` is the rule of a reminder, the first of which invites; `rule` is that of an update or of news.
    """

    what: What
    text: OwnText
    audience: Audience = NOBODY
    rule: UpdateRule = WHOLE


_BY_AUDIENCE = frozenset({Action.REMIND, Action.INVITE})
TO = {What.UPDATE: UpdateAudience.SIGNATORIES, What.NEWS: UpdateAudience.NEWS}


def composed_of(session: Session, keys: CampaignKeys, schedule: Schedule) -> Composed:
    """Give what a draft, or what was planned of it or of an answer, or by command, is made of."""
    row = session.get(OwnWords, schedule.words_id) if schedule.words_id else None
    if row is None and schedule.update_id is not None:
        return _of_update(session, keys, session.get_one(Update, schedule.update_id))
    kind = schedule.audience.get("update")
    return Composed(
        what=What.REMINDER
        if schedule.action in _BY_AUDIENCE
        else What.NEWS
        if kind == UpdateAudience.NEWS.value
        else What.UPDATE,
        text=open_own_words(keys, row) if row is not None else {},
        audience=Audience.from_record(schedule.audience),
        rule=UpdateRule.from_record(schedule.audience),
    )


def is_composed(schedule: Schedule) -> bool:
    """Tell whether a planned sending has words that can be shown: its own, an update's, or those of a reminder or an invitation."""
    has_words = schedule.words_id is not None or schedule.update_id is not None
    return has_words or schedule.action in _BY_AUDIENCE


def _of_update(session: Session, keys: CampaignKeys, update: Update) -> Composed:
    own = session.get_one(Campaign, update.campaign_id).language
    return Composed(
        what=What.NEWS if update.audience is UpdateAudience.NEWS else What.UPDATE,
        text={own: open_words(keys, update), **open_translations(keys, update)},
        rule=UpdateRule.from_record(update.rule),
    )
