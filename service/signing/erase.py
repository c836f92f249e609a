"""Erase a sign-on: whatever is of a person goes, and a number stays only where the sent letter needs it."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col

from service.campaigns.queries import latest_edition
from service.foundation.sentence import Sentence
from service.letter.audience import is_shown_to_nobody
from service.mail import outbox
from service.model.agreement import Agreement
from service.model.link_token import LinkToken, Purpose
from service.model.signature import Standing, Visibility, standing
from service.signing.codes import end_codes
from service.signing.constituents import forget_constituent
from service.signing.found_by import forget_words
from service.signing.intake import forget_traces
from service.signing.invitees.directory import forget_party
from service.signing.invitees.forgetting import forget_tracked
from service.signing.leaving import stop_letter_that_names
from service.signing.manage import leave, note
from service.signing.notes import forget_notes
from service.signing.organizations.forgetting import forget_organization
from service.signing.own_sign_on import (
    MAY_LEAVE,
    Holder,
    ManageView,
    hold_own,
    look_at_holder,
    view_of,
)
from service.signing.proof_answers import forget_answers
from service.signing.roll import frozen_letter, signature_salt
from service.signing.waiting import end_waiting
from service.store.keyring import Keyring

NOTHING_REMAINS = Sentence(
    "Nothing of a person remains: an empty row says that something was erased here, and when."
)


def what_remains(session: Session, keyring: Keyring, *, token: str, now: datetime) -> str:
    """Say in one sentence what an erasure of this sign-on would leave; raises NotFound as looking does."""
    return _remains(look_at_holder(session, keyring, token=token, now=now))


def erase(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ManageView:
    """Delete all that is of a person from a sign-on; a second time changes nothing, and nothing brings it back.

    Before the letter is released the sign-on ends with it. In a letter that was released it goes on as a number
    without a name, so that what was said to the addressee stays true; who wants to be out of the number withdraws
    first. The link goes on to open the page that says so; all others end.
    """
    holder = hold_own(session, keyring, token=token, now=now)
    if holder.signature.erased_at is None:
        _end(holder)
        forget_party(holder.session, holder.keyring, holder.campaign.id, holder.party)
        _empty(holder)
        _forget_ways(holder)
        forget_organization(holder.session, holder.signature)
        note(holder, "signature.erase")
    return view_of(holder)


def _end(holder: Holder) -> None:
    """Take the sign-on out of the letter, unless the letter that went out counts it and it still stands."""
    signature = holder.signature
    counted = standing(signature, holder.campaign) is Standing.COUNTED
    if counted and holder.sent_entry() is not None:
        stop_letter_that_names(holder.session, signature, holder.campaign, now=holder.now)
    elif signature.state in MAY_LEAVE:
        leave(holder)
    outbox.cancel_for(holder.session, recipient_ref=signature.id, now=holder.now)


def _empty(holder: Holder) -> None:
    signature = holder.signature
    signature.visibility = Visibility.COUNTED
    signature.name = signature.details = b""
    signature.email = signature.condition = None
    signature.decision_by = None
    signature.wants_news = False
    signature.language = ""
    # A hash of nothing but the row itself: unique, found by nobody, and not a mailbox that mail would go to.
    signature.name_index = holder.keys.blind("erased-name", signature.id)
    signature.email_index = holder.keys.blind("erased-email", signature.id)
    signature.erased_at = holder.now
    holder.session.add(signature)
    forget_answers(holder.session, signature)
    forget_tracked(holder.session, signature.id)
    forget_words(holder.session, signature.id)
    forget_notes(holder.session, signature.id)
    forget_constituent(holder.session, signature.id)
    told = update(Agreement).where(col(Agreement.signature_id) == signature.id)
    holder.session.execute(told.values(note=None))


def _forget_ways(holder: Holder) -> None:
    """End every other link of the sign-on, and forget what was typed for it."""
    others = delete(LinkToken).where(
        col(LinkToken.row_id) == holder.signature.id, col(LinkToken.purpose) != Purpose.MANAGE
    )
    holder.session.execute(others)
    end_codes(holder.session, holder.signature)
    # What was typed lies beside the sign-on as well: on the page that waited, and in the form as it came.
    end_waiting(holder.session, holder.signature)
    forget_traces(holder.session, holder.signature.id)


def _remains(holder: Holder) -> str:
    signature = holder.signature
    if signature.erased_at is not None:
        return NOTHING_REMAINS
    sent = holder.sent_entry()
    if sent is not None and standing(signature, holder.campaign) is Standing.COUNTED:
        if is_shown_to_nobody(sent.shown):
            return Sentence(
                "What remains: a number without a name, because the letter that was sent counts it."
            )
        return Sentence(
            "What remains: the letter as it was sent, which nobody can call back and which has the name, and a number"
            " without a name, because the letter counts it."
        )
    if sent is not None:
        return Sentence("What remains: the letter as it was sent, which nobody can call back.")
    if _was_proposed(holder):
        return Sentence(
            "What remains: the sealed copy of the letter that was put before its approvers, which is never sent, and"
            " an empty row that says when something was erased."
        )
    return NOTHING_REMAINS


def _was_proposed(holder: Holder) -> bool:
    row = latest_edition(holder.session, holder.campaign)
    if row is None:
        return False
    salt = signature_salt(holder.keys, holder.signature, number=row.number)
    return any(entry.salt == salt for entry in frozen_letter(holder.session, holder.keyring, row).roll)
