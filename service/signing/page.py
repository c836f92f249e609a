"""What one viewer may see of a letter at one moment: its text, its count, its names."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.access import is_public, letter_key
from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.queries import present_revision, released_edition
from service.campaigns.wording import addressee, fixed_words
from service.i18n.enclosure_words import enclosure_line
from service.i18n.formats import write_date
from service.i18n.moments import write_moment
from service.i18n.words import Words, count_each, count_signatories, words_for
from service.letter.call import call_html
from service.letter.copy import make_copy
from service.letter.document import Document, make_document
from service.letter.edition import Edition, Text
from service.letter.enclosed import Annex, Logo
from service.letter.render_html import Beside
from service.letter.roll_parts import Roll
from service.letter.sheet import Sheet
from service.model.campaign import Access, Campaign, NamesShown, Signers
from service.model.signature import Signature, Standing, standing
from service.model.states import PUT_AWAY, CampaignState
from service.signing.answers_shown import PublicAnswer, public_answers
from service.signing.later import Addendum, happened, shown_addenda
from service.signing.queries import Counts, counts
from service.signing.roll import letter_day, letter_for_page, letter_without_roll
from service.signing.sign import why_not_open
from service.signing.texts import ShownText, in_language, texts_of
from service.store.keyring import Keyring

Count = Callable[[Session, Campaign], Counts]
"""How the signatories of a letter that was not sent are counted."""

_A_NUMBER = re.compile(r"\(\(\s*(signatories|count|organizations|individuals|countries)\s*\)\)")

# From then on time alone changes nothing.
_SENT = frozenset({CampaignState.SENT, *PUT_AWAY})


@dataclass(frozen=True, kw_only=True)
class LetterView:
    """A letter as one viewer sees it; `counts` is None where this viewer may not know them.

    `goal` is 0 where there is none for the public. `happened` has what an outsider may know of the letter's life,
    by its word ("opened", "closed", "sent", "published"), in the order it came. The counts are those of the letter, as it was
    sent where it was; who has joined since stands in the `addenda`. `enclosures` are the lines of the annexes with the
    addresses of their files; on personal pages with_files_at() gives those.
    """

    slug: str
    title: str
    coalition: str
    language: str
    sheet: Sheet
    call_html: str
    counts: Counts | None
    signatories_phrase: str
    each_kind: str
    goal: int
    published: bool
    indexable: bool
    can_sign: bool
    not_open_because: str
    takes_organizations: bool
    takes_people: bool
    deadline: datetime
    deadline_text: str
    event: str
    event_day: date | None
    event_day_text: str
    key: str
    fingerprint: str
    revision: int
    addressee: str
    convenors: str
    reply_to: str
    day_text: str
    happened: tuple[tuple[str, datetime], ...]
    texts: tuple[ShownText, ...]
    addenda: tuple[Addendum, ...]
    logos: tuple[Logo, ...]
    annexes: tuple[Annex, ...]
    enclosures: tuple[tuple[str, str], ...]
    answers: tuple[PublicAnswer, ...] = ()
    silent_until: date | None = None

    @property
    def text(self) -> ShownText:
        """The text that is shown, of those there are."""
        return next(text for text in self.texts if text.is_shown)

    @property
    def letter_html(self) -> str:
        """The letter with the first part of its roll."""
        return self.sheet.html

    @functools.cached_property
    def roll(self) -> Roll:
        """The names that this viewer may see, those of the addenda last."""
        later = tuple(named for addendum in self.addenda for named in addendum.names)
        return Roll((*self.sheet.roll.names, *later)) if later else self.sheet.roll

    @property
    def joined_since(self) -> int:
        """How many have joined the letter since it was sent, by its addenda."""
        return sum(addendum.numbers.signatories for addendum in self.addenda)

    def with_files_at(self, path: str) -> "LetterView":
        """Give the same letter with its annexes below the address of a personal page."""
        places = enumerate(self.enclosures, start=1)
        return replace(
            self, enclosures=tuple((line, f"{path}/annexes/{place}.pdf") for place, (line, _) in places)
        )


@dataclass(frozen=True, kw_only=True)
class LetterFacts:
    """What a letter's page is made of beside names and numbers: enough to take a sign-on, and to tell when time alone changes the page."""

    campaign: Campaign
    file: CampaignFile

    @property
    def takes_organizations(self) -> bool:
        """Whether organizations may sign it."""
        return self.campaign.signers is not Signers.PEOPLE

    @property
    def takes_people(self) -> bool:
        """Whether people may sign it."""
        return self.campaign.signers is not Signers.ORGANIZATIONS

    def phase(self, now: datetime) -> tuple[str, date]:
        """Give what of the moment a page shows: pages of the same phase are the same."""
        if self.campaign.state in _SENT:
            return "", date.min
        return why_not_open(self.campaign, now=now), letter_day(self.file, now=now)


def letter_facts(session: Session, keyring: Keyring, campaign_id: str) -> LetterFacts:
    """Get the facts of a letter that is known to be there."""
    campaign = session.get_one(Campaign, campaign_id)
    return LetterFacts(campaign=campaign, file=open_file(session, keyring, campaign))


def letter_view(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    *,
    text: str = "",
    count: Count = counts,
    now: datetime,
) -> LetterView:
    """Show a letter's page as everybody sees it who may see it at all, in its text of the language `text` if there is one."""
    names = shows_names_to_all(campaign)
    return _view(session, keyring, campaign, names=names, text=text, count=count, now=now)


def view_for_stranger(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> LetterView:
    """Show a letter to somebody who was let in to it, and of whom nothing else is known."""
    return letter_view(session, keyring, campaign, now=now)


def view_for_holder(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    signature: Signature,
    *,
    text: str = "",
    now: datetime,
) -> LetterView:
    """Show a letter, but for its count, to the holder of a personal link; only one who counts is among signatories."""
    names = shows_names_to(campaign, signature)
    return _view(session, keyring, campaign, names=names, text=text, now=now)


def shows_names_to(campaign: Campaign, signature: Signature) -> bool:
    """Tell whether the holder of a personal link may see who signed."""
    if campaign.emergency_at is not None:
        return False
    is_one_of_them = standing(signature, campaign) is Standing.COUNTED
    return shows_names_to_all(campaign) or (
        campaign.names_shown is NamesShown.TO_SIGNATORIES and is_one_of_them
    )


def shown_counts(
    session: Session, keyring: Keyring, campaign: Campaign, *, count: Count = counts, now: datetime
) -> Counts | None:
    """Give the numbers that everybody may know who may see the page; None while they may not."""
    released = released_edition(session, campaign)
    letter = letter_for_page(session, keyring, campaign, now=now) if released else None
    return _shown_counts(session, campaign, letter, count)


def shows_names_to_all(campaign: Campaign) -> bool:
    """Tell whether whoever may see the page sees names on it; in an emergency nobody does."""
    if campaign.emergency_at is not None:
        return False
    return campaign.published_at is not None or campaign.names_shown is NamesShown.LIVE


def unlisted_address(keyring: Keyring, campaign: Campaign) -> str:
    """Give the path, with its key where one is needed, under which the letter's page is reached."""
    path = f"/letters/{campaign.slug}"
    return path if is_public(campaign) else f"{path}?k={letter_key(keyring.root, campaign)}"


def deadline_text(campaign: Campaign, language: str = "", *, at: datetime | None = None) -> str:
    """Write the sign-on deadline, or a later moment, with its zone, in the letter's language or another."""
    there = (at or campaign.deadline_at).astimezone(ZoneInfo(campaign.time_zone))
    return write_moment(there, language or campaign.language)


def _view(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    *,
    names: bool,
    count: Count | None = None,
    text: str = "",
    now: datetime,
) -> LetterView:
    file = open_file(session, keyring, campaign)
    facts = LetterFacts(campaign=campaign, file=file)
    revision = present_revision(session, campaign)
    texts = texts_of(file, revision, wanted=text)
    released = released_edition(session, campaign)
    # Opening the roll takes time, so it is opened for those who may see it, and for its numbers once it was sent.
    letter = (
        letter_for_page(session, keyring, campaign, now=now)
        if names or released
        else letter_without_roll(session, keyring, campaign, now=now)
    )
    # To count takes as long as there are signatures.
    shown = _shown_counts(session, campaign, letter if released else None, count) if count else None
    translated = in_language(letter, file, texts)
    visible = translated if names else veiled(translated)
    is_hidden = campaign.emergency_at is not None
    if is_hidden:
        # Whoever hunts for people behind the letter finds none of them by its page.
        visible = replace(visible, logos=(), contact=None)
    reason = why_not_open(campaign, now=now)
    key = "" if is_public(campaign) else letter_key(keyring.root, campaign)
    words = fixed_words(file)
    lines = (enclosure_line(one.title, one.pages, words) for one in visible.annexes)
    # Only a page for everybody counts. A personal one is no place for the key of the letter's own page: it has annexes under its own address.
    is_personal = count is None
    beside = Beside(annexes=("",) * len(visible.annexes)) if is_personal else _beside(visible, key)
    return LetterView(
        slug=campaign.slug,
        title=file.letter.title,
        coalition=file.coalition,
        language=campaign.language,
        sheet=Sheet(lambda: _document(visible), beside=None if is_personal else beside),
        call_html=call_html(file.call) if campaign.published_at is None else "",
        counts=shown,
        signatories_phrase=_phrase(shown, words),
        each_kind=count_each(shown.organizations, shown.individuals, words) if shown else "",
        goal=file.goal or 0 if file.goal_public and campaign.published_at is None else 0,
        published=campaign.published_at is not None,
        indexable=campaign.published_at is not None and campaign.access is Access.PUBLIC,
        can_sign=not reason,
        not_open_because=reason,
        takes_organizations=facts.takes_organizations,
        takes_people=facts.takes_people,
        deadline=campaign.deadline_at.astimezone(ZoneInfo(campaign.time_zone)),
        deadline_text=deadline_text(campaign),
        event=file.event.name if file.event else "",
        event_day=file.event.starts if file.event else None,
        event_day_text=_event_day(file),
        key=key,
        fingerprint=revision.sha256,
        revision=revision.number,
        addressee=addressee(file),
        convenors="" if is_hidden else ", ".join(file.convenors),
        texts=texts,
        day_text=write_date(letter.date, campaign.language),
        happened=happened(campaign, released, now=now),
        addenda=shown_addenda(session, keyring, campaign, text=translated.text) if names else (),
        reply_to="" if is_hidden else file.reply_to,
        logos=visible.logos,
        annexes=visible.annexes,
        enclosures=tuple(zip(lines, beside.annexes, strict=True)),
        answers=() if is_hidden else public_answers(session, keyring, campaign),
        silent_until=None if is_hidden or campaign.published_at is None else campaign.silent_until,
    )


def veiled(letter: Edition) -> Edition:
    """Give a letter whose names and numbers are not to be known yet: no roll, and words in place of the numbers."""
    return replace(letter, roll=(), text=_without_numbers(letter.text))


def _without_numbers(text: Text) -> Text:
    phrase = words_for(text.language, text.words).uncounted

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


def _shown_counts(session: Session, campaign: Campaign, sent: Edition | None, count: Count) -> Counts | None:
    if campaign.emergency_at is not None:
        return None
    if sent is None:
        found = count(session, campaign)
    else:
        # The number beside the letter is the number in the letter, whatever was confirmed too late for it.
        organizations = sum(entry.kind == "organization" for entry in sent.roll)
        found = Counts(organizations=organizations, individuals=len(sent.roll) - organizations)
    if campaign.published_at is not None or found.signatories >= campaign.count_shown_from:
        return found
    return None


def _phrase(shown: Counts | None, words: Words) -> str:
    return count_signatories(shown.organizations, shown.individuals, words) if shown else ""


def _beside(letter: Edition, key: str) -> Beside:
    """Give the addresses of a letter's files: who may see the text may see them."""
    path, query = f"/letters/{letter.slug}", f"?k={key}" if key else ""
    return Beside(
        logos=tuple(f"{path}/logos/{place}.png{query}" for place in range(1, len(letter.logos) + 1)),
        annexes=tuple(f"{path}/annexes/{place}.pdf{query}" for place in range(1, len(letter.annexes) + 1)),
    )


def _document(letter: Edition) -> Document:
    # The text is final and the names may still change: the page is neither a draft nor a copy that can be checked.
    # The page has a switch to the other texts, with what each of them is.
    shown = replace(letter, other_texts=())
    return replace(make_document(make_copy(shown, audience="public", office=None), check_code=""), draft="")


def _event_day(file: CampaignFile) -> str:
    return write_date(file.event.starts, file.language) if file.event and file.event.starts else ""
