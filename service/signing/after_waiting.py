"""What was asked for on the page that waits, done a moment later: no request looks at a sign-on, so no time tells of it."""

from sqlmodel import select

from service.mail import outbox
from service.model.signature import Kind, Provenance, Signature
from service.model.states import SIGNATURE, SignatureState
from service.model.waiting import Waiting
from service.signing.codes import end_codes
from service.signing.confirm import is_takeable
from service.signing.party import SignOn, email_index
from service.signing.queries import lock_signature
from service.signing.sign import ask_to_confirm, tell_already_signed
from service.signing.workplace import Desk


def end_if_its_own(desk: Desk, signature_id: str, corrected: SignOn) -> None:
    """End the sign-on in whose place a form came that names another mailbox.

    One that was confirmed, or that another form had a part in, stays as it is.
    The page that waits for the corrected form must not be tied to a sign-on yet.
    """
    row = lock_signature(desk.session, signature_id)
    if row is None or row.email_index == email_index(desk.keys, corrected.confirming_email):
        return
    if _is_its_own(desk, row):
        _retire(desk, row)


def mail_again(desk: Desk, signature_id: str) -> None:
    """Write about a sign-on once more, if there is a reason to, within the caps."""
    row = lock_signature(desk.session, signature_id)
    if row is None:
        return
    if row.state is SignatureState.PENDING and is_takeable(desk.session, row, desk.campaign, now=desk.now):
        ask_to_confirm(desk, row)
    elif row.state is SignatureState.CONFIRMED:
        tell_already_signed(desk, row)


def _is_its_own(desk: Desk, row: Signature) -> bool:
    """Tell whether one form alone has made a sign-on: nobody may end what another form had a part in."""
    if row.state is not SignatureState.PENDING or row.provenance is not Provenance.FORM or row.invited:
        return False
    pages = select(Waiting.made_at).where(Waiting.signature_id == row.id)
    return desk.session.exec(pages.limit(2)).all() == [row.created_at]


def _retire(desk: Desk, row: Signature) -> None:
    """End a sign-on whose address was wrong, and give its name free for the right one."""
    SIGNATURE.move(row, SignatureState.WITHDRAWN)
    row.left_at = desk.now
    if row.kind is Kind.ORGANIZATION:
        row.name_index = desk.keys.blind("former-claim", row.id)
    desk.session.add(row)
    outbox.cancel_for(desk.session, recipient_ref=row.id, now=desk.now)
    end_codes(desk.session, row)
    desk.session.flush()
