"""The steps of a letter's life: freeze, open, close, reopen, publish."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.halt import refuse_if_hidden, was_hidden_at_its_minute
from service.campaigns.queries import approvers_of, lock_campaign, refuse_while_released
from service.campaigns.revision import add_revision, offices_out_of_reach, void_proposal
from service.campaigns.state_words import LETTER_STATES
from service.coordinators import audit
from service.coordinators.backing import refuse_unless_backed
from service.foundation.addresses import comparable_address
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.mail.halted import let_invite
from service.model.campaign import Campaign
from service.model.edition import Approver
from service.model.letter_revision import LetterRevision
from service.model.signature import Signature
from service.model.states import CAMPAIGN, CampaignState
from service.store.keyring import Keyring
from service.store.sealed import seal_record


def freeze(session: Session, keyring: Keyring, slug: str, *, by: str, now: datetime) -> LetterRevision:
    """Make the text final: an immutable revision, its recipients and the approvers.

    The revision's hash is the SHA-256 of its canonical record. Raises Refused for anything but a draft.
    """
    campaign = lock_campaign(session, slug)
    if campaign.state is not CampaignState.DRAFT:
        raise Refused(Sentence("The text of “{slug}” is already final.", slug=slug))
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    _refuse_what_cannot_go_on(file, now=now)
    revision = add_revision(session, keys, campaign, file, now=now)
    session.add_all(_make_approvers(keys, campaign, file))
    CAMPAIGN.move(campaign, CampaignState.FROZEN)
    session.add(campaign)
    audit.record(
        session, by=by, act="campaign.freeze", campaign_id=campaign.id, thing=revision.sha256, now=now
    )
    return revision


def thaw(session: Session, slug: str, *, by: str, now: datetime) -> Campaign:
    """Make a final text a draft again, as long as it was never opened and nobody has agreed to it."""
    campaign = lock_campaign(session, slug)
    if campaign.state is not CampaignState.FROZEN:
        raise Refused(
            Sentence(
                "Only a final text that was never opened can be a draft again. “{slug}” stands at “{state}”.",
                slug=slug,
                state=LETTER_STATES[campaign.state],
            )
        )
    agreed = select(Signature.id).where(
        Signature.campaign_id == campaign.id, col(Signature.revision_id).is_not(None)
    )
    if session.exec(agreed.limit(1)).first() is not None:
        raise Refused(
            Sentence("Somebody has already agreed to the text of “{slug}”, so it stays as it is.", slug=slug)
        )
    CAMPAIGN.move(campaign, CampaignState.DRAFT)
    campaign.revision_id = None
    session.add(campaign)
    for approver in approvers_of(session, campaign):
        session.delete(approver)
    audit.record(session, by=by, act="campaign.thaw", campaign_id=campaign.id, now=now)
    return campaign


def open_for_signing(session: Session, slug: str, *, by: str, now: datetime) -> Campaign:
    """Let sign-ons come in; raises Refused where the text is not final or the deadline has passed.

    Raises NotBacked where the letter would be lost with its only owner.
    """
    campaign = lock_campaign(session, slug)
    if campaign.state is CampaignState.DRAFT:
        raise Refused(
            Sentence("The text of this letter is not final yet: make it final first."),
            command=f"undersigned campaign freeze {slug}",
        )
    if campaign.state is CampaignState.OPEN:
        raise Refused(Sentence("“{slug}” is already open.", slug=slug))
    if campaign.state is not CampaignState.FROZEN:
        raise Refused(
            Sentence(
                "This letter was open before. While it is closed and not sent it can be opened again, with a new deadline."
            ),
            command=f"undersigned campaign reopen {slug} --until …",
        )
    if campaign.deadline_at <= now:
        raise Refused(
            Sentence("The deadline of “{slug}” has passed; give it a later one before opening.", slug=slug)
        )
    refuse_unless_backed(session, campaign.id)
    CAMPAIGN.move(campaign, CampaignState.OPEN)
    session.add(campaign)
    audit.record(session, by=by, act="campaign.open", campaign_id=campaign.id, now=now)
    return campaign


def close(session: Session, slug: str, *, by: str, now: datetime) -> Campaign:
    """End the taking of sign-ons; confirmations may still come in through the grace period."""
    campaign = lock_campaign(session, slug)
    if campaign.state is not CampaignState.OPEN:
        raise Refused(Sentence("“{slug}” is not open, so there is nothing to close.", slug=slug))
    CAMPAIGN.move(campaign, CampaignState.CLOSED)
    campaign.closed_at = now
    session.add(campaign)
    audit.record(session, by=by, act="campaign.close", campaign_id=campaign.id, now=now)
    return campaign


def reopen(session: Session, slug: str, *, until: datetime, by: str, now: datetime) -> Campaign:
    """Open a closed letter that was not sent for one more while; raises Refused otherwise.

    The invitations that were on their way when it was closed go on.
    """
    campaign = lock_campaign(session, slug)
    if campaign.state is not CampaignState.CLOSED:
        raise Refused(
            Sentence(
                "Only a letter that is closed and not sent can be reopened. “{slug}” stands at “{state}”.",
                slug=slug,
                state=LETTER_STATES[campaign.state],
            )
        )
    refuse_while_released(session, campaign)
    if until <= now:
        raise Refused(Sentence("The new deadline has to lie in the future."))
    CAMPAIGN.move(campaign, CampaignState.OPEN)
    campaign.deadline_at, campaign.closed_at = until, None
    void_proposal(session, campaign, now=now)
    session.add(campaign)
    let_invite(session, campaign.id, until=until, now=now)
    audit.record(session, by=by, act="campaign.reopen", campaign_id=campaign.id, now=now)
    return campaign


def publish(session: Session, slug: str, *, by: str, now: datetime) -> Campaign:
    """Make the letter public: its page, its count and the names of those who are named publicly.

    Raises Refused for a letter that was not sent, that is public already, or that is hidden in an emergency.
    """
    campaign = lock_campaign(session, slug)
    refuse_if_hidden(campaign)
    if campaign.published_at is not None:
        raise Refused(Sentence("“{slug}” is already public.", slug=slug))
    if campaign.state is not CampaignState.SENT:
        raise Refused(
            Sentence(
                "A letter becomes public after it was sent. “{slug}” stands at “{state}”.",
                slug=slug,
                state=LETTER_STATES[campaign.state],
            )
        )
    campaign.published_at = now
    session.add(campaign)
    audit.record(session, by=by, act="campaign.publish", campaign_id=campaign.id, now=now)
    return campaign


def close_due(session: Session, *, now: datetime) -> int:
    """Close every open letter whose deadline has passed; gives how many."""
    found = select(Campaign.slug).where(
        Campaign.state == CampaignState.OPEN, col(Campaign.deadline_at) <= now
    )
    slugs = _of_nobody_else(session, found)
    for slug in slugs:
        close(session, slug, by="clock", now=now)
    return len(slugs)


def publish_due(session: Session, *, now: datetime) -> int:
    """Publish every sent letter whose chosen minute has come; gives how many.

    Where a letter has a run of show, publication is the last of its steps, and not done here. A letter that was hidden
    in an emergency when its minute came becomes public by hand, or at another minute.
    """
    found = select(Campaign.slug).where(
        Campaign.state == CampaignState.SENT,
        col(Campaign.receipt_wait_seconds).is_(None),
        col(Campaign.published_at).is_(None),
        col(Campaign.publish_at) <= now,
        col(Campaign.emergency_at).is_(None),
        ~was_hidden_at_its_minute(),
    )
    slugs = _of_nobody_else(session, found)
    for slug in slugs:
        publish(session, slug, by="clock", now=now)
    return len(slugs)


def _of_nobody_else(session: Session, found: SelectOfScalar[str]) -> Sequence[str]:
    """Give the letters that nobody else is just closing or publishing; who signs at that moment is in nobody's way."""
    return session.exec(found.with_for_update(skip_locked=True, key_share=True)).all()


def _refuse_what_cannot_go_on(file: CampaignFile, *, now: datetime) -> None:
    """Find, while it can still be mended, what would stop the letter later."""
    faults = [Sentence("The deadline for sign-ons has passed.")] if file.deadline_at <= now else []
    faults += offices_out_of_reach(file)
    if faults:
        raise Refused(
            Sentence("The text was not made final: mend the campaign file and load it again."), tuple(faults)
        )


def _make_approvers(keys: CampaignKeys, campaign: Campaign, file: CampaignFile) -> list[Approver]:
    rows = []
    for position, person in enumerate(file.approvers):
        row = Approver(
            campaign_id=campaign.id,
            position=position,
            email_index=keys.blind("email", comparable_address(person.email)),
            details=b"",
        )
        row.details = seal_record(keys, row, "details", {"name": person.name, "email": person.email})
        rows.append(row)
    return rows
