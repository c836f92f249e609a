"""Tell the secretariat, once, that a question after an answer is ready, or that all were asked; nothing is sent to an office by it."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.campaigns.file import CampaignFile
from service.delivery.answers.chase import ready_for
from service.delivery.answers.clock import ChaseReady
from service.delivery.answers.gone import gone_to
from service.delivery.offices.identity import office_index
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.i18n.formats import write_date
from service.mail import outbox
from service.mail.postman import Unwanted
from service.model.campaign import Campaign
from service.model.message import MessageKind
from service.model.office import AnswerClock, OfficeReply
from service.model.states import CampaignState, MessageState
from service.store.keyring import Keyring

WORD = "due"
_SPENT = "spent"
_READY = Sentence(
    "{to} was to answer until {day}, and no answer is noted. Question {number} of at most three is ready on the page"
    " “Answers” of the secretariat: it goes only if one of you presses its button. If an answer came, note it there."
)
_ALL_ASKED = Sentence(
    "{to} was asked three times, and no answer is noted. Nothing more is sent. Decide on the page “Answers” of the"
    " secretariat how this ended, who of those who signed is told, and what is published: no clock does any of it."
)


def remind_of_answers(session: Session, keyring: Keyring, *, now: datetime) -> int:
    """Post a word to the secretariat for each question that has become ready, once; gives how many are new."""
    due = (
        select(AnswerClock, Campaign)
        .join(Campaign, col(Campaign.id) == AnswerClock.campaign_id)
        # A day is over soonest where it began first, at most 14 hours before UTC.
        .where(
            Campaign.state == CampaignState.SENT, col(AnswerClock.due_on) < (now + timedelta(hours=14)).date()
        )
        .order_by(col(AnswerClock.id))
    )
    gone: dict[str, frozenset[bytes]] = {}
    posted = 0
    for clock, campaign in session.exec(due).all():
        keys = keyring.of(session, campaign.id)
        # Every recipient of a letter is opened for it, so once is enough.
        if campaign.id not in gone:
            gone[campaign.id] = gone_to(session, keys, campaign)
        posted += _remind(session, keys, campaign, clock, gone=gone[campaign.id], now=now)
    return posted


def about_answer(
    session: Session, keys: CampaignKeys, file: CampaignFile, thing: str, *, language: str
) -> Sentence:
    """Say which office has not answered, and what a person can do; raises Unwanted where it has, or the clock is gone."""
    clock_id, which, _ = thing.split(":")
    clock = session.get(AnswerClock, clock_id)
    office = next(
        (
            one
            for one in file.recipients
            if clock is not None and office_index(keys, one.as_record()) == clock.office_index
        ),
        None,
    )
    if clock is None or office is None or _is_answered(session, clock):
        raise Unwanted(MessageState.CANCELLED, "an answer came, or nobody waits for one")
    if which == _SPENT:
        return _ALL_ASKED.with_values(to=office.name)
    return _READY.with_values(to=office.name, day=write_date(clock.due_on, language), number=which)


def _remind(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    clock: AnswerClock,
    *,
    gone: Collection[bytes],
    now: datetime,
) -> bool:
    ready = ready_for(session, keys, campaign, clock.office_index, gone=gone, now=now)
    which = _which(ready)
    return bool(which) and outbox.post(
        session,
        kind=MessageKind.ALERT,
        campaign_id=campaign.id,
        recipient_ref=campaign.id,
        # Where another day is set, it counts anew.
        occurrence=f"{WORD}:{clock.id}:{which}:{clock.due_on:%Y%m%d}",
        now=now,
    )


def _which(ready: ChaseReady) -> str:
    """Give which question is ready, the word for that all were asked, or "" where nothing is to be said."""
    if ready.is_ready:
        return str(ready.number)
    return _SPENT if ready.is_spent else ""


def _is_answered(session: Session, clock: AnswerClock) -> bool:
    found = select(OfficeReply.id).where(
        OfficeReply.campaign_id == clock.campaign_id, OfficeReply.office_index == clock.office_index
    )
    return session.exec(found.limit(1)).first() is not None
