"""Create a draft from a campaign file, or bring a draft to what its file now says."""

from datetime import datetime

from sqlmodel import Session

from service.campaigns.contents import open_file, seal_file
from service.campaigns.enclosures import Files, keep_files, refuse_unread
from service.campaigns.file import CampaignFile
from service.campaigns.queries import find_campaign, lock_campaign, present_revision
from service.campaigns.state_words import LETTER_STATES
from service.campaigns.translations import courtesy_of, differs_in_what_binds_nobody, translation_sha256
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Access, Admit, Campaign, NamesShown, Signers
from service.model.states import PUT_AWAY, CampaignState
from service.store.keyring import Keyring


def load_campaign(
    session: Session,
    keyring: Keyring,
    file: CampaignFile,
    *,
    files: Files | None = None,
    by: str,
    now: datetime,
) -> Campaign:
    """Make or change the draft that a file describes; `files` are those beside it (service/campaigns/enclosures.py).

    Without `files` those that are kept stay, for a file that names the same ones. Once the slug is no longer a draft, only courtesy translations and logos may come, change or go; anything else
    raises Refused.
    """
    refuse_unread(file)
    campaign = lock_campaign(session, file.slug) if find_campaign(session, file.slug) else None
    if campaign is not None and campaign.state is not CampaignState.DRAFT:
        return _load_beside(session, keyring, campaign, file, files, by=by, now=now)
    if campaign is None:
        campaign = _new(file, now=now)
        session.add(campaign)
        session.flush()
        keys = keyring.make(session, campaign.id, now=now)
    else:
        keys = keyring.of(session, campaign.id)
    fill_columns(campaign, file)
    seal_file(keys, campaign, file)
    if files is not None:
        keep_files(session, keyring, campaign, files, now=now)
    campaign.changed_at = now
    session.add(campaign)
    audit.record(session, by=by, act="campaign.load", campaign_id=campaign.id, now=now)
    return campaign


def fill_columns(campaign: Campaign, file: CampaignFile) -> None:
    """Bring the columns of a letter's row to what its file says."""
    campaign.access = Access(file.access)
    campaign.names_shown = NamesShown(file.names_shown)
    campaign.admit = Admit(file.admit)
    campaign.signers = Signers(file.signers)
    campaign.solo = file.solo
    campaign.milestones = bool(file.milestones)
    campaign.count_shown_from = file.count_shown_from
    campaign.language = file.language
    campaign.time_zone = file.time_zone
    campaign.opens_at = file.opens_at
    campaign.deadline_at = file.deadline_at
    campaign.grace_seconds = int(file.grace.total_seconds())
    campaign.send_at = file.send_at_utc
    campaign.publish_at = file.publish_at_utc
    campaign.receipt_wait_seconds = file.show.receipt_hours * 3600 if file.show is not None else None


def _load_beside(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    file: CampaignFile,
    files: Files | None,
    *,
    by: str,
    now: datetime,
) -> Campaign:
    """Take what binds nobody: courtesy translations of a final text, each with its own hash in the audit, and logos."""
    was = open_file(session, keyring, campaign)
    if campaign.state in PUT_AWAY or not differs_in_what_binds_nobody(was, file):
        raise Refused(
            Sentence(
                "“{slug}” is no longer a draft (it stands at “{state}”), so its file cannot be loaded again; nothing "
                "was changed. Courtesy translations and logos alone may still change; the text changes by a "
                "new version of it.",
                slug=file.slug,
                state=LETTER_STATES[campaign.state],
            ),
            command=f"undersigned campaign revise {file.slug} FILE --objections-until …",
        )
    revision = present_revision(session, campaign)
    before, after = courtesy_of(was.letter), courtesy_of(file.letter)
    seal_file(keyring.of(session, campaign.id), campaign, file)
    if files is not None:
        keep_files(session, keyring, campaign, files, now=now)
    campaign.changed_at = now
    session.add(campaign)
    if (was.letterhead.logos, was.letterhead.made) != (file.letterhead.logos, file.letterhead.made):
        audit.record(session, by=by, act="campaign.logos", campaign_id=campaign.id, now=now)
    if was.letterhead.word_sha256 != file.letterhead.word_sha256:
        audit.record(session, by=by, act="campaign.word", campaign_id=campaign.id, now=now)
    for language in sorted({*before, *after}):
        if before.get(language) == after.get(language):
            continue
        text = after.get(language)
        told = translation_sha256(text, revision_sha256=revision.sha256) if text else "taken out"
        thing = f"{language} {told}"
        audit.record(session, by=by, act="campaign.translate", campaign_id=campaign.id, thing=thing, now=now)
    return campaign


def _new(file: CampaignFile, *, now: datetime) -> Campaign:
    return Campaign(
        slug=file.slug,
        access=Access(file.access),
        names_shown=NamesShown(file.names_shown),
        admit=Admit(file.admit),
        signers=Signers(file.signers),
        count_shown_from=file.count_shown_from,
        language=file.language,
        time_zone=file.time_zone,
        deadline_at=file.deadline_at,
        grace_seconds=0,
        source=b"",
        created_at=now,
        changed_at=now,
    )
