"""Answer an invitation by its link: sign, say that a decision is coming, ask, or decline."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from sqlmodel import Session

from service.foundation.addresses import comparable_address, masked_address
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.link_token import LinkToken, Purpose
from service.model.message import MessageKind
from service.model.signature import Kind, Signature
from service.model.states import SIGNATURE, SignatureState
from service.signing.declined import tell_declined
from service.signing.page import LetterView, deadline_text, view_for_holder
from service.signing.party import (
    SignOn,
    email_index,
    list_names_approver,
    on_record,
    read_party,
    write_party,
)
from service.signing.queries import Find, get_signature, lock_signature
from service.signing.question import keep_question
from service.signing.reached import reader_acted
from service.signing.sign import (
    Desk,
    ask_to_confirm,
    decide_until,
    fill_in,
    tell_already_signed,
    why_not_open_to,
)
from service.store.keyring import Keyring
from service.store.links import find_link

Answer = Literal["sign", "intend", "question", "decline"]


@dataclass(frozen=True, kw_only=True)
class InvitationView:
    """What the holder of an invitation sees; the confirmation goes to `masked_email` whatever is filled in."""

    letter: LetterView
    party: str
    prefill: SignOn
    masked_email: str
    state: SignatureState
    decision_by: date | None
    may_name_approver: bool


def look_at_invitation(
    session: Session, keyring: Keyring, *, token: str, text: str = "", now: datetime
) -> InvitationView:
    """Show an invitation and the letter it is for, in the language `text` if there is such a text.

    Raises NotFound for a link that opens nothing.
    """
    link = find_link(session, token, Purpose.INVITATION)
    desk, row = _behind(session, keyring, link, get_signature, now=now)
    return _view(keyring, desk, row, text=text)


def answer_invitation(
    session: Session,
    keyring: Keyring,
    *,
    token: str,
    answer: Answer,
    given: "Given",
    now: datetime,
) -> InvitationView:
    """Keep the answer to an invitation.

    Signing posts the confirming mail to the address on record. Raises NotFound for a link that opens nothing,
    Refused where the letter takes no answer now or the sign-on already stands.
    """
    link = find_link(session, token, Purpose.INVITATION)
    desk, row = _behind(session, keyring, link, lock_signature, now=now)
    reader_acted(session, desk.keys, row, link, now=now)
    if answer == "question":
        keep_question(desk, row, given.question)
    elif answer == "sign":
        _sign(desk, row, given.sign_on)
    else:
        _decide_later_or_not(desk, row, answer, given.decision_by)
    return _view(keyring, desk, row)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What came with an answer: the form of a sign-on, the day of the decision, or the question."""

    sign_on: SignOn | None = None
    decision_by: date | None = None
    question: str = ""


def _sign(desk: Desk, row: Signature, sign_on: SignOn | None) -> None:
    if sign_on is None:
        raise Refused(Sentence("The form is missing; fill it in and send it again."))
    _refuse_unless_open(desk, row)
    if row.state is SignatureState.CONFIRMED:
        tell_already_signed(desk, row)
        return
    recorded = read_party(desk.keys, row)
    _take_approver(desk, row, recorded, sign_on.approver_email)
    fill_in(desk, row, replace(on_record(recorded, sign_on), kind=row.kind, name=recorded.name))
    ask_to_confirm(desk, row)


def _take_approver(desk: Desk, row: Signature, recorded: SignOn, approver: str) -> None:
    """Let whoever holds the invitation name who approves, where the coalition's list names nobody.

    The contact on the list is told once that approver confirms (organizations/contact.py); a link that an approver
    named before has been mailed opens nothing any more.
    """
    if recorded.kind is not Kind.ORGANIZATION or list_names_approver(recorded):
        return
    given = replace(recorded, approver_email=approver, approver_from_form=bool(approver))
    if comparable_address(given.confirming_email) != comparable_address(recorded.confirming_email):
        row.generation += 1
        row.email_index = email_index(desk.keys, given.confirming_email)
    write_party(desk.keys, row, given)


def _decide_later_or_not(desk: Desk, row: Signature, answer: Answer, decision_by: date | None) -> None:
    if row.state in {SignatureState.CONFIRMED, SignatureState.WITHDRAWN}:
        raise Refused(
            Sentence(
                "This sign-on already stands; use the link in the mail that thanked for it to change that."
            )
        )
    wanted = SignatureState.INTENDS if answer == "intend" else SignatureState.DECLINED
    if wanted is SignatureState.INTENDS:
        _refuse_unless_open(desk, row)
    if wanted is SignatureState.INTENDS and row.state is SignatureState.PENDING:
        raise Refused(Sentence("The form was already filled in; confirm it from the mail, or decline here."))
    if row.state is not wanted:
        SIGNATURE.move(row, wanted)
    row.decision_by = decision_by if wanted is SignatureState.INTENDS else None
    desk.session.add(row)
    if wanted is SignatureState.DECLINED:
        waiting = (MessageKind.CONFIRM, MessageKind.REMINDER, MessageKind.INVITATION)
        outbox.cancel_for(desk.session, recipient_ref=row.id, kinds=waiting, now=desk.now)
        tell_declined(desk, row, by_us=False)


def _refuse_unless_open(desk: Desk, row: Signature) -> None:
    reason = why_not_open_to(desk.session, desk.campaign, row, now=desk.now)
    if reason:
        raise Refused(reason)


def _behind(
    session: Session, keyring: Keyring, link: LinkToken, find: Find, *, now: datetime
) -> tuple[Desk, Signature]:
    row = find(session, link.row_id)
    campaign = session.get(Campaign, link.campaign_id)
    if row is None or campaign is None or now >= link.expires_at:
        raise NotFound(Sentence("This link does not open anything."))
    return Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now), row


def _letter(keyring: Keyring, desk: Desk, row: Signature, *, text: str) -> LetterView:
    letter = view_for_holder(desk.session, keyring, desk.campaign, row, text=text, now=desk.now)
    if letter.can_sign or why_not_open_to(desk.session, desk.campaign, row, now=desk.now):
        return letter
    until = decide_until(desk.campaign, row)
    return replace(
        letter,
        can_sign=True,
        not_open_because="",
        deadline=until.astimezone(letter.deadline.tzinfo),
        deadline_text=deadline_text(desk.campaign, at=until),
    )


def _view(keyring: Keyring, desk: Desk, row: Signature, *, text: str = "") -> InvitationView:
    party = read_party(desk.keys, row)
    return InvitationView(
        letter=_letter(keyring, desk, row, text=text),
        party=party.name,
        prefill=party,
        masked_email=masked_address(party.confirming_email),
        state=row.state,
        decision_by=row.decision_by,
        may_name_approver=not list_names_approver(party),
    )
