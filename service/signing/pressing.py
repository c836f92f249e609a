"""Take the press of a confirming button in two statements; what follows from it is done a moment later.

Thousands may press within a minute. So a person's sign-on against which nothing speaks is confirmed by one conditional
UPDATE, and counts at once; everything else, and every doubt, is left to confirm().
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists
from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from service.foundation.tokens import looks_like_token, token_digest
from service.model.campaign import Campaign
from service.model.edition import Edition
from service.model.follow_up import FollowUp
from service.model.link_token import LinkToken, Purpose
from service.model.signature import ConfirmedBy, Kind, Signature
from service.model.states import CampaignState, SignatureState
from service.signing.confirm import Act, Opened, seen_digest, take_consequences
from service.signing.naming import is_accepted_at_once
from service.signing.queries import lock_signature
from service.signing.sign import Desk, confirm_until
from service.store.direct import Direct
from service.store.keyring import Keyring
from service.store.transaction import within

_TAKING = (CampaignState.OPEN, CampaignState.CLOSED)
_NOTE = (
    "INSERT INTO follow_up (signature_id, opened_at, confirmed_at) VALUES (:id, :opened, :now)"
    " ON CONFLICT (signature_id) DO NOTHING"
)
# What was given is sealed anew whenever it changes: while these bytes stand, nothing that was shown has changed.
_CONFIRM = (
    "UPDATE signature SET state = 'confirmed', confirmed_at = :now, confirmed_by = :by, revision_id = :revision,"
    " accepted_at = :accepted"
    " WHERE id = :id AND state = 'pending' AND generation = :generation AND name = :name AND details = :details"
    " AND held_reason IS NULL AND EXISTS (SELECT 1 FROM campaign AS c WHERE c.id = signature.campaign_id"
    " AND c.revision_id = :revision AND c.state IN ('open', 'closed'))"
    " AND NOT EXISTS (SELECT 1 FROM edition AS e WHERE e.campaign_id = signature.campaign_id"
    " AND e.released_at IS NOT NULL AND e.voided_at IS NULL) RETURNING 1"
)
_OF_SIGNATURE = (
    *("campaign_id", "kind", "state", "invited", "held_reason", "condition", "generation", "visibility"),
    *("keeps_on_change", "wants_news", "discreet", "language", "name", "email", "details"),
)
_OF_CAMPAIGN = ("state", "revision_id", "admit", "deadline_at", "grace_seconds")
# Said once, and of the rows only what is looked at: to say it anew takes longer than the answer.
_WANTED = (
    select(LinkToken, Signature, Campaign)
    .join(Signature, col(Signature.id) == col(LinkToken.row_id))
    .join(Campaign, col(Campaign.id) == col(Signature.campaign_id))
    .where(
        col(LinkToken.digest) == bindparam("digest"),
        ~exists().where(
            col(Edition.campaign_id) == Campaign.id,
            col(Edition.released_at).is_not(None),
            col(Edition.voided_at).is_(None),
        ),
    )
    .options(
        load_only(*(getattr(Signature, name) for name in _OF_SIGNATURE), raiseload=True),
        load_only(*(getattr(Campaign, name) for name in _OF_CAMPAIGN), raiseload=True),
    )
)


@dataclass(frozen=True, kw_only=True)
class _Behind:
    """What stands behind a confirming link."""

    link: LinkToken
    signature: Signature
    campaign: Campaign


def press(line: Direct, keyring: Keyring, *, token: str, opened: Opened, now: datetime) -> bool:
    """Confirm a person's sign-on as confirm() would; tells whether that was done, else nothing was."""
    behind = line.ask(lambda connection: _look(connection, token)) if looks_like_token(token) else None
    keys = keyring.known(behind.campaign.id) if behind else None
    if behind is None or keys is None or not _is_plain(behind, now=now):
        return False
    row, campaign = behind.signature, behind.campaign
    opened_at = opened(seen_digest(keys, row, campaign))
    if opened_at is None:
        return False
    confirmed = line.run_as_one(
        (_NOTE, _CONFIRM),
        id=row.id,
        opened=opened_at,
        now=now,
        by=ConfirmedBy.BUTTON.value,
        revision=campaign.revision_id,
        accepted=now if is_accepted_at_once(row, campaign) else None,
        generation=row.generation,
        name=row.name,
        details=row.details,
    )
    return confirmed is not None


def pressed(session: Session, *, most: int) -> Sequence[str]:
    """Give the ids of sign-ons that were pressed and wait for what follows, the earliest first."""
    return session.exec(select(FollowUp.signature_id).order_by(col(FollowUp.signature_id)).limit(most)).all()


def follow_up(session: Session, keyring: Keyring, signature_id: str, *, now: datetime) -> bool:
    """Do what follows from a press; tells whether there was anything to do. Done twice, it is done once."""
    signature = lock_signature(session, signature_id)
    noted = session.get(FollowUp, signature_id)
    if noted is None:
        return False
    session.delete(noted)
    # Whoever has withdrawn in the meantime, or was confirmed by another way, has been told so there.
    if (
        signature is None
        or signature.state is not SignatureState.CONFIRMED
        or signature.confirmed_at != noted.confirmed_at
    ):
        return False
    campaign = session.get_one(Campaign, signature.campaign_id)
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    act = Act(by=ConfirmedBy.BUTTON, opened_at=noted.opened_at)
    take_consequences(desk, signature, act, site_key=keyring.site_key, at=noted.confirmed_at)
    return True


def _look(connection: Connection, token: str) -> _Behind | None:
    with connection.begin(), within(connection) as session:
        found = session.execute(_WANTED, {"digest": token_digest(token)}).one_or_none()
    return _Behind(link=found[0], signature=found[1], campaign=found[2]) if found else None


def _is_plain(behind: _Behind, *, now: datetime) -> bool:
    """Tell whether nothing speaks against confirming, and nobody else has to be asked or told first."""
    link, row, campaign = behind.link, behind.signature, behind.campaign
    return (
        link.purpose is Purpose.CONFIRM
        and row.kind is Kind.PERSON
        and row.state is SignatureState.PENDING
        and row.held_reason is None
        and row.condition is None
        and row.generation == link.generation
        and campaign.state in _TAKING
        and now < min(link.expires_at, confirm_until(campaign))
    )
