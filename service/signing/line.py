"""Change how a name appears: what is printed of a sign-on, and to whom."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import fold_name
from service.model.consent import Occasion
from service.model.link_token import Purpose
from service.model.signature import HeldReason, Kind, Visibility
from service.signing.consents import keep_answers
from service.signing.found_by import keep_words
from service.signing.identity import stays_the_same
from service.signing.leaving import stop_letter_that_names
from service.signing.line_before import (
    OF_THE_LINE,
    earlier_line,
    goes_back,
    judged,
    remember,
    stands_as_before,
)
from service.signing.manage import note
from service.signing.members import keep_members
from service.signing.naming import HOW_NAMED, is_accepted_at_once
from service.signing.organizations.contact import tell_listed
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
from service.signing.proof_answers import keep_fixed
from service.signing.proof_line import proof_line
from service.signing.queries import find_organization, find_person
from service.signing.reached import reader_acted
from service.signing.workplace import Desk
from service.store.keyring import Keyring

_LOOK_AGAIN = Sentence(
    "This sign-on was changed in the meantime; look at what it says now, and change it again."
)
_NOTHING_TO_UNDO = Sentence("Nothing was changed, so there is nothing to undo.")
_TAKEN = Sentence(
    "This mailbox has another sign-on of that name to this letter; change or withdraw that one."
)


@dataclass(frozen=True, kw_only=True)
class LineChange:
    """What a change of the line does: the printed line before and after, to whom it is shown, and whether it waits.

    `awaits_acceptance` where it speaks for members that nobody has accepted, `stands_as_before` where it is undone;
    `members` is for how many others it then speaks, None where that is not changed.
    """

    view: ManageView
    before: str
    after: str
    how_named_before: str
    how_named_after: str
    goes_to_review: bool
    awaits_acceptance: bool
    stands_as_before: bool
    members: int | None
    changes_anything: bool


def change_line(
    session: Session,
    keyring: Keyring,
    *,
    token: str,
    given: SignOn,
    seen: str,
    now: datetime,
    purpose: Purpose = Purpose.MANAGE,
) -> LineChange:
    """Change the printed line, and to whom it is shown; in a trial it tells what would happen.

    An organization under another name, and a person of whose name nothing is left, wait for the secretariat's look
    and do not count until then; so does one that speaks for further members, by the rule of the form. Whoever goes
    back to the line before the last change is judged as before. Raises Refused where the letter is settled, where the sign-on is not as it was `seen`
    any more, and where the mailbox has a sign-on of that name already.
    """
    holder = hold_own(session, keyring, token=token, now=now, purpose=purpose)
    reason = why_line_stays(holder)
    if reason:
        raise Refused(reason)
    if seen_of(holder) != seen:
        raise Refused(_LOOK_AGAIN)
    was = holder.party
    becomes = replace(was, **{name: getattr(given, name) for name in OF_THE_LINE})
    before = _line(holder)
    does = _Does(
        is_other_name=not stays_the_same(was.kind, was=was.name, becomes=becomes.name),
        has_unaccepted=_has_unaccepted(holder, was, becomes),
    )
    is_back = False
    if becomes != was:
        reader_acted(session, holder.keys, holder.signature, holder.link, now=now)
        is_back = _keep(holder, was, becomes, does)
    return LineChange(
        view=view_of(holder),
        before=before,
        after=_line(holder),
        how_named_before=HOW_NAMED[was.visibility],
        how_named_after=HOW_NAMED[becomes.visibility],
        goes_to_review=does.is_other_name and not is_back,
        awaits_acceptance=does.has_unaccepted and not is_back,
        stands_as_before=is_back,
        members=len(becomes.members) if becomes.members != was.members else None,
        changes_anything=becomes != was,
    )


def undo_line(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ManageView:
    """Let a sign-on appear as it did before its owner's last change of the line, and be judged as it was then.

    Raises Refused where the letter is settled, and where nothing was changed.
    """
    holder = hold_own(session, keyring, token=token, now=now)
    earlier = earlier_line(holder.party)
    if earlier is None:
        raise Refused(_NOTHING_TO_UNDO)
    change = change_line(session, keyring, token=token, given=earlier, seen=seen_of(holder), now=now)
    return change.view


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


@dataclass(frozen=True, kw_only=True)
class _Does:
    """Why a change needs the coalition's look."""

    is_other_name: bool
    has_unaccepted: bool


def _has_unaccepted(holder: Holder, was: SignOn, becomes: SignOn) -> bool:
    """Tell whether a change speaks for members that the coalition has to accept first, by the rule of the form."""
    added = {fold_name(name) for name in becomes.members} - {fold_name(name) for name in was.members}
    return bool(added) and not is_accepted_at_once(holder.signature, holder.campaign, members=becomes.members)


def _keep(holder: Holder, was: SignOn, becomes: SignOn, does: _Does) -> bool:
    """Keep a change; tells whether it goes back to what stood before and is judged as that was."""
    row, session, said = holder.signature, holder.session, judged(holder.signature)
    if becomes.name != was.name:
        _take_name(holder, becomes)
    if does.is_other_name:
        row.held_reason = row.held_reason or HeldReason.CHANGED_NAME
    if does.has_unaccepted:
        row.accepted_at = None
    write_party(holder.keys, row, becomes)
    if becomes.visibility is not was.visibility:
        keep_answers(session, row, occasion=Occasion.CHANGE, now=holder.now)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused(_TAKEN) from error
    keep_members(session, holder.keys, row, becomes)
    if _looked_at(was) != _looked_at(becomes):
        desk = Desk(session=session, keys=holder.keys, campaign=holder.campaign, now=holder.now)
        hold_look_alike(desk, row)
    keep_words(session, holder.keys, row)
    is_back = goes_back(was, becomes) and stands_as_before(row, was, since=said)
    write_party(holder.keys, row, remember(row, was, becomes, before=said))
    session.add(row)
    keep_fixed(session, row, now=holder.now)
    note(holder, "signature.line")
    tell_listed(Desk(session=session, keys=holder.keys, campaign=holder.campaign, now=holder.now), row)
    return is_back


def _looked_at(line: SignOn) -> tuple[object, ...]:
    """Give what of a line could be taken for another's."""
    return line.name, line.name_latin, line.acronym, line.members


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


def _line(holder: Holder) -> str:
    """Give what is printed of the sign-on as it stands in this transaction, with the members it speaks for."""
    holder.session.flush()
    return proof_line(holder.session, holder.keyring, holder.campaign, holder.signature, now=holder.now)
