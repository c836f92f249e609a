"""Take a sign-on: keep it pending and ask its mailbox to confirm."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from service.campaigns.access import seen_campaign
from service.campaigns.queries import released_edition
from service.foundation.errors import Refused, Transient
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign, Signers
from service.model.confirming_code import CodeChannel
from service.model.consent import Occasion
from service.model.link_token import Purpose
from service.model.message import MessageKind
from service.model.signature import HeldReason, Kind, Provenance, Signature
from service.model.states import SIGNATURE, CampaignState, SignatureState
from service.signing.codes import keep_code, mail_code
from service.signing.consents import WORDING, keep_answers
from service.signing.found_by import keep_words
from service.signing.limits import may_mail
from service.signing.members import keep_members
from service.signing.party import (
    SignOn,
    email_index,
    name_index,
    on_record,
    read_party,
    second_claim_index,
    write_party,
)
from service.signing.queries import find_organization, find_people, mails_sent
from service.signing.workplace import LINKS_LIVE as LINKS_LIVE
from service.signing.workplace import Desk as Desk
from service.store.insert import add_once
from service.store.keyring import Keyring
from service.store.links import Link, keep_link, keep_links

CONFIRM_LIVES = timedelta(days=14)
"""How long a confirming link works at most; its page then offers a new one, mailed to the address on record."""

_TRIES = 3


def sign(
    session: Session, keyring: Keyring, *, slug: str, key: str, sign_on: SignOn, now: datetime
) -> Signature:
    """Keep a sign-on as pending and post the mail that asks to confirm it.

    Whoever has signed before, the caller learns nothing: the same silence follows a first sign-on, a repeated one,
    and one under a name that another contact holds (which waits for the secretariat's look). Raises NotFound where
    the viewer may not know of the letter, Refused where it takes no sign-on now. The row is for this room only.
    """
    campaign = seen_campaign(session, keyring.root, slug=slug, key=key)
    refuse_unless_open(campaign, now=now)
    refuse_unless_taken(campaign, sign_on.kind)
    return keep_sign_on(
        Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now), sign_on
    )


def keep_sign_on(desk: Desk, sign_on: SignOn) -> Signature:
    """Keep a sign-on that was received when the letter took it; all else is as with sign()."""
    row = _claim(desk, sign_on)
    if row.state is SignatureState.PENDING:
        ask_to_confirm(desk, row)
    else:
        tell_already_signed(desk, row)
    return row


def refuse_unless_open(campaign: Campaign, *, now: datetime) -> None:
    """Raise Refused, with the reason for a reader, where the letter takes no sign-on at this moment."""
    reason = why_not_open(campaign, now=now)
    if reason:
        raise Refused(reason)


def why_not_open(campaign: Campaign, *, now: datetime) -> str:
    """Say in one sentence why no sign-on is taken now; empty where one is."""
    if campaign.state is CampaignState.FROZEN or (campaign.opens_at is not None and now < campaign.opens_at):
        return Sentence("This letter is not open for sign-ons yet.")
    if campaign.state is not CampaignState.OPEN or now >= campaign.deadline_at:
        return Sentence("The time for sign-ons to this letter is over.")
    if campaign.paused_at is not None or campaign.emergency_at is not None:
        return Sentence("This letter takes no sign-ons for the moment. Please come back later.")
    return ""


def why_not_open_to(session: Session, campaign: Campaign, signature: Signature, *, now: datetime) -> str:
    """Say in one sentence why this very sign-on cannot be made now; one with a late link may be, once the letter is closed."""
    reason = why_not_open(campaign, now=now)
    late = signature.late_until
    if not reason or campaign.state is not CampaignState.CLOSED or late is None or now >= late:
        return reason
    return reason if released_edition(session, campaign) is not None else ""


def decide_until(campaign: Campaign, signature: Signature | None = None) -> datetime:
    """Give the moment until which one may sign: the letter's deadline, or the end of a late link of its own."""
    late = signature.late_until if signature is not None else None
    return max(campaign.deadline_at, late) if late is not None else campaign.deadline_at


def refuse_unless_taken(campaign: Campaign, kind: Kind) -> None:
    """Raise Refused where the letter takes no signatory of this kind."""
    if campaign.signers is Signers.ORGANIZATIONS and kind is Kind.PERSON:
        raise Refused(Sentence("This letter is signed by organizations only."))
    if campaign.signers is Signers.PEOPLE and kind is Kind.ORGANIZATION:
        raise Refused(Sentence("This letter is signed by individuals only."))


def fill_in(desk: Desk, row: Signature, sign_on: SignOn) -> None:
    """Bring a row that is not confirmed to what was given now, and make it pending on the present text."""
    recorded = read_party(desk.keys, row)
    given = on_record(recorded, sign_on) if recorded.email else sign_on
    # The very same form once more, by a second press say, asks nothing new of its mailbox.
    is_same = row.state is SignatureState.PENDING and row.revision_id == desk.campaign.revision_id
    since = row.signed_at if is_same and given == recorded else None
    write_party(desk.keys, row, given)
    if row.state is not SignatureState.PENDING:
        if row.state in {SignatureState.WITHDRAWN, SignatureState.EXPIRED, SignatureState.DECLINED}:
            row.generation += 1
            # What was confirmed and accepted before is not what is confirmed next.
            row.accepted_at = row.confirmed_at = None
        SIGNATURE.move(row, SignatureState.PENDING)
    row.signed_at, row.left_at, row.correction_asked_at = since or desk.now, None, None
    row.revision_id = desk.campaign.revision_id
    keep_answers(desk.session, row, occasion=Occasion.FORM, now=desk.now)
    desk.session.add(row)
    keep_members(desk.session, desk.keys, row, read_party(desk.keys, row))
    keep_words(desk.session, desk.keys, row)


def ask_to_confirm(desk: Desk, row: Signature) -> None:
    """Post the confirming mail, within the caps that keep the form from flooding a mailbox."""
    sent = mails_sent(desk.session, row, now=desk.now)
    if not may_mail(sent):
        return
    occurrence = f"{row.generation}.{sent.for_sign_on + 1}"
    keep_confirm_links(desk, row, expires_at=desk.now + CONFIRM_LIVES)
    code = mail_code(desk.keys, row.id, occurrence)
    keep_code(desk.session, desk.keys, row, code, channel=CodeChannel.MAIL, now=desk.now)
    outbox.post(
        desk.session,
        kind=MessageKind.CONFIRM,
        campaign_id=desk.campaign.id,
        recipient_ref=row.id,
        occurrence=occurrence,
        now=desk.now,
    )


def tell_already_signed(desk: Desk, row: Signature) -> None:
    """Tell the mailbox, never the page, that nothing more is needed; once a day at most."""
    keep_manage_link(desk, row)
    if row.revision_id != desk.campaign.revision_id:
        keep_change_link(desk, row)
    outbox.post(
        desk.session,
        kind=MessageKind.ALREADY,
        campaign_id=desk.campaign.id,
        recipient_ref=row.id,
        occurrence=f"{desk.now:%Y-%m-%d}",
        now=desk.now,
    )


def keep_confirm_links(desk: Desk, row: Signature, *, expires_at: datetime) -> None:
    """Keep the link that confirms, and beside it for long the one that says: this was not me."""
    confirm = Link(purpose=Purpose.CONFIRM, row_id=row.id, generation=row.generation)
    not_me = Link(purpose=Purpose.NOT_ME, row_id=row.id, generation=row.generation)
    keep_links(desk.session, desk.keys, [confirm], expires_at=expires_at, now=desk.now)
    keep_links(desk.session, desk.keys, [not_me], expires_at=desk.now + LINKS_LIVE, now=desk.now)


def keep_manage_link(desk: Desk, row: Signature) -> None:
    """Keep the link by which a signatory looks after its own sign-on."""
    link = Link(purpose=Purpose.MANAGE, row_id=row.id, generation=row.generation)
    keep_link(desk.session, desk.keys, link, expires_at=desk.now + LINKS_LIVE, now=desk.now)


def keep_own_links(desk: Desk, row: Signature) -> None:
    """Keep both links that a signatory has from then on: to look after its sign-on, and to stop mail."""
    manage = Link(purpose=Purpose.MANAGE, row_id=row.id, generation=row.generation)
    unsubscribe = Link(purpose=Purpose.UNSUBSCRIBE, row_id=row.id)
    until = desk.now + LINKS_LIVE
    keep_links(desk.session, desk.keys, [manage, unsubscribe], expires_at=until, now=desk.now)


def keep_change_link(desk: Desk, row: Signature) -> None:
    """Keep the link by which a signatory sees a changed text and answers to it."""
    link = Link(purpose=Purpose.CHANGE, row_id=row.id, generation=row.generation)
    keep_link(desk.session, desk.keys, link, expires_at=desk.now + LINKS_LIVE, now=desk.now)


def keep_unsubscribe_link(desk: Desk, row: Signature) -> None:
    """Keep the link by which a mailbox stops invitations, reminders and updates."""
    link = Link(purpose=Purpose.UNSUBSCRIBE, row_id=row.id)
    keep_link(desk.session, desk.keys, link, expires_at=desk.now + LINKS_LIVE, now=desk.now)


def confirm_until(campaign: Campaign, signature: Signature | None = None) -> datetime:
    """Give the moment until which confirmations count, of all or of one: until it may be signed, and the grace."""
    return decide_until(campaign, signature) + timedelta(seconds=campaign.grace_seconds)


def link_until(campaign: Campaign, signature: Signature, *, since: datetime) -> datetime:
    """Give the moment until which a confirming link works that was mailed at `since`."""
    return min(since + CONFIRM_LIVES, confirm_until(campaign, signature))


@dataclass(frozen=True, kw_only=True)
class _Found:
    """The row of a sign-on; where there is none, the name's hash for a new one, and whether that waits for a look."""

    row: Signature | None
    index: bytes
    is_second: bool


def _claim(desk: Desk, sign_on: SignOn) -> Signature:
    """Find or make the row of this sign-on, and fill it in unless it is confirmed already."""
    # Another request may take the name between our look and our insert, and then our own second claim as well.
    for _ in range(_TRIES):
        found = _find(desk, sign_on)
        if found.row is not None:
            if found.row.state is not SignatureState.CONFIRMED:
                fill_in(desk, found.row, sign_on)
            desk.session.flush()
            return found.row
        row = _new(desk, sign_on, found)
        if add_once(desk.session, row):
            keep_answers(desk.session, row, occasion=Occasion.FORM, now=desk.now)
            keep_members(desk.session, desk.keys, row, sign_on)
            return row
    raise Transient("This sign-on came in several times at this very moment; send the form again.")


def _find(desk: Desk, sign_on: SignOn) -> _Found:
    """Find this sign-on's row.

    A name that another mailbox holds, be it only by an invitation, is never touched from the form: the sign-on is a
    second claim, and nobody learns from the answer whether the name was taken.
    """
    name = name_index(desk.keys, sign_on.kind, sign_on.name)
    mailbox = email_index(desk.keys, sign_on.confirming_email)
    if sign_on.kind is Kind.PERSON:
        # Somebody of this name was added by the secretariat without an address: perhaps the same person.
        unknown = email_index(desk.keys, "")
        people = find_people(desk.session, desk.campaign, emails={mailbox, unknown}, name=name)
        return _Found(row=people.get(mailbox), index=name, is_second=unknown in people)
    first = find_organization(desk.session, desk.campaign, name)
    if first is None or (first.email_index == mailbox and first.email is not None):
        return _Found(row=first, index=name, is_second=False)
    second = second_claim_index(desk.keys, sign_on)
    return _Found(row=find_organization(desk.session, desk.campaign, second), index=second, is_second=True)


def _new(desk: Desk, sign_on: SignOn, found: _Found) -> Signature:
    row = Signature(
        campaign_id=desk.campaign.id,
        kind=sign_on.kind,
        state=SignatureState.PENDING,
        provenance=Provenance.FORM,
        held_reason=HeldReason.SECOND_CLAIM if found.is_second else None,
        revision_id=desk.campaign.revision_id,
        visibility=sign_on.visibility,
        wording=WORDING,
        name_index=found.index,
        email_index=email_index(desk.keys, sign_on.confirming_email),
        name=b"",
        details=b"",
        created_at=desk.now,
        signed_at=desk.now,
    )
    write_party(desk.keys, row, sign_on)
    return row
