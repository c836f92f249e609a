"""A new version of a final text: made, and put to everybody who signed an earlier one, in the same breath."""

from datetime import datetime

from sqlmodel import Session

from service.campaigns.queries import lock_campaign
from service.campaigns.revise import Change, revise
from service.campaigns.revising import asker_of, change_asked_for
from service.campaigns.writing.drafts import all_unsaved, drop_draft
from service.campaigns.writing.locks import end_editing
from service.coordinators.second_look import get_look
from service.signing.ask import ask_signatories
from service.store.keyring import Keyring


def make_version(
    session: Session, keyring: Keyring, slug: str, change: Change, *, writer: str, by: str, now: datetime
) -> int:
    """Make a version of what a coordinator has written, and ask everybody; gives its number, raises as revise() does.

    What its `writer` (an id) had unsaved of it is dropped: it is the text now.
    """
    made = revise(session, keyring, slug, change, by=by, now=now)
    campaign = lock_campaign(session, slug)
    ask_signatories(session, keyring, campaign, now=now)
    for language in all_unsaved(session, keyring, campaign_id=campaign.id, who=writer):
        drop_draft(session, campaign_id=campaign.id, who=writer, language=language)
        end_editing(session, campaign_id=campaign.id, language=language, who=writer)
    return made.number


def make_approved_version(
    session: Session, keyring: Keyring, slug: str, look_id: str, *, by: str, now: datetime
) -> int:
    """Make the version that a second coordinator approves; raises Refused where anything of it has changed since.

    The look is taken as done by whoever calls this.
    """
    campaign = lock_campaign(session, slug)
    look = get_look(session, look_id, campaign_id=campaign.id)
    change = change_asked_for(session, keyring, campaign, look)
    return make_version(session, keyring, slug, change, writer=asker_of(look), by=by, now=now)
