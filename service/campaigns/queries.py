"""Find campaigns and what was frozen of them."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import QueryableAttribute, defer
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import Session, col, select

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.edition import Approver, Edition, EditionKind
from service.model.letter_revision import LetterRevision
from service.model.recipient import Recipient
from service.model.states import CampaignState
from service.store.held import ask_once, hold

WITHOUT_ITS_ROLL = defer(cast("QueryableAttribute[bytes]", Edition.content))
"""What is frozen of an edition is large where many sign: it is read from the database where it is opened, and not before."""
_IS_OUT = (col(Edition.released_at).is_not(None), col(Edition.voided_at).is_(None))
_IS_RELEASED = (col(Edition.kind) == EditionKind.LETTER, *_IS_OUT)


def find_campaign(session: Session, slug: str) -> Campaign | None:
    """Find a campaign by its slug."""
    return session.exec(select(Campaign).where(Campaign.slug == slug)).one_or_none()


def get_campaign(session: Session, slug: str) -> Campaign:
    """Get a campaign by its slug, for those who may know of it; raises Refused where there is none any more."""
    campaign = find_campaign(session, slug)
    if campaign is None:
        raise Refused(
            Sentence("There is no letter called {name}.", name=repr(slug)),
            command="undersigned campaign list",
        )
    if campaign.state is CampaignState.PURGED:
        raise Refused(
            Sentence("The personal data of “{slug}” was purged; only numbers are left of it.", slug=slug)
        )
    return campaign


def lock_campaign(session: Session, slug: str) -> Campaign:
    """Get a campaign to change it: on PostgreSQL its row stays locked until the transaction ends."""
    return lock_campaign_of(session, get_campaign(session, slug).id)


def lock_campaign_of(session: Session, campaign_id: str) -> Campaign:
    """Get the campaign of a row, to change what its letter says."""
    # Whoever waited for the lock must not go on with what it had read before.
    locked = select(Campaign).where(Campaign.id == campaign_id).with_for_update()
    return session.exec(locked.execution_options(populate_existing=True)).one()


def campaigns_by_slug(session: Session) -> Sequence[Campaign]:
    """List all campaigns, by slug."""
    return session.exec(select(Campaign).order_by(col(Campaign.slug))).all()


def present_revision(session: Session, campaign: Campaign) -> LetterRevision:
    """Get the frozen text that a campaign stands on; raises Refused for a draft."""
    revision = session.get(LetterRevision, campaign.revision_id) if campaign.revision_id else None
    if revision is None:
        raise Refused(Sentence("The text of “{slug}” is not final yet: freeze it first.", slug=campaign.slug))
    return hold(session, revision)


def present_recipients(session: Session, campaign: Campaign) -> Sequence[Recipient]:
    """List the recipients of the present revision, in the order of the campaign file."""
    found = select(Recipient).where(Recipient.revision_id == campaign.revision_id)
    return session.exec(found.order_by(col(Recipient.position))).all()


def approvers_of(session: Session, campaign: Campaign) -> Sequence[Approver]:
    """List a campaign's approvers, in the order of the campaign file."""
    found = select(Approver).where(Approver.campaign_id == campaign.id)
    return session.exec(found.order_by(col(Approver.position))).all()


def latest_edition(session: Session, campaign: Campaign) -> Edition | None:
    """Find the newest edition of a campaign, of whatever kind, released or not: the one that is decided on."""
    found = select(Edition).where(Edition.campaign_id == campaign.id).order_by(col(Edition.number).desc())
    return session.exec(found.limit(1).options(WITHOUT_ITS_ROLL)).one_or_none()


def lock_latest_edition(session: Session, campaign: Campaign) -> Edition | None:
    """Find the newest edition to act on it: no decision on it can be made until the transaction ends."""
    latest = latest_edition(session, campaign)
    if latest is None:
        return None
    locked = select(Edition).where(Edition.id == latest.id).options(WITHOUT_ITS_ROLL)
    return session.exec(locked.with_for_update()).one()


def released_edition(session: Session, campaign: Campaign) -> Edition | None:
    """Find the newest edition of the letter that was released and not stopped."""

    def ask() -> Edition | None:
        found = select(Edition).where(Edition.campaign_id == campaign.id, *_IS_RELEASED)
        found = found.options(WITHOUT_ITS_ROLL)
        return session.exec(found.order_by(col(Edition.number).desc()).limit(1)).one_or_none()

    return ask_once(session, ("released", campaign.id), ask)


def editions_out(session: Session, campaign: Campaign) -> Sequence[Edition]:
    """List every edition that was released and not stopped, addenda and corrections too, by number."""
    found = select(Edition).where(Edition.campaign_id == campaign.id, *_IS_OUT)
    return session.exec(found.order_by(col(Edition.number)).options(WITHOUT_ITS_ROLL)).all()


def was_released(campaign_id: SQLCoreOperations[str]) -> ColumnElement[bool]:
    """Say in SQL of a campaign's id that an edition of it was released and not stopped."""
    return exists().where(col(Edition.campaign_id) == campaign_id, *_IS_RELEASED)


def refuse_while_released(session: Session, campaign: Campaign) -> None:
    """Raise Refused where the letter was released: what it says is settled until that is stopped."""
    if released_edition(session, campaign) is not None:
        raise Refused(
            Sentence("The letter was released and is leaving; stop that first."),
            command=f"undersigned deliver {campaign.slug} --stop",
        )


def numbered_edition(session: Session, campaign: Campaign, number: int) -> Edition:
    """Get edition N; raises Refused where there is none."""
    found = select(Edition).where(Edition.campaign_id == campaign.id, Edition.number == number)
    edition = session.exec(found).one_or_none()
    if edition is None:
        raise Refused(
            Sentence("There is no edition {number} of “{slug}”.", number=number, slug=campaign.slug)
        )
    return edition
