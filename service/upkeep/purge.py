"""A letter's personal data: for how long it is kept, who may let it go sooner, and the shred that begins its end."""

from datetime import datetime

from sqlalchemy import delete, exists, func, or_, select
from sqlmodel import Session, col

from service.campaigns.contents import forget_file
from service.campaigns.queries import find_campaign, lock_campaign
from service.coordinators import audit
from service.coordinators.voices import refuse_one_voice
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign, CampaignKey
from service.model.delivery import Delivery, DeliveryEvent
from service.model.message import AfterState, Message, MessageEvent, MessageKind
from service.model.retention import Retention
from service.model.states import CAMPAIGN, CampaignState, DeliveryState, MessageState
from service.signing.invitees.directory import keep_all_willing
from service.store.insert import add_once
from service.store.keyring import Keyring
from service.upkeep.keeping import Facts

_WAITING = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.HELD)
FIRST, LAST = "first", "last"


def retention_of(session: Session, campaign_id: str) -> Retention:
    """Get, to change it, what is known of a letter's retention; it is made where it was not spoken of yet."""
    add_once(session, Retention(campaign_id=campaign_id))
    locked = select(Retention).where(col(Retention.campaign_id) == campaign_id).with_for_update()
    found: Retention = session.execute(locked.execution_options(populate_existing=True)).scalar_one()
    return found


def facts_of(session: Session, row: Retention) -> Facts:
    """Gather what decides about a letter's purge."""
    return Facts(
        keep_days=row.keep_days,
        archived_at=row.archived_at,
        answered_at=_answered_at(session, row.campaign_id),
        asked_at=row.asked_at,
        notified_at=row.notified_at,
        purge_at=row.purge_at,
        reminded_at=row.reminded_at,
        first_left_at=_left_at(session, row, FIRST),
        last_left_at=_left_at(session, row, LAST),
        shredded_at=row.shredded_at,
        purged_at=row.purged_at,
    )


def notice(row: Retention, which: str) -> str:
    """Give the occurrence of the first or the last notice of a purge."""
    return f"purge:{which}:{row.notified_at:%Y%m%dT%H%M%S}"


def keep_for(session: Session, slug: str, *, days: int | None, by: str, now: datetime) -> Retention:
    """Say for how many days a letter's personal data is kept, None until a person asks; a purge that was told of is off."""
    campaign = lock_campaign(session, slug)
    row = retention_of(session, campaign.id)
    row.keep_days = days
    _begin_anew(row)
    session.add(row)
    thing = str(days) if days is not None else "until asked"
    audit.record(session, by=by, act="purge.keep", campaign_id=campaign.id, thing=thing, now=now)
    return row


def ask_for_purge(session: Session, slug: str, *, by: str, now: datetime) -> Retention:
    """Ask that a letter's personal data goes, whatever its plan says: its secretariat is told at once, and it goes in two weeks.

    Raises Refused for a letter that is still worked at, and where somebody has asked already.
    """
    campaign = lock_campaign(session, slug)
    _refuse_unless_archived(campaign)
    row = retention_of(session, campaign.id)
    if row.asked_at is not None:
        raise Refused(
            Sentence("Somebody has already asked that the personal data of “{slug}” goes.", slug=slug)
        )
    _begin_anew(row)
    row.asked_by, row.asked_at = by, now
    session.add(row)
    audit.record(session, by=by, act="purge.ask", campaign_id=campaign.id, now=now)
    return row


def purge_at_once(session: Session, keyring: Keyring, slug: str, *, by: str, now: datetime) -> Campaign:
    """Shred a letter now, as somebody else has asked; raises Refused where nobody has, or one person alone would.

    A letter of one person alone needs no second one, but the question before it all the same. Whoever opens transactions
    keeps the willing in parts before, once may_purge_at_once() has not refused: this holds others up less then.
    """
    campaign, row = _lock_asked(session, slug, by=by, now=now)
    return shred(session, keyring, campaign, row, by=by, now=now)


def may_purge_at_once(session: Session, slug: str, *, by: str, now: datetime) -> str:
    """Give the id of a letter that purge_at_once() would shred now; raises Refused as it does, and changes nothing."""
    return _lock_asked(session, slug, by=by, now=now)[0].id


def _lock_asked(session: Session, slug: str, *, by: str, now: datetime) -> tuple[Campaign, Retention]:
    campaign = lock_campaign(session, slug)
    _refuse_unless_archived(campaign)
    row = retention_of(session, campaign.id)
    if row.asked_at is None:
        raise Refused(
            Sentence("Nobody has asked for it yet: that comes first."),
            command=f"undersigned purge letter {slug} --ask",
        )
    if row.asked_by == by and not campaign.solo:
        raise Refused(Sentence("You asked for it yourself; somebody else has to say that it happens now."))
    if not campaign.solo:
        refuse_one_voice(session, campaign.id, row.asked_by, by, now=now)
    return campaign, row


def shred(
    session: Session, keyring: Keyring, campaign: Campaign, row: Retention, *, by: str, now: datetime
) -> Campaign:
    """Delete a letter's keys, by which whatever is sealed of it opens no more; its rows go after that, some at a time.

    Before, those who asked for news of later letters are kept in the directory, under keys of its own, and nobody else.
    """
    keep_all_willing(session, keyring, campaign, by=by, now=now)
    cancel_mails(session, campaign.id, now=now)
    CAMPAIGN.move(campaign, CampaignState.PURGED)
    campaign.source = b""
    # Whoever still has the unlisted address has it no longer.
    campaign.link_generation += 1
    campaign.changed_at = now
    row.shredded_at = now
    session.add_all((campaign, row))
    session.execute(delete(CampaignKey).where(col(CampaignKey.campaign_id) == campaign.id))
    keyring.forget(campaign.id)
    forget_file(campaign.id)
    audit.record(session, by=by, act="purge.shred", campaign_id=campaign.id, now=now)
    return campaign


def cancel_mails(session: Session, campaign_id: str, *, now: datetime) -> None:
    """Cancel what waits of a letter that is purged; what a sender has in its hands comes back or settles by itself."""
    mine = (col(Message.campaign_id) == campaign_id,)
    outbox.move_all(session, mine, _WAITING, MessageState.CANCELLED, reason="the letter was purged", now=now)


def has_mails(session: Session, campaign_id: str) -> bool:
    """Tell whether a mail of a letter is left, but those by which copies went to the addressees and that have settled."""
    carries = select(col(Delivery.message_ref)).where(col(Delivery.message_ref).is_not(None))
    unsettled = col(Message.state).in_((*_WAITING, MessageState.SUBMITTING))
    left = select(col(Message.id)).where(
        col(Message.campaign_id) == campaign_id, or_(unsettled, col(Message.id).not_in(carries))
    )
    return session.execute(left.limit(1)).first() is not None


def end_purge(session: Session, campaign_id: str, *, now: datetime) -> None:
    """Keep that the last row of a letter that was shredded is gone."""
    row = retention_of(session, campaign_id)
    if row.purged_at is None:
        row.purged_at = now
        session.add(row)
        audit.record(session, by="clock", act="purge.done", campaign_id=campaign_id, now=now)


def letter_to_purge(session: Session, slug: str) -> Campaign:
    """Find a letter, one that was purged too; raises Refused where there never was one."""
    campaign = find_campaign(session, slug)
    if campaign is None:
        raise Refused(
            Sentence("There is no letter called {name}.", name=repr(slug)),
            command="undersigned campaign list",
        )
    return campaign


def _refuse_unless_archived(campaign: Campaign) -> None:
    if campaign.state is not CampaignState.ARCHIVED:
        raise Refused(
            Sentence("This letter has to be put away first."),
            command=f"undersigned campaign archive {campaign.slug}",
        )


def _begin_anew(row: Retention) -> None:
    row.notified_at = row.purge_at = row.reminded_at = row.asked_at = None
    row.asked_by = ""


def _answered_at(session: Session, campaign_id: str) -> datetime | None:
    answered = (
        select(func.min(col(DeliveryEvent.at)))
        .join(Delivery, col(Delivery.id) == col(DeliveryEvent.delivery_id))
        .where(
            col(Delivery.campaign_id) == campaign_id,
            col(DeliveryEvent.became) == DeliveryState.ANSWERED.value,
        )
    )
    moment: datetime | None = session.execute(answered).scalar_one()
    return moment


def _left_at(session: Session, row: Retention, which: str) -> datetime | None:
    """Give when a notice left the house; None where it did not, or came back."""
    if row.notified_at is None:
        return None
    came_back = exists().where(
        col(MessageEvent.message_id) == col(Message.id),
        col(MessageEvent.became) == AfterState.BOUNCED.value,
    )
    left = select(col(Message.submitted_at)).where(
        col(Message.kind) == MessageKind.ALERT,
        col(Message.recipient_ref) == row.campaign_id,
        col(Message.occurrence) == notice(row, which),
        col(Message.state) == MessageState.ACCEPTED,
        ~came_back,
    )
    moment: datetime | None = session.execute(left.limit(1)).scalar_one_or_none()
    return moment
