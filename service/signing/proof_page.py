"""The page of the proof round: one's own line as the letter will print it, to be called right or to be changed."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.letter.audience import is_shown_to_nobody
from service.model.link_token import Purpose
from service.model.schedule import Occurrence
from service.model.signature import Kind, Standing, standing
from service.model.states import SignatureState
from service.signing.line import LineChange, change_line
from service.signing.manage import note
from service.signing.naming import HOW_NAMED, standing_text
from service.signing.own_sign_on import (
    Holder,
    ManageView,
    hold_own,
    look_at_holder,
    view_of,
    why_line_stays,
)
from service.signing.page import LetterView, view_for_holder
from service.signing.party import SignOn
from service.signing.proof_answers import answer_in, asked_in, keep_agreed, line_index
from service.signing.proof_line import proof_line
from service.signing.reached import reader_acted
from service.store.keyring import Keyring

State = Literal["asked", "right", "over", "settled", "unnamed", "waits", "gone"]


@dataclass(frozen=True, kw_only=True)
class ProofView:
    """What the holder of a proof's link sees; `seen` changes with the line that would be called right.

    `until` is in the letter's zone. `state` is `asked` or `right` while an answer counts; `over` once its time has passed
    and `settled` once the letter is being approved with it or has gone (`why` says it in a sentence); `unnamed` of who
    is only counted, `waits` of who does not count just now, `gone` of who is not among the signatories any more.
    `agreed` says that this very line was called right, `fixed` that it was changed in this round.
    """

    letter: LetterView
    kind: Kind
    name: str
    how_named: str
    printed_line: str
    until: datetime
    state: State
    why: str
    agreed: bool
    fixed: bool
    standing_text: str
    reader: str
    seen: str


def look_at_proof(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ProofView:
    """Show the line and change nothing; raises NotFound for a link that opens nothing."""
    return _view(look_at_holder(session, keyring, token=token, now=now, purpose=Purpose.PROOF))


def agree_to_line(session: Session, keyring: Keyring, *, token: str, seen: str, now: datetime) -> ProofView:
    """Keep that the line that was `seen` is right; a second time, and where it means nothing any more, changes nothing.

    Raises Refused where the line is not as it was seen any more, and as look_at_proof() does.
    """
    holder = hold_own(session, keyring, token=token, now=now, purpose=Purpose.PROOF)
    view = _view(holder)
    if view.state != "asked":
        return view
    if view.seen != seen:
        raise Refused(Sentence("The line was changed since you opened this page; look at it again."))
    reader_acted(session, holder.keys, holder.signature, holder.link, now=now)
    line = line_index(holder.keys, view.printed_line)
    keep_agreed(session, _round(holder), holder.signature, line, now=now)
    note(holder, "signature.proof")
    session.flush()
    return _view(holder)


def look_at_line(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ManageView:
    """Show what of the sign-on can be fixed, or in `why_line_stays` why nothing can; raises as look_at_proof() does."""
    holder = look_at_holder(session, keyring, token=token, now=now, purpose=Purpose.PROOF)
    return replace(view_of(holder), why_line_stays=_why_not_fixed(_view(holder)))


def fix_line(
    session: Session, keyring: Keyring, *, token: str, given: SignOn, seen: str, now: datetime
) -> LineChange:
    """Change the line as its owner may by its own link (service/signing/line.py); raises Refused once nothing can be."""
    holder = hold_own(session, keyring, token=token, now=now, purpose=Purpose.PROOF)
    if reason := _why_not_fixed(_view(holder)):
        raise Refused(reason)
    return change_line(session, keyring, token=token, given=given, seen=seen, now=now, purpose=Purpose.PROOF)


def _why_not_fixed(view: ProofView) -> str:
    return "" if view.state in {"asked", "right"} else view.why or view.standing_text


def _view(holder: Holder) -> ProofView:
    session, signature, campaign = holder.session, holder.signature, holder.campaign
    occurrence = _round(holder)
    assert occurrence.answers_until is not None
    stands = signature.erased_at is None and signature.state is SignatureState.CONFIRMED
    line = proof_line(session, holder.keyring, campaign, signature, now=holder.now) if stands else ""
    answer = answer_in(session, occurrence, signature)
    index = line_index(holder.keys, line)
    agreed = answer is not None and answer.agreed_at is not None and answer.line == index
    state, why = _state(holder, occurrence.answers_until, agreed=agreed)
    return ProofView(
        letter=view_for_holder(session, holder.keyring, campaign, signature, now=holder.now),
        kind=signature.kind,
        name=holder.party.name,
        how_named=HOW_NAMED[signature.visibility],
        printed_line=line,
        until=occurrence.answers_until.astimezone(ZoneInfo(campaign.time_zone)),
        state=state,
        why=why,
        agreed=agreed,
        fixed=answer is not None and answer.fixed_at is not None,
        standing_text=standing_text(signature, campaign),
        reader=signature.language,
        seen=index.hex(),
    )


def _state(holder: Holder, until: datetime, *, agreed: bool) -> tuple[State, str]:
    signature = holder.signature
    if signature.erased_at is not None or signature.state is not SignatureState.CONFIRMED:
        return "gone", ""
    if is_shown_to_nobody(signature.visibility.value):
        return "unnamed", Sentence("This sign-on is only counted: the letter prints no name of it.")
    if reason := why_line_stays(holder):
        return "settled", reason
    if standing(signature, holder.campaign) is not Standing.COUNTED:
        return "waits", ""
    if holder.now >= until:
        return "over", Sentence("The time to answer is over.")
    return ("right" if agreed else "asked"), ""


def _round(holder: Holder) -> Occurrence:
    occurrence = asked_in(holder.session, holder.signature)
    if occurrence is None:
        raise NotFound(Sentence("This link does not open anything."))
    return occurrence
