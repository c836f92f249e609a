"""The words that bring those who signed the final copy: that the letter has gone out, and where it can be read."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.contents import open_file
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
from service.signing.update_words import LONGEST_SUBJECT, UpdateWords
from service.store.keyring import Keyring

_MARKS = re.compile(r"([\\`*_{}\[\]()#+.!<>|~-])")
_SUBJECT = Sentence("Your letter has gone out")
_SENT = Sentence("The letter that you signed has gone out to {addressee}.")
_SIGNED_BY = Sentence("It is signed by {signatories}.")
_READ = Sentence("This is the letter as it was sent: {link}")
_NUMBER = Sentence("It is edition {number}; its fingerprint (SHA-256) is {fingerprint}.")
_UNTIL = Sentence("It becomes public on {moment}. Until then, please tell nobody outside about it.")
_NOT_YET = Sentence("It is not public yet. Please tell nobody outside about it until you hear that it is.")


def final_copy_words(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    edition: Edition,
    *,
    public_url: str,
    now: datetime,
) -> UpdateWords:
    """Write the mail in the letter's language; it names no signatory, for nobody knows who else reads a mailbox."""
    file = open_file(session, keyring, campaign)
    language = mail_language(reader="", letter=campaign.language)
    spoken = catalogue(language)
    numbers = shown_counts(session, keyring, campaign, now=now)
    words = words_or_english(language, file.letter.words if file.language == language else ())
    told = [_SENT.with_values(addressee=_plain(addressee(file)))]
    if numbers is not None:
        who = count_signatories(numbers.organizations, numbers.individuals, words)
        told.append(_SIGNED_BY.with_values(signatories=_plain(who)))
    link = f"<{public_url}{unlisted_address(keyring, campaign)}>"
    paragraphs = [
        " ".join(str(spoken.say(sentence)) for sentence in told),
        str(spoken.say(_READ.with_values(link=link))),
        str(spoken.say(_NUMBER.with_values(number=edition.number, fingerprint=edition.fingerprint))),
    ]
    if campaign.published_at is None:
        paragraphs.append(str(spoken.say(_embargo(campaign, language, now=now))))
    subject = str(spoken.say(_SUBJECT))[:LONGEST_SUBJECT]
    own = _own_words(session, keyring, campaign)
    if own is None:
        return UpdateWords(subject=subject, body="\n\n".join(paragraphs))
    return UpdateWords(subject=own.subject or subject, body="\n\n".join([own.body, *paragraphs]))


def _own_words(session: Session, keyring: Keyring, campaign: Campaign) -> UpdateWords | None:
    """Give what the coalition says before our own words; None where it says nothing."""
    row = find_own_words(session, campaign.id, Purpose.FINAL_COPY)
    return open_own_words(keyring.of(session, campaign.id), row).get(campaign.language) if row else None


def _embargo(campaign: Campaign, language: str, *, now: datetime) -> Sentence:
    if campaign.publish_at is None or campaign.publish_at <= now:
        return _NOT_YET
    there = campaign.publish_at.astimezone(ZoneInfo(campaign.time_zone))
    return _UNTIL.with_values(moment=_plain(write_moment(there, language)))


def _plain(text: str) -> str:
    """Let a text stand in Markdown as it is (pure)."""
    return _MARKS.sub(r"\\\1", text)
