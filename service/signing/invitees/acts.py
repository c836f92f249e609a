"""What the secretariat does about one of the invited: ask again, show the address, keep a note, leave out."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.coordinators.revealing import OF_MEMBERS, keep_revealed
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.mail.no_mail import held_for_domain
from service.mail.view.meanings import UNWRITTEN
from service.model.campaign import Campaign
from service.model.message import Message, MessageKind
from service.model.signature import Signature
from service.model.states import CampaignState, SignatureState
from service.signing.invite import send_invitation
from service.signing.invitees.chasers import chase_of
from service.signing.late_link import is_unwritten
from service.signing.party import SignOn, read_party, write_party
from service.signing.sign import Desk, ask_to_confirm
from service.signing.unsubscribe import suppression_of
from service.store.keyring import Keyring

LONGEST_NOTE = 2000
_SPARE = timedelta(hours=1)
_NOBODY = Sentence("There is nobody of this kind on the list of this letter.")


def get_invited(session: Session, campaign: Campaign, member: str) -> Signature:
    """Get one of the invited to look at it; raises as lock_invited() does."""
    row = session.get(Signature, member)
    if row is None or row.campaign_id != campaign.id or not row.invited or row.erased_at is not None:
        raise NotFound(_NOBODY)
    return row


def lock_invited(session: Session, campaign: Campaign, member: str) -> Signature:
    """Get one of the invited to change it; raises NotFound for whoever is not on this letter's list."""
    found = select(Signature).where(Signature.id == member, Signature.campaign_id == campaign.id)
    row = session.exec(found.with_for_update()).one_or_none()
    if row is None or not row.invited or row.erased_at is not None:
        raise NotFound(_NOBODY)
    return row


def invite_again(
    session: Session, keyring: Keyring, slug: str, member: str, *, by: str, now: datetime
) -> None:
    """Mail the invitation, or the confirming mail of whoever filled in the form, once more; once an hour at most.

    Raises Refused in a sentence where that one cannot be asked by mail now.
    """
    campaign = lock_campaign(session, slug)
    row = lock_invited(session, campaign, member)
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    _refuse_unless_askable(desk, row)
    if is_unwritten(session, keyring, row):
        raise Refused(UNWRITTEN)
    if row.state is SignatureState.PENDING:
        ask_to_confirm(desk, row)
    else:
        newest = select(Message.created_at).where(
            Message.recipient_ref == row.id, Message.kind == MessageKind.INVITATION
        )
        if any(at > now - _SPARE for at in session.exec(newest).all()):
            raise Refused(Sentence("A mail went to them within the last hour; wait a little, or call."))
        # Whose invitation is still to come gets that now, and no second one later.
        if not send_invitation(desk, row):
            send_invitation(desk, row, occurrence=f"again {now:%Y-%m-%dT%H:%M}")
    audit.record(session, by=by, act="members.invite-again", campaign_id=campaign.id, thing=row.id, now=now)


def reveal_contacts(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    member: str,
    *,
    coordinator_id: str,
    proved_at: datetime,
    now: datetime,
) -> SignOn:
    """Give what is kept of one of the invited, its addresses among it; that they were looked at is kept too.

    Raises Refused where this coordinator has seen so many that a fresh proof is needed.
    """
    row = lock_invited(session, campaign, member)
    keep_revealed(
        session,
        act=OF_MEMBERS,
        campaign_id=campaign.id,
        thing=row.id,
        coordinator_id=coordinator_id,
        proved_at=proved_at,
        now=now,
    )
    return read_party(keyring.of(session, campaign.id), row)


def keep_note(
    session: Session, keyring: Keyring, campaign: Campaign, member: str, note: str, *, by: str, now: datetime
) -> None:
    """Keep the secretariat's note about one of the invited, in place of the one before."""
    row = lock_invited(session, campaign, member)
    keys = keyring.of(session, campaign.id)
    write_party(keys, row, replace(read_party(keys, row), note=note))
    session.add(row)
    audit.record(session, by=by, act="members.note", campaign_id=campaign.id, thing=row.id, now=now)


def leave_out(
    session: Session, campaign: Campaign, member: str, *, back: bool, by: str, now: datetime
) -> None:
    """Decide that the letter goes without one of the invited, or take that `back`; its answer would still be taken."""
    row = lock_invited(session, campaign, member)
    if row.state is SignatureState.CONFIRMED:
        raise Refused(Sentence("They have signed meanwhile; there is nothing to leave out."))
    chase = chase_of(session, campaign, row.id)
    chase.left_out_at = None if back else now
    session.add(chase)
    act = "members.take-back" if back else "members.leave-out"
    audit.record(session, by=by, act=act, campaign_id=campaign.id, thing=row.id, now=now)


def why_not_asked(desk: Desk, row: Signature) -> str:
    """Say in one sentence why one of the invited cannot be asked by mail now; empty where it can."""
    if desk.campaign.state is not CampaignState.OPEN or desk.campaign.deadline_at <= desk.now:
        return Sentence("The letter does not collect sign-ons now, so nobody can be asked by mail.")
    if row.state not in {SignatureState.INVITED, SignatureState.INTENDS, SignatureState.PENDING}:
        return Sentence("They have answered already, so there is nothing to ask.")
    if not read_party(desk.keys, row).email:
        return Sentence("No address is kept of them: call, and add the sign-on as agreed.")
    if suppression_of(desk.session, desk.campaign.id, row.email_index) is not None:
        return Sentence(
            "Mail to them came back, or they asked for none: call, and add the sign-on as agreed."
        )
    return UNWRITTEN if _is_unwritten(desk, row) else ""


def _is_unwritten(desk: Desk, row: Signature) -> bool:
    """Tell whether the newest mail that asks one of the invited is held because of its domain: one more would be so too."""
    kind = MessageKind.CONFIRM if row.state is SignatureState.PENDING else MessageKind.INVITATION
    mine = select(Message.id).where(Message.recipient_ref == row.id, Message.kind == kind)
    newest = desk.session.exec(mine.order_by(col(Message.id).desc()).limit(1)).first()
    held = select(Message.id).where(Message.id == newest, *held_for_domain(row.campaign_id))
    return desk.session.exec(held).first() is not None


def _refuse_unless_askable(desk: Desk, row: Signature) -> None:
    if reason := why_not_asked(desk, row):
        raise Refused(reason)
