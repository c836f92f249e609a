"""Change a final text at the desk by two: one writes the new version and its terms, another approves exactly those."""

from datetime import datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile, revision_record
from service.campaigns.freezing import OTHER_WORDS, REVISE
from service.campaigns.queries import lock_campaign, present_revision
from service.campaigns.revise import Change
from service.campaigns.writing.drafts import all_unsaved
from service.campaigns.writing.words import file_with
from service.coordinators.second_look import ask_second
from service.foundation.canonical import digest
from service.foundation.errors import Refused
from service.model.campaign import Campaign
from service.model.second_look import SecondLook
from service.store.keyring import Keyring
from service.store.sealed import open_text, seal_text

_COORDINATOR = "coordinator:"


def ask_to_revise(
    session: Session, keyring: Keyring, slug: str, change: Change, *, by: str, now: datetime
) -> SecondLook:
    """Ask a second coordinator to look at exactly this new version of a final text and its terms."""
    campaign = lock_campaign(session, slug)
    keys = keyring.of(session, campaign.id)
    thing = {
        "words": _words(change.file),
        "number": present_revision(session, campaign).number + 1,
        "until": change.objections_until.isoformat(),
        # Another reason is another question.
        "reason": keys.blind("reason of a version", change.reason).hex(),
    }
    look = ask_second(session, campaign_id=campaign.id, act=REVISE, thing=thing, by=by, now=now)
    look.words = seal_text(keys, look, "words", change.reason) if change.reason else None
    session.add(look)
    return look


def change_asked_for(session: Session, keyring: Keyring, campaign: Campaign, look: SecondLook) -> Change:
    """Give the change that was asked for: the unsaved words of whoever asked, and the terms.

    Raises Refused where the words, or the text that they change, are not those of then.
    """
    drafts = all_unsaved(session, keyring, campaign_id=campaign.id, who=asker_of(look))
    file = file_with(open_file(session, keyring, campaign), [one.text for one in drafts.values()])
    is_next = look.thing["number"] == present_revision(session, campaign).number + 1
    if not is_next or _words(file) != look.thing["words"]:
        raise Refused(OTHER_WORDS)
    return Change(
        file=file,
        objections_until=datetime.fromisoformat(look.thing["until"]),
        reason=open_text(keyring.of(session, campaign.id), look, "words"),
    )


def asker_of(look: SecondLook) -> str:
    """Give the id of the coordinator whose unsaved words a question is about (pure)."""
    return look.asked_by.removeprefix(_COORDINATOR)


def _words(file: CampaignFile) -> str:
    # Courtesy translations are no part of a revision, and stand in the letter all the same.
    return digest({"revision": revision_record(file), "letter": file.as_record()["letter"]})
