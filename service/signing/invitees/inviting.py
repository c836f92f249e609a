"""Invite one member: by an invitation while the letter takes sign-ons, by a late link once it is closed."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.model.signature import Signature
from service.model.states import CampaignState, SignatureState
from service.signing.invite import find_known, import_rows
from service.signing.late_link import let_in_late, refuse_if_stopped
from service.signing.party import email_index
from service.signing.roll_columns import SignatoryRow
from service.signing.workplace import Desk
from service.store.keyring import Keyring

_SILENT = frozenset(
    {SignatureState.INVITED, SignatureState.INTENDS, SignatureState.PENDING, SignatureState.EXPIRED}
)
"""Who has given no answer: a late link may be what is missing."""


@dataclass(frozen=True, kw_only=True)
class Invited:
    """What became of one, by its sign-on's `id`.

    `is_left` tells that the letter knew it and left it as it is, `is_listed` whether it stands among the invited; `is_asked`
    whether an invitation waits to leave, `is_late` whether a late link does; `void` is the number of the edition whose
    proposal has ended by it, or 0.
    """

    id: str
    is_listed: bool
    is_left: bool = False
    is_asked: bool = False
    is_late: bool = False
    void: int = 0


def invite_one(
    session: Session, keyring: Keyring, slug: str, row: SignatoryRow, *, by: str, now: datetime
) -> Invited:
    """Add one to the members of a letter and invite it as an import does; once the letter is closed, by a late link.

    Whom the letter knows stays as it is; only, once it is closed, a late link goes to who is known at this very mailbox and
    has not answered. Raises Refused as import_rows() and let_in_late() do.
    """
    campaign = lock_campaign(session, slug)
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    known, is_closed = find_known(desk, row), campaign.state is CampaignState.CLOSED
    if known is not None:
        may_come = is_closed and _is_silent_there(desk, known, row)
        return _let_in(desk, keyring, known, by=by) if may_come else _left(desk, known, by=by)
    report = import_rows(desk, (row,), attest="", has_late_link=is_closed, by=by)
    made = session.get_one(Signature, report.made[0])
    if is_closed:
        return _let_in(desk, keyring, made, by=by)
    refuse_if_stopped(desk, made)
    return Invited(id=made.id, is_listed=True, is_asked=bool(report.invited))


def _is_silent_there(desk: Desk, known: Signature, row: SignatoryRow) -> bool:
    # What is typed here must not send a link to a mailbox that somebody else gave for this name.
    return known.state in _SILENT and known.email_index == email_index(desk.keys, row.email)


def _let_in(desk: Desk, keyring: Keyring, row: Signature, *, by: str) -> Invited:
    given = let_in_late(desk.session, keyring, desk.campaign.slug, row.id, by=by, now=desk.now)
    return Invited(id=row.id, is_listed=row.invited, is_late=True, void=given.void)


def _left(desk: Desk, known: Signature, *, by: str) -> Invited:
    # That somebody asked whether a name is on the list is an act like any other.
    audit.record(
        desk.session,
        by=by,
        act="signatories.import",
        campaign_id=desk.campaign.id,
        thing="0 of 1",
        now=desk.now,
    )
    return Invited(id=known.id, is_left=True, is_listed=known.invited)
