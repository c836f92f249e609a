"""Change in which language a signatory is written to, whether discreetly, and whether it hears of later letters."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.consent import Occasion
from service.signing.consents import keep_answers
from service.signing.invitees.directory import forget_party
from service.signing.manage import note
from service.signing.own_sign_on import MAY_LEAVE, ManageView, hold_own, view_of
from service.signing.reached import reader_acted
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True)
class MailWishes:
    """How a signatory wants to be written to; `discreet` keeps letter and coalition off sender and subject."""

    language: str
    wants_news: bool
    discreet: bool


def change_mail(
    session: Session, keyring: Keyring, *, token: str, wishes: MailWishes, now: datetime
) -> ManageView:
    """Keep how a signatory wants to be written to, what waits to be sent as well; a second time changes nothing."""
    holder = hold_own(session, keyring, token=token, now=now)
    row = holder.signature
    if row.erased_at is not None or row.state not in MAY_LEAVE:
        raise Refused(Sentence("This sign-on does not stand, so there is no mail to change."))
    before = MailWishes(language=row.language, wants_news=row.wants_news, discreet=row.discreet)
    if before == wishes:
        return view_of(holder)
    reader_acted(session, holder.keys, row, holder.link, now=now)
    row.language, row.wants_news, row.discreet = wishes.language, wishes.wants_news, wishes.discreet
    if replace(wishes, language=before.language) != before:
        keep_answers(session, row, occasion=Occasion.CHANGE, now=now)
    if not wishes.wants_news:
        forget_party(session, keyring, row.campaign_id, holder.party)
    session.add(row)
    note(holder, "signature.mail")
    return view_of(holder)
