"""Save the words of a letter from the desk: the same checks as a file that is loaded, and nobody's words are lost."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.load import load_campaign
from service.campaigns.queries import lock_campaign_of
from service.campaigns.translations import differs_in_what_binds_nobody
from service.campaigns.writing.drafts import all_unsaved, drop_draft
from service.campaigns.writing.locks import begin_editing, end_editing
from service.campaigns.writing.words import (
    FaultyText,
    WrittenText,
    file_with,
    file_without,
    is_only_uneven,
    text_of,
)
from service.coordinators import audit
from service.coordinators.accounts import actor
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.states import PUT_AWAY, CampaignState
from service.store.keyring import Keyring

NO_SUCH_LANGUAGE = Sentence("The letter has no text in this language.")
FINAL = Sentence(
    "The text is final, so it changes only as a new version that everybody who signed is asked about."
)


class SavedMeanwhile(Refused):
    """Somebody else saved this text after it was opened here."""


class SomebodyElseEdits(Refused):
    """Somebody else is editing this text."""


@dataclass(frozen=True, kw_only=True)
class Saving:
    """Whose text is saved: `who` is the coordinator's id, `base` the digest of the text that it saw."""

    who: str
    base: str


def save_text(
    session: Session, keyring: Keyring, campaign_id: str, text: WrittenText, saving: Saving, *, now: datetime
) -> tuple[str, ...]:
    """Save the text of one language; gives the languages that were saved.

    Where a request was added or taken out, the same coordinator's unsaved texts in other languages are saved with it.
    Raises FaultyText, SavedMeanwhile and SomebodyElseEdits, and Refused for a text that is final; then nothing was saved.
    """
    campaign = lock_campaign_of(session, campaign_id)
    file = open_file(session, keyring, campaign)
    if not begin_editing(session, campaign_id=campaign_id, language=text.language, who=saving.who, now=now):
        raise SomebodyElseEdits(Sentence("Somebody else is editing this text."))
    present = text_of(file, text.language)
    if (present.digest if present else "") != saving.base and not _stands_already(file, text):
        raise SavedMeanwhile(Sentence("Somebody else saved this text meanwhile."))
    texts = _together(session, keyring, campaign, file, text, who=saving.who)
    _put(session, keyring, campaign, file_with(file, texts), who=saving.who, now=now)
    for one in texts:
        drop_draft(session, campaign_id=campaign_id, who=saving.who, language=one.language)
        end_editing(session, campaign_id=campaign_id, language=one.language, who=saving.who)
        audit.record(
            session,
            by=actor(saving.who),
            act="text.save",
            campaign_id=campaign_id,
            thing=f"{one.language} {one.digest}",
            now=now,
        )
    return tuple(one.language for one in texts)


def drop_language(
    session: Session, keyring: Keyring, campaign_id: str, language: str, *, who: str, now: datetime
) -> None:
    """Take a translation out of a letter; raises NotFound where there is none, Refused for one that is final."""
    campaign = lock_campaign_of(session, campaign_id)
    file = open_file(session, keyring, campaign)
    if language not in {one.language for one in file.letter.translations}:
        raise NotFound(NO_SUCH_LANGUAGE)
    _put(session, keyring, campaign, file_without(file, language), who=who, now=now)
    audit.record(
        session, by=actor(who), act="text.drop_language", campaign_id=campaign_id, thing=language, now=now
    )


def may_be_saved(campaign: Campaign, text: WrittenText, present: WrittenText | None) -> bool:
    """Tell whether a text can be saved as it is: of a final letter only a courtesy translation can."""
    if campaign.state is CampaignState.DRAFT:
        return True
    if campaign.state in PUT_AWAY:
        return False
    was_courtesy = present is None or present.status == "courtesy"
    return text.status == "courtesy" and was_courtesy


def _together(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    file: CampaignFile,
    text: WrittenText,
    *,
    who: str,
) -> tuple[WrittenText, ...]:
    try:
        file_with(file, [text])
    except FaultyText as faulty:
        if not is_only_uneven(faulty, language=text.language) and not _is_uneven_itself(faulty, text):
            raise
        others = all_unsaved(session, keyring, campaign_id=campaign.id, who=who)
        fresh = [one.text for one in others.values() if _is_fresh(file, one.text, one.base)]
        texts = (text, *(one for one in fresh if one.language != text.language))
        file_with(file, texts)
        return texts
    return (text,)


def _stands_already(file: CampaignFile, text: WrittenText) -> bool:
    """Tell whether a text was saved before, to the word: a second press has nothing in its place."""
    try:
        return file_with(file, [text]) == file
    except FaultyText:
        return False


def _is_uneven_itself(faulty: FaultyText, text: WrittenText) -> bool:
    return all(one.field == "asks" and one.language == text.language for one in faulty.found)


def _is_fresh(file: CampaignFile, text: WrittenText, base: str) -> bool:
    present = text_of(file, text.language)
    return (present.digest if present else "") == base


def put_text(
    session: Session, keyring: Keyring, campaign: Campaign, text: WrittenText, *, who: str, now: datetime
) -> None:
    """Put a text in place, whoever is editing: that one finds out with its next save. Raises FaultyText and Refused."""
    file = open_file(session, keyring, campaign)
    _put(session, keyring, campaign, file_with(file, [text]), who=who, now=now)
    audit.record(
        session,
        by=actor(who),
        act="text.save",
        campaign_id=campaign.id,
        thing=f"{text.language} {text.digest}",
        now=now,
    )


def _put(
    session: Session, keyring: Keyring, campaign: Campaign, file: CampaignFile, *, who: str, now: datetime
) -> None:
    was = open_file(session, keyring, campaign)
    if was == file:
        return
    if campaign.state in PUT_AWAY:
        raise Refused(FINAL)
    if campaign.state is not CampaignState.DRAFT and not differs_in_what_binds_nobody(was, file):
        raise Refused(FINAL)
    load_campaign(session, keyring, file, by=actor(who), now=now)
