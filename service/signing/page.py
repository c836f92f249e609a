"""What one viewer may see of a letter at one moment: its text, its count, its names."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.access import is_public, letter_key, seen_campaign
from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.queries import present_revision, released_edition
from service.campaigns.wording import addressee
from service.i18n.formats import count_signatories
from service.i18n.moments import write_moment
from service.letter.call import call_html
from service.letter.copy import make_copy
from service.letter.document import make_document
from service.letter.edition import Edition, Text
from service.letter.render_html import render_html
from service.model.campaign import Access, Campaign, NamesShown, Signers
from service.model.signature import Signature, Standing, standing
from service.signing.queries import Counts, counts
from service.signing.roll import letter_for_page, letter_without_roll
from service.signing.sign import why_not_open
from service.store.keyring import Keyring

_A_NUMBER = re.compile(r"\(\(\s*(signatories|count|organizations|individuals|countries)\s*\)\)")


@dataclass(frozen=True, kw_only=True)
class LetterView:
    """A letter as one viewer sees it; `counts` is None where this viewer may not know them."""

    slug: str
    title: str
    coalition: str
    language: str
    letter_html: str
    call_html: str
    counts: Counts | None
    signatories_phrase: str
    published: bool
    indexable: bool
    can_sign: bool
    not_open_because: str
    takes_organizations: bool
    takes_people: bool
    deadline: datetime
    deadline_text: str
    event: str
    key: str
    fingerprint: str
    revision: int
    addressee: str
    convenors: str


def letter_view(session: Session, keyring: Keyring, *, slug: str, key: str, now: datetime) -> LetterView:
    """Show a letter's page to whoever holds its address; raises NotFound where they may not know of it."""
    campaign = seen_campaign(session, keyring.root, slug=slug, key=key)
    return _view(session, keyring, campaign, names=_shows_names_to_all(campaign), now=now)


def view_for_holder(
    session: Session, keyring: Keyring, campaign: Campaign, signature: Signature, *, now: datetime
) -> LetterView:
    """Show a letter to the holder of a personal link; only one who counts is a signatory among signatories."""
    is_one_of_them = standing(signature, campaign) is Standing.COUNTED
    names = _shows_names_to_all(campaign) or (
        campaign.names_shown is NamesShown.TO_SIGNATORIES and is_one_of_them
    )
    return _view(session, keyring, campaign, names=names, now=now)


def count_record(
    session: Session, keyring: Keyring, *, slug: str, key: str, now: datetime
) -> dict[str, object]:
    """Give the numbers of count.json; raises NotFound where this viewer may not know of the letter.

    While the count is below what the coalition wants shown, the numbers are null.
    """
    campaign = seen_campaign(session, keyring.root, slug=slug, key=key)
    shown = _shown_counts(session, keyring, campaign, now=now)
    return {
        "signatories": shown.signatories if shown else None,
        "organizations": shown.organizations if shown else None,
        "individuals": shown.individuals if shown else None,
        "as_of": now.replace(microsecond=0).isoformat(),
    }


def unlisted_address(keyring: Keyring, campaign: Campaign) -> str:
    """Give the path, with its key where one is needed, under which the letter's page is reached."""
    path = f"/letters/{campaign.slug}"
    return path if is_public(campaign) else f"{path}?k={letter_key(keyring.root, campaign)}"


def deadline_text(campaign: Campaign) -> str:
    """Write the sign-on deadline with its zone, in the letter's language."""
    return write_moment(campaign.deadline_at.astimezone(ZoneInfo(campaign.time_zone)), campaign.language)


def _view(
    session: Session, keyring: Keyring, campaign: Campaign, *, names: bool, now: datetime
) -> LetterView:
    file = open_file(session, keyring, campaign)
    revision = present_revision(session, campaign)
    shown = _shown_counts(session, keyring, campaign, now=now)
    reason = why_not_open(campaign, now=now)
    # Opening the roll takes time, so it is opened for those who may see it.
    letter = (
        letter_for_page(session, keyring, campaign, now=now)
        if names
        else veiled(letter_without_roll(session, keyring, campaign, now=now))
    )
    return LetterView(
        slug=campaign.slug,
        title=file.letter.title,
        coalition=file.coalition,
        language=campaign.language,
        letter_html=_html(letter),
        call_html=call_html(file.call) if campaign.published_at is None else "",
        counts=shown,
        signatories_phrase=_phrase(shown, campaign.language),
        published=campaign.published_at is not None,
        indexable=campaign.published_at is not None and campaign.access is Access.PUBLIC,
        can_sign=not reason,
        not_open_because=reason,
        takes_organizations=campaign.signers is not Signers.PEOPLE,
        takes_people=campaign.signers is not Signers.ORGANIZATIONS,
        deadline=campaign.deadline_at.astimezone(ZoneInfo(campaign.time_zone)),
        deadline_text=deadline_text(campaign),
        event=_event(file),
        key="" if is_public(campaign) else letter_key(keyring.root, campaign),
        fingerprint=revision.sha256,
        revision=revision.number,
        addressee=addressee(file),
        convenors=", ".join(file.convenors),
    )


def veiled(letter: Edition) -> Edition:
    """Give a letter whose names and numbers are not to be known yet: no roll, and words in place of the numbers."""
    return replace(letter, roll=(), text=_without_numbers(letter.text))


def _without_numbers(text: Text) -> Text:
    words = {
        "en": "organizations and individuals",
        "fr": "organisations et personnes",
        "es": "organizaciones y personas",
    }
    phrase = words[text.language.partition("-")[0]]

    def veil(part: str) -> str:
        return _A_NUMBER.sub(lambda found: phrase if found[1] == "signatories" else "[…]", part)

    return replace(
        text,
        title=veil(text.title),
        subtitle=veil(text.subtitle),
        re=veil(text.re),
        salutation=veil(text.salutation),
        body=veil(text.body),
        asks_intro=veil(text.asks_intro),
        asks=tuple(veil(ask) for ask in text.asks),
        ending=veil(text.ending),
        closing=veil(text.closing),
    )


def _shows_names_to_all(campaign: Campaign) -> bool:
    return campaign.published_at is not None or campaign.names_shown is NamesShown.LIVE


def _shown_counts(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> Counts | None:
    found = counts(session, campaign)
    if released_edition(session, campaign) is not None:
        # The number beside the letter is the number in the letter, whatever was confirmed too late for it.
        roll = letter_for_page(session, keyring, campaign, now=now).roll
        organizations = sum(entry.kind == "organization" for entry in roll)
        found = Counts(organizations=organizations, individuals=len(roll) - organizations)
    if campaign.published_at is not None or found.signatories >= campaign.count_shown_from:
        return found
    return None


def _phrase(shown: Counts | None, language: str) -> str:
    return count_signatories(shown.organizations, shown.individuals, language) if shown else ""


def _html(letter: Edition) -> str:
    document = make_document(make_copy(letter, audience="public", office=None))
    # The text is final and the names may still change: the page is neither a draft nor a copy that can be checked.
    return render_html(replace(document, draft="", check_code=""))


def _event(file: CampaignFile) -> str:
    return file.event.name if file.event else ""
