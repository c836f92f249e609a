"""See by a personal link what changed in a text that was signed, and agree to the new one or withdraw."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session, select

from service.campaigns.queries import lock_campaign_of, present_revision
from service.campaigns.revise import takes_answers
from service.campaigns.text_parts import text_parts
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.letter.difference import Passage, difference
from service.model.agreement import How
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.link_token import LinkToken, Purpose
from service.model.message import Message, MessageKind
from service.model.signature import Kind, Signature, Standing, standing
from service.model.states import SignatureState
from service.signing.agreement import agreements_of
from service.signing.earlier_text import may_object_until, stand_on_present
from service.signing.leaving import take_off
from service.signing.naming import HOW_NAMED, standing_text
from service.signing.organizations.joined import part_joined
from service.signing.page import LetterView, view_for_holder
from service.signing.proof_line import proof_line
from service.signing.queries import Find, get_signature, lock_signature
from service.signing.reached import reader_acted
from service.store.keyring import Keyring
from service.store.links import find_link
from service.store.sealed import open_record, open_text

ChangeAnswer = Literal["agree", "withdraw"]


@dataclass(frozen=True, kw_only=True)
class Version:
    """A text by its number and its SHA-256."""

    number: int
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class ChangeView:
    """What the holder of a link about a change sees; `seen` changes with the text that would be agreed to.

    `signed` is the text the sign-on stands on or, where its name was kept without an answer, the one it last agreed to;
    None where it agreed to the present one itself. `until` is None for those who are asked; `reader` is the language that
    the signatory reads, where it is known.
    """

    letter: LetterView
    name: str
    kind: Kind
    how_named: str
    printed_line: str
    present: Version
    signed: Version | None
    passages: tuple[Passage, ...]
    reason: str
    state: Literal["asked", "kept", "stands", "gone", "too_late"]
    keeps: bool
    until: datetime | None
    reader: str
    standing_text: str
    seen: str


def look_at_change(session: Session, keyring: Keyring, *, token: str, now: datetime) -> ChangeView:
    """Show what changed, and change nothing; raises NotFound for a link that opens nothing."""
    link = find_link(session, token, Purpose.CHANGE)
    signature, campaign = _behind(session, link, get_signature, now=now)
    return _view(session, keyring, signature, campaign, now=now)


def answer_change(
    session: Session, keyring: Keyring, *, token: str, answer: ChangeAnswer, seen: str, now: datetime
) -> ChangeView:
    """Let the sign-on stand on the text that was `seen`, or take it off; a second time changes nothing.

    Raises NotFound for a link that opens nothing, Refused where the text has changed again or the letter was released.
    """
    # The campaign first: a revision or a release that is under way either sees this or is seen.
    link = find_link(session, token, Purpose.CHANGE)
    lock_campaign_of(session, link.campaign_id)
    signature, campaign = _behind(session, link, lock_signature, now=now)
    keys = keyring.of(session, campaign.id)
    reader_acted(session, keys, signature, link, now=now)
    if answer == "withdraw":
        _withdraw(session, signature, campaign, now=now)
    else:
        _agree(session, keys, signature, campaign, seen=seen, now=now)
    return _view(session, keyring, signature, campaign, now=now)


def _withdraw(session: Session, signature: Signature, campaign: Campaign, *, now: datetime) -> None:
    if signature.state is SignatureState.CONFIRMED:
        take_off(session, signature, campaign, now=now)
        part_joined(session, signature)
    elif signature.state is not SignatureState.WITHDRAWN:
        raise Refused(standing_text(signature, campaign))


def _agree(
    session: Session,
    keys: CampaignKeys,
    signature: Signature,
    campaign: Campaign,
    *,
    seen: str,
    now: datetime,
) -> None:
    if signature.state is not SignatureState.CONFIRMED:
        raise Refused(standing_text(signature, campaign))
    if not takes_answers(session, campaign):
        raise Refused(
            Sentence("The letter was released already, so nobody can be added to its text any more.")
        )
    if present_revision(session, campaign).sha256 != seen:
        raise Refused(Sentence("The text has just changed once more; look at it before you agree."))
    latest = agreements_of(session, signature)[:1]
    has_agreed = any(one.revision_id == campaign.revision_id and one.how is not How.KEPT for one, _ in latest)
    if signature.revision_id != campaign.revision_id or not has_agreed:
        stand_on_present(session, keys, campaign, signature, how=How.AGREED, now=now)


def _behind(session: Session, link: LinkToken, find: Find, *, now: datetime) -> tuple[Signature, Campaign]:
    signature = find(session, link.row_id)
    campaign = session.get(Campaign, link.campaign_id)
    if (
        signature is None
        or campaign is None
        or now >= link.expires_at
        or link.generation != signature.generation
    ):
        raise NotFound(Sentence("This link does not open anything."))
    return signature, campaign


def _view(
    session: Session, keyring: Keyring, signature: Signature, campaign: Campaign, *, now: datetime
) -> ChangeView:
    keys, present = keyring.of(session, campaign.id), present_revision(session, campaign)
    signed = _signed(session, signature, present)
    before = open_record(keys, signed, "content") if signed else {}
    passages = difference(text_parts(before), text_parts(open_record(keys, present, "content")))
    return ChangeView(
        letter=view_for_holder(session, keyring, campaign, signature, now=now),
        name=open_text(keys, signature, "name"),
        kind=signature.kind,
        how_named=HOW_NAMED[signature.visibility],
        printed_line=proof_line(session, keyring, campaign, signature, now=now),
        present=_version(present),
        signed=_version(signed) if signed else None,
        passages=passages if signed else (),
        reason=open_text(keys, present, "reason") if signed else "",
        state=_state(session, signature, campaign, has_agreed=signed is None),
        keeps=signature.keeps_on_change,
        until=_until(session, signature, campaign, present, now=now),
        reader=signature.language,
        standing_text=standing_text(signature, campaign),
        seen=present.sha256,
    )


def _signed(session: Session, signature: Signature, present: LetterRevision) -> LetterRevision | None:
    """Find the text that a signatory itself last agreed to; None where that is the present one."""
    if signature.revision_id is None:
        return None
    if signature.revision_id != present.id:
        return session.get(LetterRevision, signature.revision_id)
    by_itself = [text for one, text in agreements_of(session, signature) if one.how is not How.KEPT]
    return by_itself[0] if by_itself and by_itself[0].id != present.id else None


def _state(
    session: Session, signature: Signature, campaign: Campaign, *, has_agreed: bool
) -> Literal["asked", "kept", "stands", "gone", "too_late"]:
    if signature.state is not SignatureState.CONFIRMED:
        return "gone"
    if signature.revision_id == campaign.revision_id:
        return "stands" if has_agreed else "kept"
    return "asked" if takes_answers(session, campaign) else "too_late"


def _until(
    session: Session, signature: Signature, campaign: Campaign, present: LetterRevision, *, now: datetime
) -> datetime | None:
    if not signature.keeps_on_change or standing(signature, campaign) is not Standing.EARLIER_TEXT:
        return None
    mail = select(Message.created_at).where(
        Message.recipient_ref == signature.id,
        Message.kind == MessageKind.CHANGE,
        Message.occurrence == present.id,
    )
    return may_object_until(campaign, present, told_at=session.exec(mail).first() or now)


def _version(revision: LetterRevision) -> Version:
    return Version(number=revision.number, fingerprint=revision.sha256)
