"""Change how a name appears: what is printed of a sign-on, and to whom."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.consent import Occasion
from service.model.signature import HeldReason, Kind, Visibility
from service.signing.consents import keep_answers
from service.signing.identity import stays_the_same
from service.signing.leaving import stop_letter_that_names
from service.signing.manage import note
from service.signing.naming import HOW_NAMED
from service.signing.organizations.joined import hold_look_alike
from service.signing.own_sign_on import (
    Holder,
    ManageView,
    hold_own,
    may_ask_correction,
    may_hide,
    seen_of,
    view_of,
    why_line_stays,
)
from service.signing.party import SignOn, name_index, second_claim_index, write_party
from service.signing.proof_line import line_of
from service.signing.queries import find_organization, find_person
from service.signing.reached import reader_acted
from service.signing.workplace import Desk
from service.store.keyring import Keyring

_OF_THE_LINE = (
    *("name", "name_latin", "sort_name", "acronym", "qualifier", "country", "position", "affiliation"),
    *("representative_name", "representative_title", "visibility"),
)
_LOOK_AGAIN = Sentence(
    "This sign-on was changed in the meantime; look at what it says now, and change it again."
)
_TAKEN = Sentence(
    "This mailbox has another sign-on of that name to this letter; change or withdraw that one."
)


@dataclass(frozen=True, kw_only=True)
class LineChange:
    """What a change of the line does: the printed line before and after, to whom it is shown, and whether it waits."""

    view: ManageView
    before: str
    after: str
    how_named_before: str
    how_named_after: str
    goes_to_review: bool
    changes_anything: bool


def change_line(
    session: Session, keyring: Keyring, *, token: str, given: SignOn, seen: str, now: datetime
) -> LineChange:
    """Change the printed line, and to whom it is shown; in a trial it tells what would happen.

    An organization under another name, and a person of whose name nothing is left, wait for the secretariat's look
    and do not count until then. Raises Refused where the letter is settled, where the sign-on is not as it was `seen`
    any more, and where the mailbox has a sign-on of that name already.
    """
    holder = hold_own(session, keyring, token=token, now=now)
    reason = why_line_stays(holder)
    if reason:
        raise Refused(reason)
    if seen_of(holder) != seen:
        raise Refused(_LOOK_AGAIN)
    was = holder.party
    becomes = replace(was, **{name: getattr(given, name) for name in _OF_THE_LINE})
    before, shown_before = _line(holder, was), was.visibility
    reviewed = not stays_the_same(was.kind, was=was.name, becomes=becomes.name)
    if becomes != was:
        reader_acted(session, holder.keys, holder.signature, holder.link, now=now)
        _keep(holder, was, becomes, reviewed=reviewed)
    return LineChange(
        view=view_of(holder),
        before=before,
        after=_line(holder, becomes),
        how_named_before=HOW_NAMED[shown_before],
        how_named_after=HOW_NAMED[becomes.visibility],
        goes_to_review=reviewed,
        changes_anything=becomes != was,
    )


def hide(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ManageView:
    """Name a sign-on nowhere from now on, at any time; it goes on to count. A second time changes nothing.

    A letter on its way that names it is stopped. What was sent stays as it was sent; the page and all later copies
    follow (service/signing/roll.py, letter_since).
    """
    holder = hold_own(session, keyring, token=token, now=now)
    if may_hide(holder):
        reader_acted(session, holder.keys, holder.signature, holder.link, now=now)
        stop_letter_that_names(session, holder.signature, holder.campaign, now=now)
        holder.signature.visibility = Visibility.COUNTED
        keep_answers(session, holder.signature, occasion=Occasion.CHANGE, now=now)
        session.add(holder.signature)
        note(holder, "signature.hide")
    return view_of(holder)


def ask_correction(
    session: Session, keyring: Keyring, *, token: str, wanted: bool, now: datetime
) -> ManageView:
    """Keep the wish that those who have the letter are told that the name is not part of it any more, or end it.

    The secretariat sees it beside the sign-on. Raises Refused where the letter that was sent does not name it.
    """
    holder = hold_own(session, keyring, token=token, now=now)
    signature = holder.signature
    if wanted and not may_ask_correction(signature, holder.sent_entry()):
        raise Refused(Sentence("The letter that was sent does not show a name that was taken off since."))
    if wanted != (signature.correction_asked_at is not None):
        signature.correction_asked_at = now if wanted else None
        session.add(signature)
        note(holder, "signature.correction" if wanted else "signature.no-correction")
    return view_of(holder)


def _keep(holder: Holder, was: SignOn, becomes: SignOn, *, reviewed: bool) -> None:
    row, session = holder.signature, holder.session
    if becomes.name != was.name:
        _take_name(holder, becomes)
    if reviewed:
        row.held_reason = row.held_reason or HeldReason.CHANGED_NAME
    write_party(holder.keys, row, becomes)
    if becomes.visibility is not was.visibility:
        keep_answers(session, row, occasion=Occasion.CHANGE, now=holder.now)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused(_TAKEN) from error
    if (was.name, was.name_latin, was.acronym) != (becomes.name, becomes.name_latin, becomes.acronym):
        desk = Desk(session=session, keys=holder.keys, campaign=holder.campaign, now=holder.now)
        hold_look_alike(desk, row)
    note(holder, "signature.line")


def _take_name(holder: Holder, becomes: SignOn) -> None:
    """Let the row be found by its new name; a name that somebody else holds makes it a second claim to that name."""
    row, keys, session = holder.signature, holder.keys, holder.session
    index = name_index(keys, becomes.kind, becomes.name)
    if becomes.kind is Kind.PERSON:
        other = find_person(session, holder.campaign, email=row.email_index, name=index)
        if other is not None and other.id != row.id:
            raise Refused(_TAKEN)
        row.name_index = index
        return
    other = find_organization(session, holder.campaign, index)
    if other is None or other.id == row.id:
        row.name_index = index
        return
    row.name_index = second_claim_index(keys, becomes)
    row.held_reason = HeldReason.SECOND_CLAIM


def _line(holder: Holder, party: SignOn) -> str:
    return line_of(holder.session, holder.keyring, holder.campaign, party, now=holder.now)
