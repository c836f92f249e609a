"""Stop an update for good: what waits of it is cancelled, and nothing of it is posted or composed any more."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from service.campaigns.queries import get_campaign
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.mail.brakes.canaries import end_canary
from service.model.states import MessageState
from service.model.update import Update, UpdateAudience
from service.signing.update_words import UpdateText, UpdateWords, as_text, update_id
from service.signing.updates import KINDS
from service.store.keyring import Keyring


def stop_update(
    session: Session,
    keyring: Keyring,
    slug: str,
    words: UpdateWords | UpdateText,
    *,
    audience: UpdateAudience,
    by: str,
    now: datetime,
) -> str:
    """Keep that an update is stopped, and give its id; raises Refused where it was never sent.

    After the commit no mail of it is posted or composed, not even one that a relay put off: what the rows still show
    as waiting may be cancelled at leisure, by cancel_update().
    """
    campaign = get_campaign(session, slug)
    keys = keyring.of(session, campaign.id)
    mine = select(Update).where(col(Update.id) == update_id(keys, as_text(words), audience)).with_for_update()
    row: Update | None = session.execute(mine).scalar_one_or_none()
    if row is None:
        raise Refused(
            Sentence(
                "No update with this text was sent for “{slug}”: name the very file that was sent, and the "
                "same readers.",
                slug=slug,
            )
        )
    row.stopped_at = row.stopped_at or now
    session.add(row)
    end_canary(session, campaign_id=row.campaign_id, kind=KINDS[row.audience], occurrence=row.id, now=now)
    audit.record(session, by=by, act="update.stop", campaign_id=row.campaign_id, thing=row.id, now=now)
    return row.id


def cancel_update(session: Session, update: str, *, now: datetime) -> outbox.Stopped:
    """Cancel what waits of an update, as many as the database takes at once; call it until none is waiting."""
    row = session.get_one(Update, update)
    return outbox.cancel_all(
        session,
        kind=KINDS[row.audience],
        campaign_id=row.campaign_id,
        occurrence=row.id,
        reason="the update was stopped",
        now=now,
    )


def count_update(session: Session, update: str) -> Mapping[MessageState, int]:
    """Count the mails of an update in each state that any is in."""
    row = session.get_one(Update, update)
    return outbox.counts_of(session, kind=KINDS[row.audience], campaign_id=row.campaign_id, occurrence=row.id)
