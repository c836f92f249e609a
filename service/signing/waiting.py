"""The page that waits after a form was sent: type the code, ask for the mail once more, correct the address.

It carries a token of its own, which opens nothing else. Whoever has signed before, page and answers are the same.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from service.foundation.addresses import comparable_address, masked_address
from service.foundation.errors import NotFound
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.tokens import derive_token, looks_like_token, token_digest
from service.model.campaign import Campaign
from service.model.confirming_code import CodeChannel
from service.model.link_token import Purpose
from service.model.signature import ConfirmedBy, Kind, Signature
from service.model.waiting import Waiting
from service.signing.abuse.bucket import Limit
from service.signing.abuse.buckets import take_from
from service.signing.abuse.small_forms import Asking, is_let_be
from service.signing.abuse.visit import Visit
from service.signing.codes import try_code, use_code
from service.signing.confirm import (
    Act,
    PendingView,
    is_settled,
    is_takeable,
    look_at_signature,
    seen_digest,
    settle,
)
from service.signing.intake import ask_again, receive_corrected
from service.signing.naming import HOW_NAMED
from service.signing.page import LetterView, view_for_stranger
from service.signing.party import SignOn, read_written, written
from service.signing.proof_line import line_of_form
from service.signing.queries import lock_signature
from service.signing.sign import (
    CONFIRM_LIVES,
    Desk,
    why_not_open,
)
from service.store.insert import insert_or
from service.store.keyring import Keyring
from service.store.links import Link, find_link, keep_link, link_token
from service.store.sealed import open_record, seal_text

LIVES = timedelta(hours=24)
"""How long the page may be used; then what was typed is forgotten."""

MOST_CORRECTIONS = 3
MOST_RESENDS = 3
TRIES = Limit(burst=30, step=timedelta(minutes=1))
"""How often a code may be typed on one page: more than all its codes together take."""


@dataclass(frozen=True, kw_only=True)
class WaitingView:
    """What the page shows: nothing but the letter and what this form itself has said."""

    letter: LetterView
    name: str
    kind: Kind
    how_named: str
    printed_line: str
    masked_email: str
    has_approver: bool


@dataclass(frozen=True, kw_only=True)
class CodeAnswer:
    """What became of a typed code: the confirmed sign-on, or that it was filled in anew, or neither.

    `confirming` is the token of the link that would have confirmed it as well; its receipt lies there.
    """

    confirmed: PendingView | None = None
    confirming: str = ""
    has_changed: bool = False


@dataclass(frozen=True, kw_only=True)
class Waits:
    """For what a page waits: a form that was received, or a sign-on that is there already."""

    form: str
    intake_id: str | None = None
    row: Signature | None = None
    seen: str = ""
    corrections: int = 0


def wait_after_invitation(
    session: Session, keyring: Keyring, *, invitation: str, sign_on: SignOn, form: str, now: datetime
) -> str:
    """Give the token of the page that waits after an invitation was answered by signing, in the same transaction."""
    link = find_link(session, invitation, Purpose.INVITATION)
    row = lock_signature(session, link.row_id)
    campaign = session.get_one(Campaign, link.campaign_id)
    keys = keyring.of(session, campaign.id)
    waits = Waits(form=form, row=row, seen=seen_digest(keys, row, campaign) if row is not None else "")
    return _wait_for(session, keys, sign_on, waits, now=now)


def look_at_waiting(session: Session, keyring: Keyring, *, token: str, now: datetime) -> WaitingView:
    """Show the page; raises NotFound for a token that opens nothing or whose day is over."""
    waiting, desk = _behind(session, keyring, token, now=now)
    given = _given(desk, waiting)
    return WaitingView(
        letter=view_for_stranger(session, keyring, desk.campaign, now=now),
        name=given.name,
        kind=given.kind,
        how_named=HOW_NAMED[given.visibility],
        printed_line=line_of_form(session, keyring, desk.campaign, given, now=now),
        masked_email=masked_address(given.confirming_email),
        has_approver=bool(given.approver_email),
    )


def confirm_by_code(
    session: Session, keyring: Keyring, *, token: str, code: str, now: datetime
) -> CodeAnswer:
    """Confirm with a code; a wrong and a useless one get the same answer, and both cost a try.

    Nothing is confirmed but what this very form left: where the sign-on was filled in anew since, its owner has to
    look at it first. Raises NotFound as look_at_waiting().
    """
    waiting, desk = _behind(session, keyring, token, now=now)
    # Counted of the page as well: of a sign-on that has stood for long no try is left to be counted, and what writes
    # nothing waits for no disk, by which it would be told.
    if take_from(session, [(f"code {waiting.id}", TRIES)], site_key=keyring.site_key, now=now):
        return CodeAnswer()
    row = lock_signature(session, waiting.signature_id or "")
    channel = try_code(session, desk.keys, row, code, now=now)
    if row is None or channel is None:
        return CodeAnswer()
    was_before = is_settled(row)
    if not was_before:
        if not is_takeable(session, row, desk.campaign, now=now):
            return CodeAnswer()
        if waiting.seen != seen_digest(desk.keys, row, desk.campaign):
            return CodeAnswer(has_changed=True)
        by = ConfirmedBy.CODE if channel is CodeChannel.MAIL else ConfirmedBy.READ_OUT
        settle(session, keyring, row, desk.campaign, act=Act(by=by), now=now)
        use_code(session, row, channel, now=now)
    view = look_at_signature(session, keyring, row, desk.campaign, now=now)
    return CodeAnswer(confirmed=replace(view, was_before=was_before), confirming=_confirming(desk, row))


def send_again(session: Session, keyring: Keyring, *, token: str, asking: Asking, now: datetime) -> None:
    """Have the address of this form written to once more, within the caps; what is done then is done a moment later."""
    waiting, desk = _behind(session, keyring, token, now=now)
    may = _count(session, waiting, col(Waiting.resends), most=MOST_RESENDS)
    given = _given(desk, waiting)
    let_be = is_let_be(
        session, keyring, asking, campaign_id=desk.campaign.id, email=given.confirming_email, now=now
    )
    if may and not let_be:
        ask_again(session, desk.keys, given, signature_id=waiting.signature_id, now=now)


def correct_address(
    session: Session, keyring: Keyring, *, token: str, address: str, visit: Visit, now: datetime
) -> str:
    """Send this form again with another address, and give the token of the page that waits for that.

    What speaks against the form, or spoke against it before, holds it. The sign-on that it led to ends once the form
    is taken in: no sign-on is looked at here, so there is nothing that time could tell. Beyond the cap nothing is done,
    and the answer is the same.
    """
    waiting, desk = _behind(session, keyring, token, now=now)
    given = _given(desk, waiting)
    corrected = _with_address(given, address)
    # The page that waits for the corrected one may be corrected fewer times.
    corrections = waiting.corrections + 1
    may = _count(session, waiting, col(Waiting.corrections), most=MOST_CORRECTIONS)
    if may and not why_not_open(desk.campaign, now=now):
        intake_id = receive_corrected(
            session,
            keyring,
            corrected,
            before=waiting,
            campaign=desk.campaign,
            visit=visit,
            now=now,
        )
    else:
        intake_id = None
    waits = Waits(form=f"{token} {comparable_address(address)}", intake_id=intake_id, corrections=corrections)
    return _wait_for(session, desk.keys, corrected, waits, now=now)


def page_token(keys: CampaignKeys, *, form: str, given: str) -> str:
    """Derive the token of the page that waits for a form in which this text was given; the same form has the same."""
    typed = hashlib.sha256(f"{form}\0{given}".encode()).hexdigest()
    return derive_token(keys.token, purpose="waiting", row=typed, generation=1)


def end_waiting(session: Session, row: Signature) -> None:
    """Close every page that waits for a sign-on."""
    session.execute(delete(Waiting).where(col(Waiting.signature_id) == row.id))


def forget_waiting(session: Session, *, now: datetime) -> int:
    """Delete the pages whose day is over, with what was typed on them; gives how many."""
    over = session.exec(select(Waiting).where(col(Waiting.expires_at) <= now).limit(1000)).all()
    for row in over:
        session.delete(row)
    return len(over)


def _wait_for(session: Session, keys: CampaignKeys, given: SignOn, waits: Waits, *, now: datetime) -> str:
    text = written(given)
    token = page_token(keys, form=waits.form, given=text)
    waiting = Waiting(
        digest=token_digest(token),
        campaign_id=keys.campaign,
        intake_id=waits.intake_id,
        signature_id=waits.row.id if waits.row is not None else None,
        seen=waits.seen,
        given=b"",
        corrections=waits.corrections,
        made_at=now,
        expires_at=now + LIVES,
    )
    waiting.given = seal_text(keys, waiting, "given", text)
    session.flush()
    adding = insert_or(session, waiting)
    # Sent twice, it is the later form that the page waits for: both lead to one sign-on.
    session.execute(
        adding.on_conflict_do_update(index_elements=["digest"], set_={"intake_id": waits.intake_id})
        if waits.intake_id
        else adding.on_conflict_do_nothing(index_elements=["digest"])
    )
    return token


def _behind(session: Session, keyring: Keyring, token: str, *, now: datetime) -> tuple[Waiting, Desk]:
    found = None
    if looks_like_token(token):
        found = session.exec(select(Waiting).where(Waiting.digest == token_digest(token))).one_or_none()
    campaign = session.get(Campaign, found.campaign_id) if found is not None else None
    is_over = found is None or now >= found.expires_at
    if found is None or is_over or campaign is None or campaign.emergency_at is not None:
        raise NotFound(Sentence("This link does not open anything."))
    return found, Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)


def _given(desk: Desk, waiting: Waiting) -> SignOn:
    return read_written(open_record(desk.keys, waiting, "given"))


def _with_address(given: SignOn, address: str) -> SignOn:
    """Put another address in place of the one that confirms."""
    if given.approver_email:
        return replace(given, approver_email=address)
    return replace(given, email=address)


def _confirming(desk: Desk, row: Signature) -> str:
    """Give the token of a sign-on's confirming link, and see that it opens, also where no mail with it was sent."""
    link = Link(purpose=Purpose.CONFIRM, row_id=row.id, generation=row.generation)
    keep_link(desk.session, desk.keys, link, expires_at=desk.now + CONFIRM_LIVES, now=desk.now)
    return link_token(desk.keys, link)


def _count(session: Session, waiting: Waiting, column: Mapped[int], *, most: int) -> bool:
    """Count one use of the page, and tell whether it was within the cap; many at one moment are counted one by one."""
    counting = (
        update(Waiting).where(col(Waiting.id) == waiting.id, column < most).values({column: column + 1})
    )
    return session.execute(counting.returning(col(Waiting.id))).first() is not None
