"""Take the press of a confirming button in two statements; what follows from it is done a moment later.

Thousands may press within a minute. So a person's sign-on against which nothing speaks is confirmed by one conditional
UPDATE, and counts at once; everything else, and every doubt, is left to confirm().
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.foundation.tokens import looks_like_token, token_digest
from service.model.agreement import Agreement
from service.model.campaign import Admit, Campaign
from service.model.follow_up import FollowUp
from service.model.signature import ConfirmedBy, Kind, Signature, Visibility
from service.model.states import SignatureState
from service.signing.confirm import Act, Opened, seen_digest, take_consequences
from service.signing.naming import is_accepted_at_once
from service.signing.queries import lock_signature
from service.signing.sign import Desk, confirm_until
from service.store.direct import Direct
from service.store.held import hold
from service.store.keyring import Keyring
from service.store.rows import read_moment, run_quickly

_NOTE = (
    "INSERT INTO follow_up (signature_id, opened_at) VALUES (:id, :opened)"
    " ON CONFLICT (signature_id) DO NOTHING"
)
_HOLD_NOTE = "SELECT 1 FROM follow_up WHERE signature_id = :id FOR UPDATE SKIP LOCKED"
_TAKE_NOTE = "DELETE FROM follow_up WHERE signature_id = :id RETURNING opened_at"
# What was given is sealed anew whenever it changes: while these bytes stand, nothing that was shown has changed.
_CONFIRM = (
    "UPDATE signature SET state = 'confirmed', confirmed_at = :now, confirmed_by = :by, revision_id = :revision,"
    " accepted_at = :accepted"
    " WHERE id = :id AND state = 'pending' AND generation = :generation AND name = :name AND details = :details"
    " AND held_reason IS NULL AND EXISTS (SELECT 1 FROM campaign AS c WHERE c.id = signature.campaign_id"
    " AND c.revision_id = :revision AND c.state IN ('open', 'closed') AND c.emergency_at IS NULL)"
    " AND NOT EXISTS (SELECT 1 FROM edition AS e WHERE e.campaign_id = signature.campaign_id"
    " AND e.released_at IS NOT NULL AND e.voided_at IS NULL) RETURNING 1"
)
# Only what is plain is found at all: nothing speaks against it, and nobody else has to be asked or told first. Its kind
# is read and not asked for: PostgreSQL may keep a plan that reads the whole index of people, made while it held nobody.
_LOOK = (
    "SELECT s.id, s.campaign_id, s.kind, s.invited, s.visibility, s.keeps_on_change, s.wants_news, s.discreet, s.language,"
    " s.name, s.email, s.details, s.generation, c.revision_id, c.admit, c.grace_seconds, c.deadline_at"
    " FROM link_token AS l JOIN signature AS s ON s.id = l.row_id AND s.generation = l.generation"
    " JOIN campaign AS c ON c.id = s.campaign_id"
    " WHERE l.digest = :digest AND l.purpose = 'confirm' AND l.expires_at > :now"
    " AND s.state = 'pending' AND s.held_reason IS NULL AND s.condition IS NULL AND c.state IN ('open', 'closed')"
    # In an emergency no link opens anything, be its page open since before.
    " AND c.emergency_at IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM edition AS e WHERE e.campaign_id = s.campaign_id"
    " AND e.released_at IS NOT NULL AND e.voided_at IS NULL)"
)


def press(line: Direct, keyring: Keyring, *, token: str, opened: Opened, now: datetime) -> bool:
    """Confirm a person's sign-on as confirm() would; tells whether that was done, else nothing was."""
    found = line.row(_LOOK, digest=token_digest(token), now=now) if looks_like_token(token) else None
    keys = keyring.known(found[1]) if found else None
    if found is None or keys is None or found[2] != Kind.PERSON:
        return False
    row, campaign = _read(found)
    if now >= confirm_until(campaign):
        return False
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
    # Another worker may have it in hand: then it is left to that one, and nobody waits.
    if run_quickly(session.connection(), _HOLD_NOTE, id=signature_id) is None:
        return False
    signature = lock_signature(session, signature_id)
    opened_at = run_quickly(session.connection(), _TAKE_NOTE, id=signature_id)
    if opened_at is None:
        return False
    # Two may press at one moment, and one may have failed: what was noted first need not be what confirmed it.
    at = signature.confirmed_at if signature is not None else None
    if signature is None or at is None or not _is_owed(session, signature, at):
        return False
    campaign = hold(session, session.get_one(Campaign, signature.campaign_id))
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    act = Act(by=ConfirmedBy.BUTTON, opened_at=read_moment(opened_at))
    take_consequences(desk, signature, act, site_key=keyring.site_key, at=at)
    return True


def _is_owed(session: Session, signature: Signature, at: datetime) -> bool:
    """Tell whether a sign-on stands by a press of which nothing has followed yet: its agreement is the first of it.

    Whoever has withdrawn in the meantime, or was confirmed by another way, has been told so there.
    """
    if signature.state is not SignatureState.CONFIRMED or signature.confirmed_by is not ConfirmedBy.BUTTON:
        return False
    followed = select(Agreement.id).where(
        Agreement.signature_id == signature.id, col(Agreement.agreed_at) >= at
    )
    return session.exec(followed.limit(1)).first() is None


def _read(found: Sequence[Any]) -> tuple[Signature, Campaign]:
    """Make of the cells what the rules of this room know; neither is ever kept."""
    signature: dict[str, Any] = {
        "id": found[0],
        "campaign_id": found[1],
        "kind": Kind(found[2]),
        "invited": bool(found[3]),
        "visibility": Visibility(found[4]),
        "keeps_on_change": bool(found[5]),
        "wants_news": bool(found[6]),
        "discreet": bool(found[7]),
        "language": found[8],
        "name": found[9],
        "email": found[10],
        "details": found[11],
        "generation": found[12],
    }
    campaign: dict[str, Any] = {
        "id": found[1],
        "revision_id": found[13],
        "admit": Admit(found[14]),
        "grace_seconds": found[15],
        "deadline_at": read_moment(found[16]),
    }
    return Signature(**signature), Campaign(**campaign)
