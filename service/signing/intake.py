"""Receive the sign-on form: keep what came at once and alike for everybody, and take it in a moment later.

What a page answers, and how long that takes, must not tell whether somebody has signed before. So the request itself
(service/signing/receiving.py) looks at no signature: it seals the form, asks limits and lists, and keeps it as a row.
The worker does the rest.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, literal
from sqlmodel import Session, col, select

from service.campaigns.queries import was_released
from service.foundation.errors import Permanent
from service.foundation.sealing import CampaignKeys
from service.mail.daily import warn_once_a_day
from service.model.campaign import Campaign
from service.model.intake import Intake
from service.model.mailbox_check import MailboxCheck
from service.model.quarantine_reason import QuarantineReason
from service.model.signature import Signature
from service.model.states import INTAKE, CampaignState, IntakeState
from service.model.waiting import Waiting
from service.signing.abuse.buckets import network_label, take_from
from service.signing.abuse.lists import look_up
from service.signing.abuse.origin import origin_of
from service.signing.abuse.verdict import Facts, quarantine_reason
from service.signing.abuse.visit import Visit, limits_of_address, limits_of_letter
from service.signing.after_waiting import end_if_its_own, mail_again
from service.signing.confirm import seen_digest
from service.signing.party import SignOn, read_written, written
from service.signing.sign import (
    Desk,
    confirm_until,
    keep_sign_on,
    why_not_open,
)
from service.store.held import hold
from service.store.keyring import Keyring
from service.store.rows import run_quickly
from service.store.sealed import open_record, seal_text

KEPT_FOR = timedelta(days=7)
"""How long a decision of the quarantine can be undone, and a form that was taken in is remembered by its id."""

_NOBODY = ""
_TELL = (
    "UPDATE waiting SET signature_id = :signature, seen = :seen, made_at = :at WHERE intake_id = :intake"
    " RETURNING 1"
)


def receive_corrected(
    session: Session,
    keyring: Keyring,
    sign_on: SignOn,
    *,
    before: Waiting,
    campaign: Campaign,
    visit: Visit,
    now: datetime,
) -> str:
    """Keep a form that was corrected on the page `before`; gives its id. The caller has bounded how often.

    The sign-on that the page waits for ends when the form is taken in, if that page's form alone had made it.
    A correction is limited as a form is, and one of a form that is held is held too.
    """
    origin = origin_of(visit.address)
    row = _received(keyring.of(session, campaign.id), sign_on, now=now)
    row.network = network_label(keyring.site_key, str(origin.network), now=now) if origin else None
    row.signature_id = before.signature_id
    email = sign_on.confirming_email
    reason = _reason(session, keyring, campaign.id, email, visit, now=now)
    earlier = session.get(Intake, before.intake_id) if before.intake_id else None
    if earlier is not None and earlier.state in {IntakeState.QUARANTINED, IntakeState.DISCARDED}:
        reason = earlier.reason or reason
    if reason is not None:
        quarantine(row, reason)
    session.add(row)
    session.flush()
    return row.id


def ask_again(
    session: Session, keys: CampaignKeys, sign_on: SignOn, *, signature_id: str | None, now: datetime
) -> None:
    """Note that the mail of a form is wanted once more; whether there is a sign-on is asked when this is taken in."""
    row = _received(keys, sign_on, now=now)
    row.signature_id, row.decided_at = signature_id or _NOBODY, now
    session.add(row)
    session.flush()


def quarantine(row: Intake, reason: QuarantineReason) -> None:
    """Hold a form for a person's look."""
    INTAKE.move(row, IntakeState.QUARANTINED)
    row.reason = reason


def received(session: Session, *, most: int) -> Sequence[str]:
    """Give the ids of forms that wait to be taken in, the oldest first."""
    waiting = select(Intake.id).where(Intake.state == IntakeState.RECEIVED).order_by(col(Intake.id))
    return session.exec(waiting.limit(most)).all()


def take_in(session: Session, keyring: Keyring, intake_id: str, *, now: datetime) -> bool:
    """Make a form that waits a sign-on, with its mail, or write once more about the one there is; tells whether it did.

    What the letter no longer takes, because it was closed or changed meanwhile, goes into the quarantine: the person
    was told that the form had arrived. Two that take in at once never take the same form.
    """
    row, is_released = _lock(session, intake_id)
    campaign = session.get(Campaign, row.campaign_id) if row else None
    if row is None or campaign is None:
        return False
    # Many forms of one letter are taken in together.
    hold(session, campaign)
    try:
        keys = keyring.of(session, campaign.id)
    except Permanent:
        # The letter was purged meanwhile, and what nobody can read any more is nobody's.
        session.delete(row)
        return False
    desk = Desk(session=session, keys=keys, campaign=campaign, now=now)
    if row.asks_for_mail:
        mail_again(desk, row.signature_id or _NOBODY)
        session.delete(row)
        return True
    if not _is_in_time(campaign, row, is_released=is_released, now=now):
        quarantine(row, QuarantineReason.TOO_LATE)
        session.add(row)
        return False
    sign_on = read_intake(keys, row)
    if row.signature_id is not None:
        end_if_its_own(desk, row.signature_id, sign_on)
    signature = keep_sign_on(desk, sign_on)
    _taken(row, signature)
    _tell_who_waits(desk, row, signature)
    session.add(row)
    return True


def set_aside(session: Session, intake_id: str) -> None:
    """Hold a form that could not be taken in, for a reason nobody foresaw, so that those behind it can be."""
    row, _ = _lock(session, intake_id)
    if row is not None:
        quarantine(row, QuarantineReason.FAILED)
        session.add(row)


def read_intake(keys: CampaignKeys, row: Intake) -> SignOn:
    """Open what somebody gave."""
    return read_written(open_record(keys, row, "sign_on"))


def forget_intake(session: Session, *, now: datetime) -> int:
    """Delete what was taken in or discarded a week ago; gives how many forms. What waits for a look stays."""
    gone = (
        delete(Intake)
        .where(
            col(Intake.state).in_((IntakeState.TAKEN, IntakeState.DISCARDED)),
            col(Intake.received_at) < now - KEPT_FOR,
            col(Intake.decided_at).is_(None) | (col(Intake.decided_at) < now - KEPT_FOR),
        )
        .returning(literal(1))
    )
    return len(session.execute(gone).all())


def forget_traces(session: Session, signature_id: str) -> None:
    """Delete what intake and checks still keep of one sign-on, for those who erase it.

    A form that was not taken in yet stays, whichever sign-on it corrects: it comes from another mailbox.
    """
    session.execute(
        delete(Intake).where(col(Intake.signature_id) == signature_id, col(Intake.state) == IntakeState.TAKEN)
    )
    session.execute(delete(MailboxCheck).where(col(MailboxCheck.signature_id) == signature_id))


def tell_of_quarantine(session: Session, *, now: datetime) -> int:
    """Post the mail that tells a secretariat of what its quarantine holds, once a day; gives how many were new."""
    waiting = (
        select(Intake.campaign_id)
        .where(Intake.state == IntakeState.QUARANTINED, col(Intake.received_at) > now - timedelta(days=1))
        .distinct()
    )
    return sum(
        warn_once_a_day(session, campaign_id=campaign_id, about="quarantine", now=now)
        for campaign_id in session.exec(waiting).all()
    )


def _reason(
    session: Session, keyring: Keyring, campaign_id: str, email: str, visit: Visit, *, now: datetime
) -> QuarantineReason | None:
    origin = origin_of(visit.address)
    found = look_up(session, keyring, campaign_id=campaign_id, email=email, origin=origin)
    # Who is over a limit of its own takes nothing from what all have together.
    near = {} if found.allowed_network else limits_of_address(origin)
    empty = any(
        take_from(session, list(limits.items()), site_key=keyring.site_key, now=now)
        for limits in (near, limits_of_letter(campaign_id, visit))
    )
    return quarantine_reason(
        Facts(
            trapped=visit.trapped,
            blocked=found.blocked,
            open_for=visit.open_for,
            # One field is corrected quickly, and the form itself came with its proof or is held.
            quickest=timedelta(0),
            asks_proof=False,
            proven=False,
            over_limit=empty,
        )
    )


def _received(keys: CampaignKeys, sign_on: SignOn, *, now: datetime) -> Intake:
    row = Intake(campaign_id=keys.campaign, state=IntakeState.RECEIVED, received_at=now)
    row.sign_on = seal_text(keys, row, "sign_on", written(sign_on))
    return row


def _tell_who_waits(desk: Desk, row: Intake, signature: Signature) -> None:
    """Tie the page that waits for this form to what became of it."""
    seen = seen_digest(desk.keys, signature, desk.campaign)
    desk.session.flush()
    run_quickly(
        desk.session.connection(), _TELL, intake=row.id, signature=signature.id, seen=seen, at=desk.now
    )


def _is_in_time(campaign: Campaign, row: Intake, *, is_released: bool, now: datetime) -> bool:
    """Tell whether a form can still become a sign-on: what a person releases must come while the letter is open.

    What nobody held was in time when it was sent, and is so as long as it can be confirmed.
    """
    if row.decided_at is not None:
        return not why_not_open(campaign, now=now)
    is_taking = campaign.state in {CampaignState.OPEN, CampaignState.CLOSED}
    return is_taking and now < confirm_until(campaign) and not is_released


def _lock(session: Session, intake_id: str) -> tuple[Intake | None, bool]:
    """Take a form that waits, for this transaction, and tell whether its letter was released."""
    found = select(Intake, was_released(col(Intake.campaign_id))).where(
        Intake.id == intake_id, Intake.state == IntakeState.RECEIVED
    )
    row = session.exec(found.with_for_update(of=col(Intake.id), skip_locked=True)).one_or_none()
    return (row[0], row[1]) if row is not None else (None, False)


def _taken(row: Intake, signature: Signature) -> None:
    INTAKE.move(row, IntakeState.TAKEN)
    row.signature_id = signature.id
    if row.batch is None:
        # What a person released can be taken back, so that is kept for a while.
        row.sign_on = None
