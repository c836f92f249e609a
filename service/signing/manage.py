"""Look after one's own sign-on by its link: see it, withdraw it, take the withdrawal back."""

from datetime import datetime

from sqlmodel import Session

from service.coordinators import audit
from service.foundation.errors import Refused
from service.model.states import SIGNATURE, SignatureState
from service.signing.leaving import take_off
from service.signing.naming import standing_text
from service.signing.organizations.joined import part_joined
from service.signing.own_sign_on import (
    MAY_LEAVE,
    Holder,
    ManageView,
    hold_own,
    look_at_holder,
    view_of,
    why_not_undone,
)
from service.signing.reached import reader_acted
from service.signing.sign import Desk, ask_to_confirm
from service.store.keyring import Keyring

BY_SIGNATORY = "signatory"
"""Who acted, in the audit trail: the thing it names is the sign-on, and its owner is named nowhere."""


def look_at_sign_on(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ManageView:
    """Show a signatory its own sign-on; raises NotFound for a link that opens nothing."""
    return view_of(look_at_holder(session, keyring, token=token, now=now))


def withdraw(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ManageView:
    """Take a sign-on back and stop the mail that was still waiting for it; a second time changes nothing.

    It is out of every count with this transaction. When it was confirmed and accepted stays known for as long as
    `undo()` may need it.
    """
    holder = hold_own(session, keyring, token=token, now=now)
    signature = holder.signature
    reader_acted(session, holder.keys, signature, holder.link, now=now)
    if signature.state in MAY_LEAVE:
        leave(holder)
        note(holder, "signature.withdraw")
    elif signature.state is not SignatureState.WITHDRAWN:
        raise Refused(standing_text(signature, holder.campaign))
    return view_of(holder)


def undo(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ManageView:
    """Let a sign-on stand again as it stood before it was withdrawn; a second time changes nothing.

    Raises Refused after 24 hours, and once the letter was released.
    """
    holder = hold_own(session, keyring, token=token, now=now)
    signature = holder.signature
    reader_acted(session, holder.keys, signature, holder.link, now=now)
    if signature.state in MAY_LEAVE and signature.erased_at is None:
        return view_of(holder)
    reason = why_not_undone(holder)
    if reason:
        raise Refused(reason)
    was_confirmed = signature.confirmed_at is not None
    SIGNATURE.move(signature, SignatureState.CONFIRMED if was_confirmed else SignatureState.PENDING)
    signature.left_at = signature.correction_asked_at = None
    session.add(signature)
    if not was_confirmed:
        # Its confirming mail was cancelled when it left.
        ask_to_confirm(Desk(session=session, keys=holder.keys, campaign=holder.campaign, now=now), signature)
    note(holder, "signature.undo")
    return view_of(holder)


def leave(holder: Holder) -> None:
    """Move a sign-on that stands to withdrawn, stop a letter that names it, and cancel the mail that waits for it."""
    take_off(holder.session, holder.signature, holder.campaign, now=holder.now)
    part_joined(holder.session, holder.signature)


def note(holder: Holder, act: str) -> None:
    """Keep in the audit trail what a signatory did to its own sign-on: the id and the act, no more."""
    audit.record(
        holder.session,
        by=BY_SIGNATORY,
        act=act,
        campaign_id=holder.campaign.id,
        thing=holder.signature.id,
        now=holder.now,
    )
