"""Change in which language a signatory is written to, and whether it hears of later letters."""

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


def change_mail(
    session: Session, keyring: Keyring, *, token: str, language: str, wants_news: bool, now: datetime
) -> ManageView:
    """Keep the language of the mail and the answer to the box for later news; a second time changes nothing."""
    holder = hold_own(session, keyring, token=token, now=now)
    row = holder.signature
    if row.erased_at is not None or row.state not in MAY_LEAVE:
        raise Refused(Sentence("This sign-on does not stand, so there is no mail to change."))
    if (row.language, row.wants_news) == (language, wants_news):
        return view_of(holder)
    reader_acted(session, holder.keys, row, holder.link, now=now)
    answered = row.wants_news is not wants_news
    row.language, row.wants_news = language, wants_news
    if answered:
        keep_answers(session, row, occasion=Occasion.CHANGE, now=now)
    if not wants_news:
        forget_party(session, keyring, row.campaign_id, holder.party)
    session.add(row)
    note(holder, "signature.mail")
    return view_of(holder)
