"""One's own sign-on, found by its personal link and shown as its owner sees it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.queries import editions_out, latest_edition, lock_campaign_of, released_edition
from service.foundation.canonical import digest
from service.foundation.errors import NotFound
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.letter.audience import is_shown_to_nobody
from service.letter.edition import Signatory
from service.model.campaign import Campaign
from service.model.edition import EditionKind
from service.model.letter_revision import LetterRevision
from service.model.link_token import LinkToken, Purpose
from service.model.signature import Kind, Signature, Standing, Visibility, standing
from service.model.states import PUT_AWAY, CampaignState, SignatureState
from service.signing.line_before import earlier_line
from service.signing.naming import HOW_NAMED, is_accepted_at_once, standing_text
from service.signing.page import LetterView, view_for_holder
from service.signing.party import SignOn, read_party
from service.signing.proof_line import proof_line
from service.signing.queries import Find, get_signature, lock_signature
from service.signing.roll import frozen_letter, signature_salt
from service.store.keyring import Keyring
from service.store.links import Link, find_link, link_token

UNDO = timedelta(hours=24)
"""How long a withdrawal can be undone."""

MAY_LEAVE = frozenset({SignatureState.PENDING, SignatureState.CONFIRMED})
_ERASED = Sentence("This sign-on was erased, so nothing of it can be changed any more.")


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whoever holds the link of a sign-on: the sign-on, its letter and keys, and the moment."""

    session: Session
    keyring: Keyring
    keys: CampaignKeys
    campaign: Campaign
    signature: Signature
    link: LinkToken
    now: datetime

    @property
    def party(self) -> SignOn:
        """What the sign-on keeps of its owner."""
        return read_party(self.keys, self.signature)

    @property
    def is_released(self) -> bool:
        """Whether the letter was released, so that what it says is settled."""
        return released_edition(self.session, self.campaign) is not None

    def sent_entry(self) -> Signatory | None:
        """Find this sign-on in the letter or the addendum that was released; None where it is in neither."""
        for row in editions_out(self.session, self.campaign):
            if row.kind is not EditionKind.CORRECTION:
                salt = signature_salt(self.keys, self.signature, number=row.number)
                roll = frozen_letter(self.session, self.keyring, row).roll
                entry = next((entry for entry in roll if entry.salt == salt), None)
                if entry is not None:
                    return entry
        return None


@dataclass(frozen=True, kw_only=True)
class ManageView:
    """What a signatory sees of its own sign-on; `seen` changes with whatever may be changed here.

    `members_wait` where the coalition has to accept the members that an organization adds.
    """

    letter: LetterView
    party: SignOn
    name: str
    kind: Kind
    visibility: Visibility
    how_named: str
    printed_line: str
    state: SignatureState
    standing_text: str
    counts: bool
    may_withdraw: bool
    undo_until: datetime | None
    why_line_stays: str
    may_undo_line: bool
    members_wait: bool
    may_hide: bool
    may_ask_correction: bool
    correction_asked: bool
    released: bool
    erased: bool
    signed_day: date
    confirmed_day: date | None
    revision: int
    fingerprint: str
    on_earlier_text: bool
    change_token: str
    seen: str


def look_at_holder(
    session: Session, keyring: Keyring, *, token: str, now: datetime, purpose: Purpose = Purpose.MANAGE
) -> Holder:
    """Find a sign-on by its link, to look at it; raises NotFound for a link that opens nothing."""
    link = find_link(session, token, purpose)
    return _behind(session, keyring, link, get_signature, now=now)


def hold_own(
    session: Session, keyring: Keyring, *, token: str, now: datetime, purpose: Purpose = Purpose.MANAGE
) -> Holder:
    """Find a sign-on by its link, to change it: letter and sign-on stay locked until the transaction ends."""
    link = find_link(session, token, purpose)
    # The campaign first: a release that is under way either sees the change or is seen.
    lock_campaign_of(session, link.campaign_id)
    return _behind(session, keyring, link, lock_signature, now=now)


def view_of(holder: Holder) -> ManageView:
    """Show a sign-on to its holder."""
    signature, campaign, party = holder.signature, holder.campaign, holder.party
    revision = holder.session.get(LetterRevision, signature.revision_id) if signature.revision_id else None
    sent = holder.sent_entry()
    return ManageView(
        letter=view_for_holder(holder.session, holder.keyring, campaign, signature, now=holder.now),
        party=party,
        name=party.name,
        kind=signature.kind,
        visibility=signature.visibility,
        how_named=HOW_NAMED[signature.visibility],
        printed_line=_printed(holder),
        state=signature.state,
        standing_text=standing_text(signature, campaign),
        counts=standing(signature, campaign) is Standing.COUNTED,
        may_withdraw=signature.state in MAY_LEAVE and signature.erased_at is None,
        undo_until=None if why_not_undone(holder) else _there(campaign, end_of_undo(signature)),
        why_line_stays=why_line_stays(holder),
        may_undo_line=earlier_line(party) is not None and not why_line_stays(holder),
        members_wait=not is_accepted_at_once(signature, campaign, members=("a member",)),
        may_hide=may_hide(holder) and bool(why_line_stays(holder)),
        may_ask_correction=may_ask_correction(signature, sent),
        correction_asked=signature.correction_asked_at is not None,
        released=holder.is_released,
        erased=signature.erased_at is not None,
        signed_day=_there(campaign, signature.signed_at or signature.created_at).date(),
        confirmed_day=_there(campaign, signature.confirmed_at).date() if signature.confirmed_at else None,
        revision=revision.number if revision else 0,
        fingerprint=revision.sha256 if revision else "",
        on_earlier_text=revision is not None and signature.revision_id != campaign.revision_id,
        change_token=_change_token(holder),
        seen=seen_of(holder),
    )


def seen_of(holder: Holder) -> str:
    """Give a digest of what can be changed: a form that was filled in from something else must be looked at again."""
    held = holder.signature.held_reason
    state = [holder.signature.state.value, held.value if held else ""]
    return digest({"party": repr(holder.party), "state": state})


def why_line_stays(holder: Holder) -> str:
    """Say in one sentence why the printed line cannot be changed now; empty where it can."""
    signature, campaign = holder.signature, holder.campaign
    if signature.erased_at is not None:
        return _ERASED
    if signature.state not in MAY_LEAVE:
        return Sentence("This sign-on does not stand, so there is nothing to change.")
    if holder.is_released or campaign.state in {CampaignState.SENT, *PUT_AWAY}:
        return Sentence("The letter has gone out, so what it prints stays as it is.")
    edition = latest_edition(holder.session, campaign)
    if campaign.state is not CampaignState.OPEN and edition is not None and edition.voided_at is None:
        return Sentence("The letter is being approved with this line, so it stays as it is.")
    return ""


def why_not_undone(holder: Holder) -> str:
    """Say in one sentence why a withdrawal cannot be undone; empty where it can."""
    signature = holder.signature
    if signature.erased_at is not None:
        return _ERASED
    if signature.state is not SignatureState.WITHDRAWN:
        return Sentence("This sign-on was not withdrawn.")
    if holder.is_released or holder.campaign.state in {CampaignState.SENT, *PUT_AWAY}:
        return Sentence("The letter has gone out without this name, so the withdrawal stays.")
    if holder.now >= end_of_undo(signature):
        return Sentence(
            "A withdrawal can be undone for 24 hours only; sign again if the letter still takes sign-ons."
        )
    return ""


def end_of_undo(signature: Signature) -> datetime:
    """Give the moment after which a withdrawal stays."""
    return (signature.left_at or signature.created_at) + UNDO


def may_hide(holder: Holder) -> bool:
    """Tell whether there is a name to hide: of a sign-on that stands and is named to somebody."""
    signature = holder.signature
    return signature.erased_at is None and signature.state in MAY_LEAVE and _is_named(signature)


def may_ask_correction(signature: Signature, sent: Signatory | None) -> bool:
    """Tell whether there is something to correct: the letter that was sent names somebody who is not named now."""
    was_named = sent is not None and not is_shown_to_nobody(sent.shown)
    return was_named and (signature.state is SignatureState.WITHDRAWN or not _is_named(signature))


def _behind(session: Session, keyring: Keyring, link: LinkToken, find: Find, *, now: datetime) -> Holder:
    signature = find(session, link.row_id)
    campaign = session.get(Campaign, link.campaign_id)
    if (
        signature is None
        or campaign is None
        or now >= link.expires_at
        or link.generation != signature.generation
    ):
        raise NotFound(Sentence("This link does not open anything."))
    return Holder(
        session=session,
        keyring=keyring,
        keys=keyring.of(session, campaign.id),
        campaign=campaign,
        signature=signature,
        link=link,
        now=now,
    )


def _change_token(holder: Holder) -> str:
    """Give the link to what changed, which was kept when the change was put to this signatory; else nothing."""
    if standing(holder.signature, holder.campaign) is not Standing.EARLIER_TEXT:
        return ""
    link = Link(purpose=Purpose.CHANGE, row_id=holder.signature.id, generation=holder.signature.generation)
    return link_token(holder.keys, link)


def _printed(holder: Holder) -> str:
    # Of a sign-on that does not stand nothing is printed, and erased ones have nothing to print.
    if holder.signature.erased_at is not None or holder.signature.state not in MAY_LEAVE:
        return ""
    return proof_line(holder.session, holder.keyring, holder.campaign, holder.signature, now=holder.now)


def _is_named(signature: Signature) -> bool:
    return not is_shown_to_nobody(signature.visibility.value)


def _there(campaign: Campaign, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(campaign.time_zone))
