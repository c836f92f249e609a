"""The things of sendings that an address of the desk may name."""

from sqlmodel import Session

from service.campaigns.queries import get_campaign
from service.model.own_words import Purpose
from service.model.schedule import Action, Schedule
from service.model.states import ScheduleState
from service.schedules.sends.trial import send_test
from service.signing.own_words import keep_own_words
from service.signing.update_words import UpdateWords
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition
from tests.desk import add_colleague
from tests.make import make_sign_on, make_signature


def make_schedule(session: Session, coalition: Coalition, slug: str) -> str:
    """Keep a draft of a reminder in a letter."""
    campaign = get_campaign(session, slug)
    keys = coalition.keyring.of(session, campaign.id)
    text = {"en": UpdateWords(subject="Are you with us?", body="Please.")}
    words = keep_own_words(session, keys, text, purpose=Purpose.SENDING, now=coalition.now)
    row = Schedule(
        campaign_id=campaign.id,
        name="reminder-of-others",
        action=Action.REMIND,
        state=ScheduleState.DRAFT,
        timing={"anchor": "at", "local": "2026-12-01T09:00:00"},
        audience={"states": ["pending"]},
        words_id=words.id,
        since=coalition.now,
        created_at=coalition.now,
        created_by="test",
    )
    session.add(row)
    session.flush()
    return row.id


def make_sign_on_of(session: Session, coalition: Coalition, slug: str) -> str:
    """Let somebody be asked to sign a letter."""
    campaign = get_campaign(session, slug)
    keys = coalition.keyring.of(session, campaign.id)
    return make_signature(session, keys, campaign, now=coalition.now, sign_on=make_sign_on()).id


def try_sending(coalition: Coalition) -> None:
    """Let a coordinator mail a draft to itself."""
    colleague = add_colleague(coalition)
    with transaction(coalition.engine) as session:
        schedule = session.get_one(Schedule, make_schedule(session, coalition, SLUG))
        send_test(session, schedule, coordinator_id=colleague.id, by=colleague.by, now=coalition.now)
