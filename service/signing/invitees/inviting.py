"""Invite one member: by an invitation while the letter takes sign-ons, by a late link once it is closed."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.model.signature import Signature
from service.model.states import CampaignState, SignatureState
from service.signing.invite import find_known, import_rows
from service.signing.late_link import is_unwritten, let_in_late, refuse_if_stopped
from service.signing.party import email_index
from service.signing.roll_columns import SignatoryRow
from service.signing.workplace import Desk
from service.store.keyring import Keyring

_SILENT = frozenset(
    {SignatureState.INVITED, SignatureState.INTENDS, SignatureState.PENDING, SignatureState.EXPIRED}
)
"""Who has given no answer: a late link may be what is missing."""
_SIGNED = (SignatureState.PENDING, SignatureState.CONFIRMED)


@dataclass(frozen=True, kw_only=True)
class Invited:
    """What became of one, by its sign-on's `id`.

    `is_left` tells that the letter knew it and left it as it is, `is_listed` whether it stands among the invited; `is_asked`
    whether an invitation waits to leave, `is_late` whether a late link does, and `is_unwritten` that no mail goes to its domain;
    `void` is the number of the edition whose proposal has ended by it, or 0. `is_shared` tells that nothing was done, and this
    is who has signed from the same mailbox under another name.
    """

    id: str
    is_listed: bool
    is_left: bool = False
    is_asked: bool = False
    is_late: bool = False
    is_unwritten: bool = False
    is_shared: bool = False
    void: int = 0


def invite_one(
    session: Session,
    keyring: Keyring,
    slug: str,
    row: SignatoryRow,
    *,
    shares_with: str | None = None,
    by: str,
    now: datetime,
) -> Invited:
    """Add one to the members of a letter and invite it as an import does; once the letter is closed, by a late link.

    Whom the letter knows stays as it is; only, once it is closed, a late link goes to who is known at this very mailbox and
    has not answered. A mailbox may be shared: where another has signed from it, that is told first, unless it is `shares_with`,
    the id of who was told of; None asks nothing about it. Raises Refused as import_rows() and let_in_late() do.
    """
    campaign = lock_campaign(session, slug)
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    known, is_closed = find_known(desk, row), campaign.state is CampaignState.CLOSED
    if known is not None:
        may_come = is_closed and _is_silent_there(desk, known, row)
        return _let_in(desk, keyring, known, by=by) if may_come else _left(desk, known, by=by)
    other = _signed_there(desk, row) if shares_with is not None else None
    if other is not None and other.id != shares_with:
        _keep_that_asked(desk, by=by)
        return Invited(id=other.id, is_listed=other.invited, is_shared=True)
    report = import_rows(desk, (row,), attest="", has_late_link=is_closed, by=by)
    made = session.get_one(Signature, report.made[0])
    if is_closed:
        return _let_in(desk, keyring, made, by=by)
    refuse_if_stopped(desk, made)
    unwritten = is_unwritten(session, keyring, made)
    return Invited(id=made.id, is_listed=True, is_asked=bool(report.invited), is_unwritten=unwritten)


def _signed_there(desk: Desk, row: SignatoryRow) -> Signature | None:
    """Find the first that has signed from the mailbox of a row, under whatever name."""
    found = select(Signature).where(
        Signature.campaign_id == desk.campaign.id,
        Signature.email_index == email_index(desk.keys, row.email),
        col(Signature.state).in_(_SIGNED),
    )
    return desk.session.exec(found.order_by(col(Signature.id)).limit(1)).first()


def _is_silent_there(desk: Desk, known: Signature, row: SignatoryRow) -> bool:
    # What is typed here must not send a link to a mailbox that somebody else gave for this name.
    return known.state in _SILENT and known.email_index == email_index(desk.keys, row.email)


def _let_in(desk: Desk, keyring: Keyring, row: Signature, *, by: str) -> Invited:
    given = let_in_late(desk.session, keyring, desk.campaign.slug, row.id, by=by, now=desk.now)
    return Invited(
        id=row.id, is_listed=row.invited, is_late=True, is_unwritten=given.is_unwritten, void=given.void
    )


def _left(desk: Desk, known: Signature, *, by: str) -> Invited:
    _keep_that_asked(desk, by=by)
    return Invited(id=known.id, is_left=True, is_listed=known.invited)


def _keep_that_asked(desk: Desk, *, by: str) -> None:
    # That somebody asked whether a name or a mailbox is on the list is an act like any other.
    audit.record(
        desk.session,
        by=by,
        act="signatories.import",
        campaign_id=desk.campaign.id,
        thing="0 of 1",
        now=desk.now,
    )
