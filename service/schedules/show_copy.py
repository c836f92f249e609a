"""The words that bring those who signed the final copy: that the letter has gone out, and where it can be read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.queries import released_edition
from service.campaigns.wording import addressee
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.languages import mail_language
from service.i18n.moments import write_moment
from service.i18n.words import count_signatories, words_or_english
from service.model.campaign import Campaign
from service.model.edition import Edition
from service.model.own_words import Purpose
from service.signing.own_words import find_own_words, open_own_words
from service.signing.page import shown_counts, unlisted_address
from service.signing.queries import Counts, counts
from service.signing.secretariat.kept_figures import known_tally
from service.signing.update_words import LONGEST_SUBJECT, UpdateText, UpdateWords
from service.store.keyring import Keyring

_BLANK = "…"
_MARKS = re.compile(r"([\\`*_{}\[\]()#+.!<>|~-])")
_SUBJECT = Sentence("Your letter has gone out")
_SENT = Sentence("The letter that you signed has gone out to {addressee}.")
_SIGNED_BY = Sentence("It is signed by {signatories}.")
_READ = Sentence("This is the letter as it was sent: {link}")
_NUMBER = Sentence("It is edition {number}; its fingerprint (SHA-256) is {fingerprint}.")
_UNTIL = Sentence("It becomes public on {moment}. Until then, please tell nobody outside about it.")
_NOT_YET = Sentence("It is not public yet. Please tell nobody outside about it until you hear that it is.")


def final_copy_text(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    edition: Edition | None,
    *,
    is_example: bool = False,
    public_url: str,
    now: datetime,
) -> UpdateText:
    """Write the mail in the letter's language, and in each other in which the coalition has words of its own.

    Without an edition, before there is one, its number and fingerprint are blanks. It names no signatory, for nobody
    knows who else reads a mailbox. In an example of what was released how many have signed is a blank: to tell it, the
    whole letter is opened.
    """
    row = find_own_words(session, campaign.id, Purpose.FINAL_COPY)
    own = open_own_words(keyring.of(session, campaign.id), row) if row is not None else {}
    is_blank = is_example and released_edition(session, campaign) is not None
    # An example of a letter of many tells what the worker counted last: to count it anew takes a second.
    count = partial(_known_counts, keyring=keyring) if is_example else counts
    letter = _Sent(
        session=session,
        keyring=keyring,
        campaign=campaign,
        edition=edition,
        numbers=None if is_blank else shown_counts(session, keyring, campaign, count=count, now=now),
        is_blank=is_blank and campaign.emergency_at is None,
        now=now,
    )
    others = {
        tag: letter.words(words, public_url=public_url, reader=tag)
        for tag, words in own.items()
        if tag != campaign.language
    }
    return UpdateText(
        words=letter.words(own.get(campaign.language), public_url=public_url, reader=""),
        translations=others,
    )


@dataclass(frozen=True, kw_only=True)
class _Sent:
    """A letter that has gone out, or will, and what can be said of it in a language."""

    session: Session
    keyring: Keyring
    campaign: Campaign
    edition: Edition | None
    numbers: Counts | None
    is_blank: bool
    now: datetime

    def words(self, own: UpdateWords | None, *, public_url: str, reader: str) -> UpdateWords:
        """Say in a reader's language, "" for the letter's, what the coalition says, and then what we do."""
        language = mail_language(reader=reader, letter=self.campaign.language)
        spoken = catalogue(language)
        link = f"<{public_url}{unlisted_address(self.keyring, self.campaign)}>"
        paragraphs = [
            " ".join(str(spoken.say(sentence)) for sentence in self._told(language)),
            str(spoken.say(_READ.with_values(link=link))),
            str(spoken.say(self._which())),
        ]
        if self.campaign.published_at is None:
            paragraphs.append(str(spoken.say(_embargo(self.campaign, language, now=self.now))))
        subject = str(spoken.say(_SUBJECT))[:LONGEST_SUBJECT]
        if own is None:
            return UpdateWords(subject=subject, body="\n\n".join(paragraphs))
        return UpdateWords(subject=own.subject or subject, body="\n\n".join([own.body, *paragraphs]))

    def _told(self, language: str) -> Sequence[Sentence]:
        file = open_file(self.session, self.keyring, self.campaign)
        words = words_or_english(language, file.letter.words if file.language == language else ())
        told = [_SENT.with_values(addressee=_plain(addressee(file)))]
        if self.is_blank:
            told.append(_SIGNED_BY.with_values(signatories=_BLANK))
        elif self.numbers is not None:
            who = count_signatories(self.numbers.organizations, self.numbers.individuals, words)
            told.append(_SIGNED_BY.with_values(signatories=_plain(who)))
        return told

    def _which(self) -> Sentence:
        number = self.edition.number if self.edition is not None else _BLANK
        fingerprint = self.edition.fingerprint if self.edition is not None else _BLANK
        return _NUMBER.with_values(number=number, fingerprint=fingerprint)


def _known_counts(session: Session, campaign: Campaign, *, keyring: Keyring) -> Counts:
    tally = known_tally(session, keyring, campaign).tally
    return Counts(organizations=tally.organizations, individuals=tally.individuals)


def _embargo(campaign: Campaign, language: str, *, now: datetime) -> Sentence:
    if campaign.publish_at is None or campaign.publish_at <= now:
        return _NOT_YET
    there = campaign.publish_at.astimezone(ZoneInfo(campaign.time_zone))
    return _UNTIL.with_values(moment=_plain(write_moment(there, language)))


def _plain(text: str) -> str:
    """Let a text stand in Markdown as it is (pure)."""
    return _MARKS.sub(r"\\\1", text)
