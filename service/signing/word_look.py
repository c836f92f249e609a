"""Give a letter a Word template of its own: it is tried on the letter before it is taken."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.drafting import files_of
from service.campaigns.enclosures import read_word
from service.campaigns.file_tables import CampaignFile
from service.campaigns.load import load_campaign
from service.campaigns.queries import lock_campaign
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.letter.enclosed import WordLook
from service.letter.word_package import LARGEST_TEMPLATE
from service.model.campaign import Campaign
from service.model.enclosure import EnclosureKind
from service.model.states import PUT_AWAY
from service.signing.roll import letter_without_roll
from service.store.keyring import Keyring

PUT_AWAY_ALREADY = Sentence("The letter is put away; nothing of it changes any more.")
TOO_LARGE = Sentence(
    "The Word template is larger than {most} MB: make its pictures smaller.",
    most=LARGEST_TEMPLATE // 1_000_000,
)
_NAME = "letter.docx"


def take_word(session: Session, keyring: Keyring, slug: str, data: bytes, *, by: str, now: datetime) -> None:
    """Make every Word file of a letter by this template from now on; an edition that is frozen keeps the one that it has.

    The letter is compiled with it first. Raises Refused for what render_docx() refuses, and for a letter that is put away.
    """
    if len(data) > LARGEST_TEMPLATE:
        raise Refused(TOO_LARGE)
    campaign, file = _open(session, keyring, slug)
    word = read_word(data)
    letter = letter_without_roll(session, keyring, campaign, now=now)
    compile_copy(replace(make_copy(letter, audience="public", office=None), word=word), form="docx")
    _load(session, keyring, campaign, file, word, by=by, now=now)


def drop_word(session: Session, keyring: Keyring, slug: str, *, by: str, now: datetime) -> None:
    """Make the Word files of a letter by the template of the house again; where it has no other, nothing is changed."""
    campaign, file = _open(session, keyring, slug)
    if file.letterhead.word_sha256:
        _load(session, keyring, campaign, file, None, by=by, now=now)


def _open(session: Session, keyring: Keyring, slug: str) -> tuple[Campaign, CampaignFile]:
    campaign = lock_campaign(session, slug)
    if campaign.state in PUT_AWAY:
        raise Refused(PUT_AWAY_ALREADY)
    return campaign, open_file(session, keyring, campaign)


def _load(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    was: CampaignFile,
    word: WordLook | None,
    *,
    by: str,
    now: datetime,
) -> None:
    name, sha256 = (_NAME, word.sha256) if word else (None, None)
    head = replace(was.letterhead, word_template=name, word_sha256=sha256)
    more = {(EnclosureKind.WORD, word.sha256): word.file} if word else {}
    files = {**files_of(session, keyring, campaign, was), **more}
    if head != was.letterhead:
        load_campaign(session, keyring, replace(was, letterhead=head), files=files, by=by, now=now)
