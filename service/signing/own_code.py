"""A code, mailed to the address on record, that shows its owner all that was given for a Member of Congress.

The personal link alone does not: it stands in many mails, may be forwarded, and a home address is worth more than a sign-on.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.confirming_code import CodeChannel
from service.model.constituent import Constituent
from service.model.message import MessageKind
from service.model.states import SignatureState
from service.signing.abuse.small_forms import Asking, is_let_be
from service.signing.codes import LIVES, end_codes, keep_code, mail_code, try_code, typed_code
from service.signing.constituents import constituent_of, open_address
from service.signing.fresh_link import may_mail_to
from service.signing.own_sign_on import Holder, hold_own
from service.store.keyring import Keyring

OWN = "own "
"""What the occurrence of a mail begins with that has such a code, and the code itself where it is kept.

So none of them is ever a code that confirms.
"""

NOTHING_KEPT = Sentence("Nothing of what you gave for a Member is kept any more.")


def mail_own_code(session: Session, keyring: Keyring, *, token: str, asking: Asking, now: datetime) -> None:
    """Mail a code to the address on record, in place of the one before; says nothing of whether it did.

    Raises Refused where no address is kept. As of links no more than a few go out in a day.
    """
    holder = hold_own(session, keyring, token=token, now=now)
    _kept(holder)
    row, email = holder.signature, holder.party.confirming_email
    let_be = is_let_be(session, keyring, asking, campaign_id=row.campaign_id, email=email, now=now)
    if let_be or not may_mail_to(session, row, now=now):
        return
    occurrence = f"{OWN}{row.generation}.{now:%Y-%m-%dT%H:%M:%S}"
    code = mail_code(holder.keys, row.id, occurrence)
    keep_code(session, holder.keys, row, f"{OWN}{code}", channel=CodeChannel.MAIL, now=now)
    outbox.post(
        session,
        kind=MessageKind.LINK,
        campaign_id=row.campaign_id,
        recipient_ref=row.id,
        occurrence=occurrence,
        now=now,
        expires_at=now + LIVES[CodeChannel.MAIL],
    )


def open_by_code(
    session: Session, keyring: Keyring, *, token: str, typed: str, now: datetime
) -> Mapping[str, str]:
    """Give all that was given for a Member, for the right code, once; nothing for any other, which costs a try.

    Raises Refused where no address is kept.
    """
    holder = hold_own(session, keyring, token=token, now=now)
    kept, code = _kept(holder), typed_code(typed)
    if not code:
        return {}
    channel = try_code(session, holder.keys, holder.signature, f"{OWN}{code}", now=now)
    if channel is not CodeChannel.MAIL:
        return {}
    end_codes(session, holder.signature)
    return {name: str(text) for name, text in open_address(session, keyring, kept).items()}


def _kept(holder: Holder) -> Constituent:
    row = constituent_of(holder.session, holder.signature.id)
    if row is None or not row.details or holder.signature.state is not SignatureState.CONFIRMED:
        raise Refused(NOTHING_KEPT)
    return row
