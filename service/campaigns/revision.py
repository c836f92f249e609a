"""Write a revision: a text that nobody can change any more, with the offices it is written to."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.campaigns.file import CampaignFile, revision_record
from service.campaigns.queries import approvers_of, latest_edition
from service.foundation.canonical import digest
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.message import MessageKind
from service.model.recipient import Audience, Recipient, RecipientRole
from service.store.sealed import seal_record


def add_revision(
    session: Session, keys: CampaignKeys, campaign: Campaign, file: CampaignFile, *, now: datetime
) -> LetterRevision:
    """Write what a campaign file says as the campaign's next revision, with its recipients, and stand on it."""
    earlier = select(func.count()).where(col(LetterRevision.campaign_id) == campaign.id)
    content = revision_record(file)
    revision = LetterRevision(
        campaign_id=campaign.id,
        number=session.exec(earlier).one() + 1,
        sha256=digest(content),
        content=b"",
        frozen_at=now,
    )
    revision.content = seal_record(keys, revision, "content", content)
    session.add(revision)
    session.flush()
    session.add_all(_make_recipients(keys, revision, file))
    campaign.revision_id = revision.id
    session.add(campaign)
    return revision


def offices_out_of_reach(file: CampaignFile) -> list[Sentence]:
    """Tell, one sentence each, which offices are to be written to by e-mail and have no address for it."""
    return [
        Sentence("{name} is to be written to by e-mail and has no address for it.", name=recipient.name)
        for recipient in file.recipients
        if "email" in recipient.channels and not recipient.emails
    ]


def void_proposal(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """Let the edition that was proposed last never be sent: whoever approved it saw a letter that is about to change.

    Its approvers are told, each once.
    """
    edition = latest_edition(session, campaign)
    if edition is None or edition.voided_at is not None:
        return
    edition.voided_at = now
    session.add(edition)
    for approver in approvers_of(session, campaign):
        outbox.post(
            session,
            kind=MessageKind.ALERT,
            campaign_id=campaign.id,
            recipient_ref=approver.id,
            occurrence=f"void:{edition.id}",
            now=now,
        )


def _make_recipients(keys: CampaignKeys, revision: LetterRevision, file: CampaignFile) -> list[Recipient]:
    rows = []
    records = file.as_record()["recipients"]
    for position, office in enumerate(file.recipients):
        row = Recipient(
            campaign_id=revision.campaign_id,
            revision_id=revision.id,
            position=position,
            role=RecipientRole(office.role),
            copy_kind=Audience(office.copy),
            channels=list(office.channels),
            details=b"",
        )
        row.details = seal_record(keys, row, "details", records[position])
        rows.append(row)
    return rows
